use super::*;
use crate::Ledger;

fn ledger() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    (folder, ledger)
}

fn add(ledger: &Ledger, name: &str, domain: &str) -> Result<ServiceId, LedgerError> {
    let secrets = BTreeMap::from([("admin".to_owned(), "Zx81-secret".to_owned())]);
    let answers = BTreeMap::from([("title".to_owned(), "Chez nous".to_owned())]);
    ledger.write(|records| {
        records.add_service(&NewService {
            name,
            recipe: "pad",
            recipe_text: "format = 1",
            release: "1.0",
            revision: 1,
            created: Timestamp::UNIX_EPOCH,
            domains: &[domain.to_owned(), format!("www.{domain}")],
            answers: &answers,
            secrets: &secrets,
        })
    })
}

#[test]
fn a_service_is_read_back_as_it_was_written() {
    let (_folder, ledger) = ledger();
    let id = add(&ledger, "pad", "pad.local").unwrap();
    let service = ledger.read(|records| records.service_named("pad")).unwrap().unwrap();
    assert_eq!(service.id, id);
    assert_eq!(service.domains, ["pad.local", "www.pad.local"]);
    assert_eq!(service.answers["title"], "Chez nous");
    assert_eq!(service.standing, Standing::Installing);
    let secrets = ledger.read(|records| records.secrets(id)).unwrap();
    assert_eq!(secrets["admin"], "Zx81-secret");
}

#[test]
fn no_secret_and_no_answer_can_be_read_in_the_file() {
    let (folder, ledger) = ledger();
    add(&ledger, "pad", "pad.local").unwrap();
    drop(ledger);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for said in ["Zx81-secret", "Chez nous"] {
            assert!(!bytes.windows(said.len()).any(|window| window == said.as_bytes()));
        }
    }
}

#[test]
fn a_name_and_a_domain_belong_to_one_living_service() {
    let (_folder, ledger) = ledger();
    let id = add(&ledger, "pad", "pad.local").unwrap();
    assert!(matches!(add(&ledger, "pad", "other.local"), Err(LedgerError::NameTaken(_))));
    assert!(matches!(add(&ledger, "other", "pad.local"), Err(LedgerError::DomainTaken(_))));
    // The refused one left nothing.
    assert!(ledger.read(|records| records.service_named("other")).unwrap().is_none());

    let at = Timestamp::UNIX_EPOCH;
    ledger.write(|records| records.set_standing(id, Standing::Removed { at })).unwrap();
    add(&ledger, "pad", "pad.local").unwrap();
    let back = ledger.write(|records| records.set_standing(id, Standing::Installed));
    assert!(matches!(back, Err(LedgerError::NameTaken(_))), "{back:?}");
    ledger.write(|records| records.rename_service(id, "pad-2")).unwrap();
    ledger.write(|records| records.set_standing(id, Standing::Installed)).unwrap();
}

#[test]
fn a_forgotten_service_takes_its_rows_along() {
    let (_folder, ledger) = ledger();
    let id = add(&ledger, "pad", "pad.local").unwrap();
    ledger.write(|records| records.delete_service(id)).unwrap();
    assert!(ledger.read(|records| records.secrets(id)).unwrap().is_empty());
    add(&ledger, "pad", "pad.local").unwrap();
}

#[test]
fn a_held_service_says_why_until_somebody_says_what_is_wanted() {
    let (_folder, ledger) = ledger();
    let id = add(&ledger, "pad", "pad.local").unwrap();
    let why = Trouble::new(
        "disk-filled",
        recipe::text!("It filled the disk.", "Il remplissait le disque."),
        recipe::text!("Make room.", "Faites de la place."),
    );
    let service = || ledger.read(|records| records.service(id)).unwrap().unwrap();
    for wanted in [Wanted::Running, Wanted::Stopped] {
        ledger.write(|records| records.hold(id, &why)).unwrap();
        assert_eq!((service().wanted, service().held), (Wanted::Stopped, Some(why.clone())));
        ledger.write(|records| records.set_wanted(id, wanted)).unwrap();
        assert_eq!((service().wanted, service().held), (wanted, None));
    }
}
