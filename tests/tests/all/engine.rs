//! What a test box leaves in the engine is seen, and taken away; what belongs
//! to others is not.

use std::path::Path;

use containers::{Engine as _, NetworkSpec, Owner, VolumeSpec};
use tests::TestEngine;

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    system::random::fill(&mut bytes).unwrap();
    bytes
}

fn owner(name: &str) -> Owner {
    Owner { identity: format!("{name}-{:016x}", u64::from_ne_bytes(random())) }
}

/// Makes a volume and a network: that in the range for measuring networks (RFC
/// 2544), where nothing lives, and at random, for tests that run side by side.
async fn furnish(engine: &TestEngine, owner: &Owner, folder: &Path) {
    let docker = engine.docker();
    let tail = &owner.identity[owner.identity.len() - 8..];
    let [second, third, fourth] = random();
    let network = NetworkSpec {
        name: format!("test-{tail}"),
        service: "service".to_owned(),
        bridge: format!("tst-{tail}"),
        subnet: format!("198.{}.{third}.{}/28", 18 + second % 2, fourth & 0xf0),
        internal: true,
    };
    docker.create_network(owner, &network).await.unwrap();
    let volume = VolumeSpec {
        name: format!("test-{tail}"),
        service: "service".to_owned(),
        folder: folder.to_owned(),
    };
    docker.create_volume(owner, &volume).await.unwrap();
}

#[tokio::test]
async fn what_one_box_leaves_is_swept_and_what_another_owns_stays() {
    let Some(engine) = TestEngine::new("sweeping the engine").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (owner("own"), owner("other"));
    furnish(&engine, &own, folder.path()).await;
    furnish(&engine, &other, folder.path()).await;
    assert_eq!(engine.leftovers(&own).await.len(), 2);

    engine.sweep(&own).await.unwrap();
    let (after, untouched) = (engine.leftovers(&own).await, engine.leftovers(&other).await);
    engine.sweep(&other).await.unwrap();
    assert_eq!(after, Vec::<String>::new());
    assert_eq!(untouched.len(), 2, "{untouched:?}");
}
