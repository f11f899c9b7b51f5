//! What is signed here is judged by rustls' own verifier, as browsers would.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::*;

const DAY: i64 = 24 * 60 * 60;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_secs(days * DAY)
}

fn box_names() -> AuthorityNames {
    AuthorityNames {
        box_name: "mésange".into(),
        box_id: "0123456789abcdef".into(),
        base_domain: Some("asso.example.org".into()),
    }
}

fn authority(folder: &tempfile::TempDir) -> Authority {
    Authority::open_or_create(folder.path(), &box_names(), now()).unwrap()
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn verify(
    authority: &Authority,
    leaf: &CertificateDer<'_>,
    name: &str,
    at: Timestamp,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root_der().to_vec().into()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at.as_second().unsigned_abs()));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    verifier.verify_server_cert(leaf, &[], &name, &[], at).map(|_| ())
}

fn der(leaf: &Leaf) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(leaf.chain_pem.as_bytes()).unwrap()
}

#[test]
fn a_leaf_is_accepted_for_its_names_and_for_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let names =
        ["pad.local", "x.home.arpa", "a.b.localhost", "ASSO.example.org", "192.168.1.2", "fe80::1"];
    let leaf = authority.certify(&strings(&names), now()).unwrap();
    for name in names {
        verify(&authority, &der(&leaf), name, now()).unwrap();
    }
    for other in ["other.local", "local", "192.168.1.3"] {
        assert!(verify(&authority, &der(&leaf), other, now()).is_err(), "{other}");
    }
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let leaf = authority.certify(&strings(&["*.asso.example.org"]), now()).unwrap();
    verify(&authority, &der(&leaf), "pad.asso.example.org", now()).unwrap();
    assert!(verify(&authority, &der(&leaf), "a.pad.asso.example.org", now()).is_err());
}

#[test]
fn names_outside_the_constraints_are_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let outside = [
        "example.org",
        "evil-asso.example.org",
        "notlocal",
        "8.8.8.8",
        "172.32.0.1",
        "2001:db8::1",
        "::2",
        "a b.local",
        "-a.local",
        ".local",
        "",
    ];
    for name in outside {
        assert!(!authority.may_certify(name), "{name}");
        let refused = authority.certify(&strings(&["pad.local", name]), now());
        assert!(matches!(refused, Err(CertifyError::NotPermitted { .. })), "{name}");
    }
    assert!(matches!(authority.certify(&[], now()), Err(CertifyError::NoNames)));
    for name in ["10.1.2.3", "172.31.255.255", "127.0.0.1", "169.254.1.1", "::1", "fd00::1"] {
        assert!(authority.may_certify(name), "{name}");
    }
}

#[test]
fn verifiers_refuse_what_a_stolen_root_would_sign_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let pair = std::fs::read_to_string(folder.path().join("authority.pem")).unwrap();
    let at = pair.find("-----BEGIN PRIVATE KEY").unwrap();
    let key = rcgen::KeyPair::from_pem(&pair[at..]).unwrap();
    let stolen = rcgen::Issuer::from_ca_cert_pem(authority.root_pem(), key).unwrap();
    for name in ["bank.example.com", "8.8.8.8"] {
        let own = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        let forged = params.signed_by(&own, &stolen).unwrap();
        let error = verify(&authority, forged.der(), name, now()).unwrap_err();
        assert!(error.to_string().contains("NameConstraintViolation"), "{error}");
    }
}

#[test]
fn a_clock_that_is_behind_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let leaf = authority.certify(&strings(&["pad.local"]), now()).unwrap();
    for behind in [1, 29] {
        verify(&authority, &der(&leaf), "pad.local", now() - days(behind)).unwrap();
    }
    assert!(verify(&authority, &der(&leaf), "pad.local", now() - days(31)).is_err());
    assert!(verify(&authority, &der(&leaf), "pad.local", leaf.not_after + days(1)).is_err());
}

#[test]
fn a_box_that_wakes_in_1970_makes_certificates_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let lost = Timestamp::from_second(3600).unwrap();
    let authority = Authority::open_or_create(folder.path(), &box_names(), lost).unwrap();
    let leaf = authority.certify(&strings(&["pad.local"]), lost).unwrap();
    verify(&authority, &der(&leaf), "pad.local", now()).unwrap();
}

#[test]
fn a_leaf_lives_no_longer_than_browsers_allow_nor_than_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let leaf = authority.certify(&strings(&["pad.local"]), now()).unwrap();
    assert_eq!(leaf.not_after.as_second() - leaf.not_before.as_second(), 397 * DAY);
    let late = authority.certify(&strings(&["pad.local"]), authority.not_after() - days(5));
    assert_eq!(late.unwrap().not_after, authority.not_after());
}

#[test]
fn a_leaf_is_due_at_two_thirds_of_its_life() {
    let folder = tempfile::tempdir().unwrap();
    let leaf = authority(&folder).certify(&strings(&["pad.local"]), now()).unwrap();
    assert!(!leaf.due(leaf.not_before + days(264)));
    assert!(leaf.due(leaf.not_before + days(265)));
}

