//! When a plan is drawn again.

use std::sync::Arc;

use super::yard::{Yard, folder};
use crate::target;

#[tokio::test]
async fn a_plan_is_drawn_again_where_the_ledger_has_changed_and_not_before() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let service = yard.service("pad").unwrap();
    let drawn = || target::drawn(yard.lifecycle.ground(), service.id).unwrap();
    let first = drawn();
    assert!(Arc::ptr_eq(&first, &drawn()));

    let domains = ["other.box.localhost".to_owned()];
    yard.ledger.write(|records| records.set_domains(service.id, &domains)).unwrap();
    assert_eq!(drawn().service.domains, domains);
    assert_eq!(first.service.domains, service.domains);

    // What is gone from the ledger is not remembered.
    yard.lifecycle.ground().drawings.keep_only(|_id| false);
    let before = drawn();
    yard.lifecycle.ground().drawings.keep_only(|_id| false);
    assert!(!Arc::ptr_eq(&before, &drawn()));
}

#[tokio::test]
async fn what_a_refused_write_would_have_changed_is_not_drawn() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let service = yard.service("pad").unwrap();
    let drawn = || target::drawn(yard.lifecycle.ground(), service.id).unwrap();
    drawn();
    let refused = yard.ledger.write(|records| {
        records.set_domains(service.id, &["other.box.localhost".to_owned()])?;
        Err::<(), _>(ledger::LedgerError::PoolEmpty)
    });
    assert!(refused.is_err());
    assert_eq!(drawn().service.domains, service.domains);
}
