//! The box that a recipe is checked on: one of its own in a temporary folder,
//! or the one that `--root` names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use admin::views::BoxView;
use recipe::{Trouble, text};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::appliance;
use crate::cli::Call;
use crate::cli::client::Client;
use crate::cli::complaint::Complaint;
use crate::configuration::Configuration;

/// How often a daemon that was started is asked whether it is there.
const ASKED_EVERY: Duration = Duration::from_millis(500);
const ASKED: u32 = 240;

/// Where a recipe is checked.
pub(super) struct Bench {
    pub(super) configuration: Configuration,
    pub(super) client: Client,
    /// The daemon of a box of its own; none on a box that was there before.
    daemon: Option<Child>,
}

impl Bench {
    /// The box that `--root` names, or a new one that knows this recipe alone.
    pub(super) async fn open(
        call: &Call,
        id: &str,
        recipe: &Path,
        images: &Path,
        engine: &Path,
    ) -> Result<Self, Complaint> {
        if call.root.is_some() {
            let configuration = call.configuration()?;
            let client = Client::new(&configuration);
            return Ok(Self { configuration, client, daemon: None });
        }
        let root = std::env::temp_dir().join(format!("panier-check-{}", std::process::id()));
        lay_out(&root, id, recipe, images, engine).map_err(|error| no_room(&root, &error))?;
        let configuration = Configuration::load(Some(&root))?;
        let client = Client::new(&configuration);
        let log = std::fs::File::create(root.join("daemon.log"));
        let log = log.map_err(|error| no_room(&root, &error))?;
        let program = std::env::current_exe().map_err(|error| no_room(&root, &error))?;
        let daemon = Command::new(program)
            .args(["--root".as_ref(), root.as_os_str(), "daemon".as_ref()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| no_room(&root, &error))?;
        let mut bench = Self { configuration, client, daemon: Some(daemon) };
        match bench.wait().await {
            Ok(()) => Ok(bench),
            Err(complaint) => {
                bench.end().await?;
                Err(complaint)
            }
        }
    }

    async fn wait(&mut self) -> Result<(), Complaint> {
        let mut asked = 0;
        loop {
            let answer = self.client.get::<BoxView>("/api/box").await;
            let ended = self.daemon.as_mut().and_then(|child| child.try_wait().ok().flatten());
            match answer {
                Ok(_there) => return Ok(()),
                Err(complaint) if ended.is_some() || asked >= ASKED => return Err(complaint),
                Err(_not_yet) => {}
            }
            asked += 1;
            sleep(ASKED_EVERY).await;
        }
    }

    /// Takes a box of its own away, with all that it has in the engine. One
    /// that was there before stays as it is.
    pub(super) async fn end(mut self) -> Result<(), Complaint> {
        let Some(mut daemon) = self.daemon.take() else { return Ok(()) };
        let deleted = appliance::delete_everything(&self.configuration).await;
        let _ended = daemon.kill().await;
        deleted?;
        match std::fs::remove_dir_all(self.configuration.state_folder()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(no_room(self.configuration.state_folder(), &error).into())
            }
            _ => Ok(()),
        }
    }

    /// Where the root certificate lies that the box's own lead to.
    pub(super) fn certificate(&self) -> PathBuf {
        self.configuration.certificates_folder().join("root.pem")
    }
}

/// The folder of a box that knows one recipe.
fn lay_out(
    root: &Path,
    id: &str,
    recipe: &Path,
    images: &Path,
    engine: &Path,
) -> std::io::Result<()> {
    std::fs::create_dir(root)?;
    let known = root.join("recipes").join(id);
    std::fs::create_dir_all(&known)?;
    for entry in std::fs::read_dir(recipe)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), known.join(entry.file_name()))?;
        }
    }
    let text = format!(
        "[listen]\nhttps = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n\n\
         [engine]\nsocket = {engine:?}\n\n\
         [paths]\nrecipes = [\"recipes\"]\nimages = [{images:?}]\n\n\
         [box]\nbase_domain = \"check.localhost\"\n",
    );
    std::fs::write(root.join("panier.toml"), text)
}

fn no_room(root: &Path, error: &std::io::Error) -> Trouble {
    let root = root.display();
    Trouble::new(
        "check-no-box",
        text!("The box for the check, {root}, failed.", "La boîte de l’essai, {root}, a échoué."),
        text!(
            "See what the folder says, delete it, then try again.",
            "Voyez ce que dit ce dossier, supprimez-le, puis réessayez."
        ),
    )
    .because_of(error)
}
