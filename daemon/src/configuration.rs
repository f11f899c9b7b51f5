//! What is read once, at start: where the box lies, where it listens, and the
//! engine's socket. All that can be changed while it runs is in the ledger.

mod document;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf, absolute};

use ledger::SubnetPool;
use recipe::{Trouble, text};
use system::user::{self, User};

use document::{Document, Fault};

/// The file's name in a box that lies in one folder.
const FILE_NAME: &str = "panier.toml";
/// The front door's user, made by the package; and the one that every Debian has.
const FRONT_DOOR_USERS: [&str; 2] = ["panier-front-door", "nobody"];

/// Where everything of one box lies, and what was set in `panier.toml`.
///
/// | key | meaning | without it |
/// |---|---|---|
/// | `listen.https`, `listen.http` | an address with its port, or a list of them; port 0 is a free one | every address of the machine, 443 and 80 |
/// | `engine.socket` | the container engine's socket | `/var/run/docker.sock` |
/// | `paths.recipes`, `paths.images` | folders, searched in this order | `/usr/share/panier/recipes` and `…/images`; with `--root`, none |
/// | `box.base_domain` | the domain below which services get their first address; counts at the first start | chosen at the first start |
/// | `networks.pool` | the range that services' networks are cut from | `10.213.0.0/16` |
/// | `front_door.user` | whom the front door runs as | `panier-front-door`, else `nobody` |
///
/// A path that is not absolute is taken from the file's own folder.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    root: Option<PathBuf>,
    file: PathBuf,
    state: PathBuf,
    run: PathBuf,
    https: Vec<SocketAddr>,
    http: Vec<SocketAddr>,
    engine_socket: PathBuf,
    recipe_folders: Vec<PathBuf>,
    image_folders: Vec<PathBuf>,
    base_domain: Option<String>,
    network_pool: SubnetPool,
    resolvers: Vec<IpAddr>,
    front_door_user: Option<String>,
}

