//! What a box has after whatever befell it: the ledger, the engine, the folders
//! and the front door say the same, and nothing is there that they do not name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use containers::{ContainerState, Engine as _};
use ledger::{JobState, LedgerError, Records, Service, ServiceId, Standing, Wanted};
use tests::TestBox;

/// What the ledger says of one living service.
struct Known {
    service: Service,
    /// Its containers, as its recipe calls them.
    parts: BTreeSet<String>,
    subnet: Option<String>,
    volumes: BTreeSet<String>,
}

impl Known {
    fn of(records: &Records<'_>, service: Service) -> Result<Self, LedgerError> {
        let volumes = records.volumes(service.id)?;
        Ok(Self {
            parts: records.images(service.id)?.into_keys().collect(),
            subnet: records.network(service.id)?.map(|network| network.subnet),
            volumes: volumes.into_iter().map(|volume| volume.name).collect(),
            service,
        })
    }

    /// Whose it is, as the engine's labels say.
    fn label(&self) -> String {
        self.service.id.to_string()
    }
}

/// The names of what lies in a folder of the box; none where there is no such folder.
pub(crate) fn entries(own: &TestBox, folder: impl AsRef<Path>) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(own.root().join(folder)) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Holds what the ledger says against what the engine and the disk have. To be
/// asked when no job is at work.
pub(crate) async fn agree(own: &TestBox, when: &str) {
    let (known, trash) = own
        .ledger()
        .read(|records| {
            all_jobs_have_ended(records, when)?;
            let services = records.services()?.into_iter();
            let known = services.map(|service| Known::of(records, service));
            let rehearsing = records.rehearsing()?;
            assert!(rehearsing.is_empty(), "{when}: {rehearsing:?}");
            let trash: BTreeSet<_> = records.trash()?.into_iter().map(|it| it.id).collect();
            Ok::<_, LedgerError>((known.collect::<Result<Vec<_>, _>>()?, trash))
        })
        .unwrap();
    containers_agree(own, &known, when).await;
    networks_and_volumes_agree(own, &known, when).await;
    folders_agree(own, &known, &trash, when);
}

fn all_jobs_have_ended(records: &Records<'_>, when: &str) -> Result<(), LedgerError> {
    for job in records.jobs(1000)? {
        assert!(job.ended.is_some(), "{when}: {job:?}");
        assert_eq!(job.state == JobState::Failed, job.trouble.is_some(), "{when}: {job:?}");
        assert!(matches!(job.state, JobState::Done | JobState::Failed), "{when}: {job:?}");
    }
    Ok(())
}

async fn containers_agree(own: &TestBox, known: &[Known], when: &str) {
    let found = own.engine().await.containers(&own.owner()).await;
    let mut parts: Vec<_> = found.iter().map(|it| (it.service.clone(), it.part.clone())).collect();
    parts.sort();
    let mut wanted: Vec<_> = known
        .iter()
        .flat_map(|it| it.parts.iter().map(|part| (it.label(), part.clone())))
        .collect();
    wanted.sort();
    assert_eq!(parts, wanted, "{when}: {found:?}");
    for service in known {
        assert_eq!(service.service.standing, Standing::Installed, "{when}");
        let runs = service.service.wanted == Wanted::Running;
        for container in found.iter().filter(|it| it.service == service.label()) {
            let state = &container.state;
            assert_eq!(*state == ContainerState::Running, runs, "{when}: {container:?}");
        }
    }
}

async fn networks_and_volumes_agree(own: &TestBox, known: &[Known], when: &str) {
    let (engine, owner) = (own.engine().await, own.owner());
    let mut networks: Vec<_> = engine
        .docker()
        .networks(&owner)
        .await
        .unwrap()
        .into_iter()
        .map(|found| (found.service, Some(found.subnet)))
        .collect();
    networks.sort();
    let mut wanted: Vec<_> = known.iter().map(|it| (it.label(), it.subnet.clone())).collect();
    wanted.sort();
    assert_eq!(networks, wanted, "{when}");
    let mut volumes: Vec<_> = engine
        .docker()
        .volumes(&owner)
        .await
        .unwrap()
        .into_iter()
        .map(|found| (found.service, found.folder))
        .collect();
    volumes.sort();
    let folder = |it: &Known, volume: &String| -> PathBuf {
        own.root().join("services").join(&it.service.name).join(volume).join("data")
    };
    let mut wanted: Vec<_> = known
        .iter()
        .flat_map(|it| it.volumes.iter().map(|volume| (it.label(), folder(it, volume))))
        .collect();
    wanted.sort();
    assert_eq!(volumes, wanted, "{when}");
}

fn folders_agree(own: &TestBox, known: &[Known], trash: &BTreeSet<ServiceId>, when: &str) {
    let names: BTreeSet<_> = known.iter().map(|it| it.service.name.clone()).collect();
    assert_eq!(entries(own, "services"), names, "{when}");
    let volumes: BTreeMap<_, _> = known.iter().map(|it| (&it.service.name, &it.volumes)).collect();
    for (name, volumes) in volumes {
        // No spool, no dump, nothing half brought back lies beside the volumes.
        assert_eq!(&entries(own, Path::new("services").join(name)), volumes, "{when}: {name}");
        for volume in volumes {
            let inside = entries(own, Path::new("services").join(name).join(volume));
            assert_eq!(inside, ["data", "identity"].map(str::to_owned).into(), "{when}: {name}");
        }
    }
    let ids = |services: BTreeSet<ServiceId>| services.iter().map(ToString::to_string).collect();
    let living: BTreeSet<String> = ids(known.iter().map(|it| it.service.id).collect());
    assert_eq!(entries(own, "run/secrets"), living, "{when}");
    let removed: BTreeSet<String> = ids(trash.clone());
    assert_eq!(entries(own, "trash"), removed, "{when}");
}

/// What its repository keeps is what the ledger names, beside at most so many
/// that serve as the ground of the next ones; and nobody holds it locked.
pub(crate) fn the_repository_agrees(own: &TestBox, grounds: usize, when: &str) {
    let known = own.ledger().read(|records| records.snapshots()).unwrap();
    let identities = known.iter().filter_map(|snapshot| snapshot.identity_in("local"));
    let known: BTreeSet<String> = identities.map(str::to_owned).collect();
    let found = entries(own, "repository/snapshots");
    assert!(known.is_subset(&found), "{when}: {known:?}, {found:?}");
    assert!(found.len() - known.len() <= grounds, "{when}: {known:?}, {found:?}");
    let locks = entries(own, "repository/locks");
    assert!(locks.is_empty(), "{when}: {locks:?}");
}
