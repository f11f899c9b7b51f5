//! Real services moved from release to release with real content, made and read
//! back by the journeys that lie beside their recipes.

use serde_json::Value;
use tests::{Browser, TestBox};
use tokio::sync::Mutex;

/// They build images and take memory: one at a time, on a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

fn release(own: &TestBox, service: &str) -> Value {
    own.json(&["show", service])["release"].clone()
}

/// Moves a service as people do, in the panel; by the command line without a
/// browser. Gives what that told.
fn moved(own: &TestBox, recipe: &str, what: &str, release: &str) -> String {
    let language = if what == "rollback" { "fr" } else { "en" };
    if let Some(browser) = Browser::find("moves in the panel") {
        return browser.walk(own, &["move.js", language, recipe, what, release]);
    }
    let words = match what {
        "rollback" => vec![what, recipe, "--yes"],
        _ => vec![what, recipe],
    };
    own.panier(&words).well().told
}

/// Updated, taken back, updated again; the content is compared each time. Gives
/// what was told of the way there, and of the way back.
fn there_and_back(own: &TestBox, recipe: &str, [from, to]: [&str; 2]) -> [String; 2] {
    own.panier(&["install", recipe, "--release", from]).well();
    own.journey(recipe, recipe, "make").well();
    let before = own.journey(recipe, recipe, "check").well().said;
    let there = moved(own, recipe, "update", to);
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (to.into(), before.clone())
    );
    let back = moved(own, recipe, "rollback", from);
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (from.into(), before.clone())
    );
    moved(own, recipe, "update", to);
    assert_eq!(
        (release(own, recipe), own.journey(recipe, recipe, "check").well().said),
        (to.into(), before)
    );
    [there, back]
}

#[tokio::test]
async fn ihatemoney_keeps_its_bills_from_6_to_7_and_back() {
    let _turn = TURN.lock().await;
    let Some(own) = TestBox::new("ihatemoney updated") else { return };
    let [there, back] = there_and_back(&own, "ihatemoney", ["6.1.5", "7.2.1"]);
    assert!(there.contains("7.2.1 runs; your 4 bills are there."), "{there}");
    let told = ["La 6.1.5 tourne ; vos 4 dépenses sont là.", "6.1.5 runs; your 4 bills"];
    assert!(told.iter().any(|told| back.contains(told)), "{back}");
}

#[tokio::test]
async fn mediawiki_keeps_its_pages_from_1_39_to_1_43_and_back() {
    let _turn = TURN.lock().await;
    let Some(own) = TestBox::new("MediaWiki updated") else { return };
    let [there, back] = there_and_back(&own, "mediawiki", ["1.39", "1.43"]);
    assert!(there.contains("1.43 runs; your") && there.contains("pages are there."), "{there}");
    let told = ["La 1.39 tourne ; vos", "1.39 runs; your"];
    assert!(told.iter().any(|told| back.contains(told)), "{back}");
}
