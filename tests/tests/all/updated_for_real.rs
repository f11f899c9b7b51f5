//! Real services moved from release to release with real content, made and read
//! back by the journeys that lie beside their recipes.

use serde_json::Value;
use tests::{Run, TestBox};
use tokio::sync::Mutex;

/// They build images and take memory: one at a time, on a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

fn release(own: &TestBox, service: &str) -> Value {
    own.json(&["show", service])["release"].clone()
}

/// Updated, taken back, updated again; the content is compared each time.
fn there_and_back(own: &TestBox, recipe: &str, from: &str, to: &str) -> Run {
    own.panier(&["install", recipe, "--release", from]).well();
    own.journey(recipe, recipe, "make").well();
    let before = own.journey(recipe, recipe, "check").well().said;
    let updated = own.panier(&["update", recipe]).well();
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (to.into(), before.clone())
    );
    own.panier(&["rollback", recipe, "--yes"]).well();
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (from.into(), before.clone())
    );
    own.panier(&["update", recipe]).well();
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (to.into(), before)
    );
    updated
}

#[tokio::test]
async fn ihatemoney_keeps_its_bills_from_6_to_7_and_back() {
    let _turn = TURN.lock().await;
    let Some(own) = TestBox::new("ihatemoney updated") else { return };
    let updated = there_and_back(&own, "ihatemoney", "6.1.5", "7.2.1");
    assert!(updated.told.contains("7.2.1 runs; your 4 bills are there."), "{updated}");
}

#[tokio::test]
async fn mediawiki_keeps_its_pages_from_1_39_to_1_43_and_back() {
    let _turn = TURN.lock().await;
    let Some(own) = TestBox::new("MediaWiki updated") else { return };
    there_and_back(&own, "mediawiki", "1.39", "1.43");
}
