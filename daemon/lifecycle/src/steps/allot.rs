//! Making room for a new service: its network, its folders, its volumes' identities.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{Text, Trouble, text};

use crate::plan::bridge_name;
use crate::steps::QUICK;
use crate::target::Target;
use crate::{site, trouble, volumes};

/// Beside what a service needs, so much of the disk stays free.
const RESERVE: u64 = 512 * 1024 * 1024;

/// Makes room for a new service; taking it back forgets the service.
pub(crate) struct Allot(pub(crate) Target);

#[async_trait]
impl Step for Allot {
    fn name(&self) -> &'static str {
        "allot"
    }

    fn label(&self) -> Text {
        text!("Making room", "On fait de la place")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0;
        let service = self.0.service()?;
        let recipe = site::recipe_of(&service)?;
        let needed = recipe.disk();
        let free = system::disk::free(&ground.folders.services)
            .map_err(|error| trouble::room_unknown(&error))?;
        if free < needed.saturating_add(RESERVE) {
            return Err(too_small(&service.name, needed, free));
        }
        allot_network(&self.0)?;
        scene.halfway().await?;
        let folder = ground.folders.of(&service);
        let plan = self.0.draw()?.plan;
        refuse_strangers(&folder, ground.read(|records| records.volumes(*id))?.is_empty())?;
        for volume in &plan.volumes {
            let identity = volume_identity()?;
            let identity = ground
                .ledger
                .write(|records| records.add_volume(*id, &volume.name, &identity))
                .map_err(|error| trouble::of_ledger(&error))?;
            volumes::make(&folder, &volume.name, &identity)?;
        }
        Ok(())
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0;
        let service = self.0.service()?;
        let folder = ground.folders.of(&service);
        // Only what this service made: the ledger knows its volumes, and their
        // identities lie in the folder.
        for volume in ground.read(|records| records.volumes(*id))? {
            if volumes::check(&folder, &volume.name, &volume.identity).is_ok() {
                volumes::delete(folder.join(&volume.name)).await?;
            }
        }
        // Gone when it is empty; a stranger's files keep it.
        let _empty = std::fs::remove_dir(&folder);
        Ok(())
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.0.ground.board.forget(self.0.id);
        records.delete_service(self.0.id)
    }
}

/// Gives the service a subnet that neither the ledger nor the engine has in
/// use. Whether the engine takes it is seen when the network is made.
pub(crate) fn allot_network(target: &Target) -> Result<(), Trouble> {
    let Target { ground, id, .. } = target;
    if ground.read(|records| records.network(*id))?.is_some() {
        return Ok(());
    }
    another_network(target, &BTreeSet::new())
}

/// Gives the service another subnet than those to avoid.
pub(crate) fn another_network(target: &Target, avoid: &BTreeSet<String>) -> Result<(), Trouble> {
    let Target { ground, id, .. } = target;
    let bridge = bridge_name(&ground.facts, *id);
    ground
        .ledger
        .write(|records| records.allot_network(*id, ground.pool, &bridge, avoid))
        .map(|_network| ())
        .map_err(|error| trouble::of_ledger(&error))
}

/// A folder of that name that holds somebody's files is not taken over.
fn refuse_strangers(folder: &std::path::Path, first_time: bool) -> Result<(), Trouble> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if !(first_time && occupied) {
        return Ok(());
    }
    let place = folder.display();
    Err(Trouble::new(
        "folder-in-the-way",
        text!(
            "{place} is there already, and holds something that is not this service's.",
            "{place} existe déjà et contient autre chose que ce service."
        ),
        text!(
            "Move it away, or choose another name with --name.",
            "Déplacez-le, ou choisissez un autre nom avec --name."
        ),
    ))
}

/// The identity of a volume, drawn at random.
pub(crate) fn volume_identity() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    system::random::fill(&mut bytes).map_err(|error| {
        trouble::of_file(
            text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
            &error,
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn too_small(name: &str, needed: u64, free: u64) -> Trouble {
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    let (needed, free) = (mebibytes(needed.saturating_add(RESERVE)), mebibytes(free));
    trouble::disk_too_small(text!(
        "{name} needs {needed} MiB on the disk, and {free} MiB are free.",
        "{name} demande {needed} Mio sur le disque, et {free} Mio sont libres."
    ))
}