#[test]
fn an_authority_is_made_once_and_its_key_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let first = authority(&folder);
    let other = AuthorityNames { box_name: "other".into(), ..box_names() };
    let again = Authority::open_or_create(folder.path(), &other, now() + days(30)).unwrap();
    assert_eq!(first.root_pem(), again.root_pem());
    assert_eq!(first.fingerprint(), again.fingerprint());
    assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
    let mode = |name: &str| {
        std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("authority.pem"), 0o600);
    assert_eq!(std::fs::read_to_string(first.root_file()).unwrap(), first.root_pem());
    assert!(!std::fs::read_to_string(first.root_file()).unwrap().contains("PRIVATE"));
    let leaf = again.certify(&strings(&["pad.asso.example.org"]), now()).unwrap();
    verify(&first, &der(&leaf), "pad.asso.example.org", now()).unwrap();
    assert!(!format!("{first:?}{leaf:?}").contains("PRIVATE"));
}

#[test]
fn a_damaged_authority_is_reported_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(authority(&folder));
    let file = folder.path().join("authority.pem");
    let whole = std::fs::read_to_string(&file).unwrap();
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let at = whole.find("-----BEGIN PRIVATE KEY").unwrap();
    let wrong = [
        String::new(),
        whole[..whole.len() / 2].to_owned(),
        whole[..at].to_owned(),
        whole.replacen("panier authority 1", "panier authority 9", 1),
        format!("{}{other}", &whole[..at]),
        whole.replacen("MI", "!!", 1),
    ];
    for wrong in wrong {
        std::fs::write(&file, &wrong).unwrap();
        let opened = Authority::open_or_create(folder.path(), &box_names(), now());
        assert!(matches!(opened, Err(AuthorityError::Damaged { .. })), "{wrong}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), wrong);
    }
}

#[test]
fn a_kept_leaf_is_used_until_it_is_due_or_its_names_change() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let keeper = Keeper::new(&folder.path().join("leaves"));
    let get = |names: &[&str], at| keeper.leaf(&authority, "pad", &strings(names), at).unwrap();
    let first = get(&["pad.local", "FE80:0::1"], now());
    assert_eq!(get(&["fe80::1", "PAD.local"], now() + days(200)), first);
    assert_ne!(get(&["pad.local", "fe80::1"], now() + days(300)), first);
    let renamed = get(&["carnet.local"], now());
    assert_eq!(renamed.names, ["carnet.local"]);
    keeper.forget("pad").unwrap();
    keeper.forget("pad").unwrap();
    assert_ne!(get(&["carnet.local"], now()).public_key, renamed.public_key);
}

#[test]
fn leaves_of_names_that_are_gone_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let keeper = Keeper::new(&folder.path().join("leaves"));
    keeper.forget_all_but(&[]).unwrap();
    for label in ["pad", "poll", "_box"] {
        keeper.leaf(&authority, label, &strings(&["pad.local"]), now()).unwrap();
    }
    std::fs::write(folder.path().join("leaves/old.damaged"), "").unwrap();
    keeper.forget_all_but(&["pad", "_box"]).unwrap();
    let left = std::fs::read_dir(folder.path().join("leaves")).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["_box.pem", "old.damaged", "pad.pem"]);
}

#[test]
fn a_leaf_of_another_authority_is_not_kept() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keeper = Keeper::new(folder.path());
    let names = strings(&["pad.local"]);
    let first = keeper.leaf(&authority(&other), "pad", &names, now()).unwrap();
    let ours = authority(&folder);
    let second = keeper.leaf(&ours, "pad", &names, now()).unwrap();
    assert!(!ours.signed(&first) && ours.signed(&second));
}

#[test]
fn a_damaged_leaf_is_set_aside_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let keeper = Keeper::new(folder.path());
    let names = strings(&["pad.local"]);
    let file = folder.path().join("pad.pem");
    keeper.leaf(&authority, "pad", &names, now()).unwrap();
    std::fs::write(&file, [0xff, 0xfe]).unwrap();
    let anew = keeper.leaf(&authority, "pad", &names, now()).unwrap();
    verify(&authority, &der(&anew), "pad.local", now()).unwrap();
    assert_eq!(std::fs::read(folder.path().join("pad.damaged")).unwrap(), [0xff, 0xfe]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_label_cannot_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let keeper = Keeper::new(folder.path());
    for label in ["", "../x", "a/b", ".hidden", "a\0"] {
        let got = keeper.leaf(&authority, label, &strings(&["pad.local"]), now());
        assert!(matches!(got, Err(KeeperError::Label { .. })), "{label}");
    }
}

#[test]
fn a_key_that_is_not_the_certificates_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(&folder);
    let one = authority.certify(&strings(&["pad.local"]), now()).unwrap();
    let other = authority.certify(&strings(&["pad.local"]), now()).unwrap();
    certified_key(&one.chain_pem, &one.key_pem).unwrap();
    assert!(matches!(certified_key(&one.chain_pem, &other.key_pem), Err(TlsError::Pair(_))));
    assert!(matches!(certified_key("", &one.key_pem), Err(TlsError::NoCertificate)));
    assert!(matches!(certified_key(&one.chain_pem, ""), Err(TlsError::Key(_))));
}
