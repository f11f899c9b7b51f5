//! Debian 13's restic, unpacked for us alone.
//!
//! Debian 12 has 0.14, which is too old. The newer package is fetched by the
//! machine's own apt, with its mirror and its proxy, but with lists, state and
//! sources of ours: the machine's are neither read for packages nor changed.
//! apt refuses whatever Debian did not sign; nothing that a package would run
//! at its installation is run, as it is unpacked and not installed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::{ObtainError, Obtaining, private_folder};

const SUITE: &str = "trixie";
const ARCHIVE: &str = "http://deb.debian.org/debian";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const LAST_LINES: usize = 8;

/// The machine's hooks after apt's work are about the machine's lists: not ours to run. What is
/// unsigned is refused even where the machine's settings are lax.
const SETTINGS: &str = r#"#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons-hidpi;
#clear Acquire::IndexTargets::deb::CNF;
#clear APT::Default-Release;
Acquire::Languages "none";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
"#;

/// Programs that this needs, all of Debian's smallest system.
const NEEDED: [&str; 4] = ["/usr/bin/apt-get", "/usr/bin/dpkg-deb", "/usr/bin/gpgv", KEYRING];

/// Fetches the package and puts its program at `program`.
pub(super) async fn fetch(
    folder: &Path,
    program: &Path,
    progress: &(dyn Fn(Obtaining) + Send + Sync),
) -> Result<(), ObtainError> {
    if let Some(missing) = NEEDED.iter().map(PathBuf::from).find(|path| !path.exists()) {
        return Err(ObtainError::NotDebian { missing });
    }
    let room = folder.join("apt");
    let apt = Apt::prepare(&room, &archive().await).map_err(|source| local(&room, source))?;
    progress(Obtaining::List);
    apt.run(&["update"]).await?;
    progress(Obtaining::Package);
    apt.run(&["download", "restic"]).await?;
    progress(Obtaining::Unpacking);
    let unpacked = room.join("unpacked");
    let package = apt.package().map_err(|source| local(&room, source))?;
    let mut unpack = Command::new("/usr/bin/dpkg-deb");
    unpack.arg("-x").arg(package).arg(&unpacked);
    succeed(unpack).await?;
    keep(&unpacked.join("usr/bin/restic"), program).map_err(|source| local(program, source))?;
    fs::remove_dir_all(&room).map_err(|source| local(&room, source))
}

fn local(path: &Path, source: io::Error) -> ObtainError {
    ObtainError::Local { path: path.to_owned(), source }
}

/// Moves the program to its place, so that it is there whole or not at all.
fn keep(unpacked: &Path, program: &Path) -> io::Result<()> {
    let place = program.parent().unwrap_or(program);
    private_folder(place)?;
    File::open(unpacked)?.sync_all()?;
    fs::rename(unpacked, program)?;
    File::open(place)?.sync_all()
}

/// An apt with everything of its own but the way to the archive.
struct Apt {
    room: PathBuf,
}

impl Apt {
    fn prepare(room: &Path, archive: &str) -> io::Result<Self> {
        // What an attempt that was cut off left is of no use.
        match fs::remove_dir_all(room) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for part in ["state/lists/partial", "cache/archives/partial", "parts", "package"] {
            private_folder(&room.join(part))?;
        }
        fs::write(room.join("status"), "")?;
        fs::write(room.join("settings"), SETTINGS)?;
        fs::write(room.join("debian.sources"), sources(archive))?;
        Ok(Self { room: room.to_owned() })
    }

    async fn run(&self, what: &[&str]) -> Result<(), ObtainError> {
        let mut command = Command::new("/usr/bin/apt-get");
        command.arg("-qq").arg("-c").arg(self.room.join("settings"));
        for (setting, path) in [
            ("Dir::State", "state"),
            ("Dir::State::status", "status"),
            ("Dir::Cache", "cache"),
            ("Dir::Etc::SourceList", "debian.sources"),
            ("Dir::Etc::SourceParts", "parts"),
            ("Dir::Etc::Preferences", "none"),
            ("Dir::Etc::PreferencesParts", "parts"),
        ] {
            let path = self.room.join(path);
            command.arg("-o").arg(format!("{setting}={}", path.display()));
        }
        command.args(what).current_dir(self.room.join("package"));
        succeed(command).await
    }

    fn package(&self) -> io::Result<PathBuf> {
        let entries = fs::read_dir(self.room.join("package"))?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_package = |path: &PathBuf| path.extension().is_some_and(|end| end == "deb");
        paths.find(is_package).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn sources(archive: &str) -> String {
    format!(
        "Types: deb\nURIs: {archive}\nSuites: {SUITE}\nComponents: main\nSigned-By: {KEYRING}\n"
    )
}

/// Where this machine takes Debian's archive from.
async fn archive() -> String {
    let mut ask = Command::new("/usr/bin/apt-get");
    ask.args(["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"]);
    let told = output(ask).await.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    let mirror = told.ok().and_then(|targets| {
        let places = targets.lines().filter_map(|line| line.strip_prefix("Debian|Debian|http"));
        places.map(|rest| format!("http{}", rest.trim_end_matches('/'))).next()
    });
    mirror.unwrap_or_else(|| ARCHIVE.to_owned())
}

async fn output(mut command: Command) -> io::Result<Output> {
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).kill_on_drop(true).output().await
}

async fn succeed(command: Command) -> Result<(), ObtainError> {
    let program = PathBuf::from(command.as_std().get_program());
    let ended = output(command).await.map_err(|source| local(&program, source))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let lines: Vec<&str> = said.lines().collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
    Err(ObtainError::Archive { said: last.join("\n") })
}