impl Configuration {
    /// Reads the configuration of the box in `root`, or of the machine's own
    /// box. A file that is not there sets nothing.
    ///
    /// # Errors
    /// `configuration-unreadable`, or `configuration-wrong` with the line.
    pub(crate) fn load(root: Option<&Path>) -> Result<Self, Trouble> {
        let root = match root {
            None => None,
            Some(root) => Some(absolute(root).map_err(|error| unreadable(root, &error))?),
        };
        let file = match &root {
            None => Path::new("/etc/panier").join(FILE_NAME),
            Some(root) => root.join(FILE_NAME),
        };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unreadable(&file, &error)),
        };
        Self::read(root, &file, &text).map_err(|fault| fault.into_trouble(&file, &text))
    }

    fn read(root: Option<PathBuf>, file: &Path, text: &str) -> Result<Self, Fault> {
        let document = Document::parse(text)?;
        let folder = file.parent().unwrap_or(Path::new("/"));
        let share = |name: &str| match root {
            Some(_) => Vec::new(),
            None => vec![Path::new("/usr/share/panier").join(name)],
        };
        let (state, run) = match &root {
            Some(root) => (root.clone(), root.join("run")),
            None => (PathBuf::from("/var/lib/panier"), PathBuf::from("/run/panier")),
        };
        Ok(Self {
            state,
            run,
            https: document.addresses("https")?.unwrap_or_else(|| vec![everywhere(443)]),
            http: document.addresses("http")?.unwrap_or_else(|| vec![everywhere(80)]),
            engine_socket: document
                .path("engine", "socket", folder)?
                .unwrap_or_else(|| PathBuf::from("/var/run/docker.sock")),
            recipe_folders: document.paths("recipes", folder)?.unwrap_or_else(|| share("recipes")),
            image_folders: document.paths("images", folder)?.unwrap_or_else(|| share("images")),
            base_domain: document.base_domain()?,
            network_pool: document.network_pool()?,
            resolvers: document.resolvers()?,
            front_door_user: document.text("front_door", "user")?,
            file: file.to_owned(),
            root,
        })
    }

    /// The folder that holds this whole box, where it lies in one.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// What must outlast a restart of the machine.
    pub(crate) fn state_folder(&self) -> &Path {
        &self.state
    }

    /// What need not: sockets, the process' number, secrets in memory.
    pub(crate) fn run_folder(&self) -> &Path {
        &self.run
    }

    /// Where `ledger.db` lies, and its key beside it.
    pub(crate) fn ledger_folder(&self) -> &Path {
        &self.state
    }

    /// A folder a service, a folder a volume.
    pub(crate) fn services_folder(&self) -> PathBuf {
        self.state.join("services")
    }

    /// What was removed and not purged.
    pub(crate) fn trash_folder(&self) -> PathBuf {
        self.state.join("trash")
    }

    /// The box's own repository of snapshots.
    pub(crate) fn repository_folder(&self) -> PathBuf {
        self.state.join("repository")
    }

    /// What restic has for itself: its cache, and the program where it is ours.
    pub(crate) fn restic_folder(&self) -> PathBuf {
        self.state.join("restic")
    }

    /// Room that is set aside for a disk that somebody fills.
    pub(crate) fn ballast(&self) -> PathBuf {
        self.state.join("ballast")
    }

    /// The box's own authority, and the certificates it signed.
    pub(crate) fn certificates_folder(&self) -> PathBuf {
        self.state.join("certificates")
    }

    /// What this box is, for whoever inherits it.
    pub(crate) fn read_me(&self) -> PathBuf {
        self.state.join("LISEZ-MOI.txt")
    }

    /// The API, for root and the command line.
    pub(crate) fn api_socket(&self) -> PathBuf {
        self.run.join("api.sock")
    }

    /// The box's own pages, for the front door.
    pub(crate) fn web_socket(&self) -> PathBuf {
        self.run.join("web.sock")
    }

    /// Where the front door takes its orders.
    pub(crate) fn front_door_socket(&self) -> PathBuf {
        self.run.join("front-door.sock")
    }

    /// A folder in memory for secrets and the files that hold them.
    pub(crate) fn secrets_folder(&self) -> PathBuf {
        self.run.join("secrets")
    }

    /// The daemon's process, while it lives.
    pub(crate) fn pid_file(&self) -> PathBuf {
        self.run.join("daemon.pid")
    }

    /// Where the front door serves HTTPS.
    pub(crate) fn https(&self) -> &[SocketAddr] {
        &self.https
    }

    /// Where the front door redirects from HTTP.
    pub(crate) fn http(&self) -> &[SocketAddr] {
        &self.http
    }

    /// The container engine's socket.
    pub(crate) fn engine_socket(&self) -> &Path {
        &self.engine_socket
    }

    /// Folders of recipes, searched in this order.
    pub(crate) fn recipe_folders(&self) -> &[PathBuf] {
        &self.recipe_folders
    }

    /// Folders of images built at home, searched in this order.
    pub(crate) fn image_folders(&self) -> &[PathBuf] {
        &self.image_folders
    }

    /// The domain below which services get their first address, if one was
    /// set. It counts at the box's first start; after that the ledger knows.
    pub(crate) fn base_domain(&self) -> Option<&str> {
        self.base_domain.as_deref()
    }

    /// Whom services' names are looked up at; empty: where the machine's own are.
    pub(crate) fn resolvers(&self) -> &[IpAddr] {
        &self.resolvers
    }

    /// The range that services' networks are cut from.
    pub(crate) fn network_pool(&self) -> SubnetPool {
        self.network_pool
    }

    /// Whom the front door runs as: who was set, else the package's user, else
    /// `nobody`.
    ///
    /// # Errors
    /// `front-door-user-unknown`.
    pub(crate) fn front_door_user(&self) -> Result<User, Trouble> {
        let names = match &self.front_door_user {
            Some(name) => vec![name.as_str()],
            None => FRONT_DOOR_USERS.to_vec(),
        };
        for name in &names {
            let found = user::by_name(name)
                .map_err(|error| unreadable(Path::new("/etc/passwd"), &error.source))?;
            if let Some(user) = found {
                return Ok(user);
            }
        }
        let names = names.join(", ");
        let file = self.file.display();
        Err(Trouble::new(
            "front-door-user-unknown",
            text!(
                "The front door has no user to run as: this machine does not know {names}.",
                "La porte d’entrée n’a pas d’utilisateur : cette machine ne connaît pas {names}."
            ),
            text!(
                "Name one that exists in {file}, below [front_door].",
                "Indiquez-en un qui existe dans {file}, sous [front_door]."
            ),
        ))
    }
}

/// Every address of this machine. IPv6's takes IPv4 in as well (ipv6(7)), where
/// the kernel has IPv6 at all.
fn everywhere(port: u16) -> SocketAddr {
    let has_six = system::network::addresses()
        .is_ok_and(|addresses| addresses.iter().any(|address| address.ip.is_ipv6()));
    if has_six { SocketAddr::from(([0_u16; 8], port)) } else { SocketAddr::from(([0_u8; 4], port)) }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
    let path = path.display();
    Trouble::new(
        "configuration-unreadable",
        text!("{path} cannot be read.", "{path} ne peut pas être lu."),
        text!(
            "See that the file is there and that you may read it; as root, it works.",
            "Vérifiez que le fichier est là et que vous pouvez le lire ; en root, cela marche."
        ),
    )
    .because_of(error)
}

#[cfg(test)]
mod tests;
