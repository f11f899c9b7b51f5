//! Which disks are watched.

use std::sync::Arc;

use containers::{Call, EngineError, Fault};

use super::yard::{Yard, folder};
use crate::filling::{Place, know_store};

#[tokio::test]
async fn the_disk_of_an_engine_that_comes_later_is_watched_from_then_on() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    let mut places = vec![Place::new(folder.path().to_owned(), true, false)];
    let ground = yard.lifecycle.ground();
    let source = Arc::new(std::io::Error::from(std::io::ErrorKind::NotFound));
    let away = EngineError::Unreachable { socket: "/run/none".into(), source };
    yard.engine.fail(Call::Facts, Fault::Refused(away));
    assert!(!know_store(ground, &mut places).await);
    assert!(places.iter().all(|place| !place.has_layers));
    assert!(know_store(ground, &mut places).await);
    assert_eq!(places.iter().filter(|place| place.has_layers).count(), 1);
}
