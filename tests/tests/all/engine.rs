//! What a test box leaves in the engine is seen, and taken away; what belongs
//! to others is not.

use containers::{Engine as _, NetworkSpec, Owner, VolumeSpec};
use tests::TestEngine;

fn owner(name: &str) -> Owner {
    let mut bytes = [0; 8];
    system::random::fill(&mut bytes).unwrap();
    Owner { identity: format!("{name}-{:016x}", u64::from_ne_bytes(bytes)) }
}

/// Makes a volume and, in a range that documentation keeps free, a network.
async fn furnish(engine: &TestEngine, owner: &Owner, folder: &std::path::Path, subnet: &str) {
    let docker = engine.docker();
    let tail = &owner.identity[owner.identity.len() - 8..];
    let network = NetworkSpec {
        name: format!("test-{tail}"),
        service: "service".to_owned(),
        bridge: format!("tst-{tail}"),
        subnet: subnet.to_owned(),
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
    furnish(&engine, &own, folder.path(), "192.0.2.0/28").await;
    furnish(&engine, &other, folder.path(), "192.0.2.16/28").await;
    assert_eq!(engine.leftovers(&own).await.len(), 2);

    engine.sweep(&own).await.unwrap();
    let (after, untouched) = (engine.leftovers(&own).await, engine.leftovers(&other).await);
    engine.sweep(&other).await.unwrap();
    assert_eq!(after, Vec::<String>::new());
    assert_eq!(untouched.len(), 2, "{untouched:?}");
}
