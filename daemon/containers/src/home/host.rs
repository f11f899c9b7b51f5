//! What this machine adds to a build, and which never reaches an image: how it
//! gets to Debian, PyPI and npm from where it stands.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::inputs::{Files, collect};

/// Where Debian keeps the certificates that a machine's owner added.
const CERTIFICATES: &str = "/usr/local/share/ca-certificates";
/// Where pip's settings can be, the nearest first: <https://pip.pypa.io/en/stable/topics/configuration/>.
const PIP_SETTINGS: [&str; 2] = [".config/pip/pip.conf", ".pip/pip.conf"];
const PIP_FOR_ALL: &str = "/etc/pip.conf";
/// The variables by which programs find a proxy; the builder passes them on by itself.
const PROXIES: [&str; 6] =
    ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
/// apt's settings that say how the archive is reached from here.
const APT_SETTINGS: [&str; 8] = [
    "Acquire::http::Proxy",
    "Acquire::https::Proxy",
    "Acquire::http::Timeout",
    "Acquire::https::Timeout",
    "Acquire::Check-Valid-Until",
    "Acquire::Retries",
    "Acquire::ForceIPv4",
    "Acquire::ForceIPv6",
];

/// What a machine adds to a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// Certificates of authorities that it trusts beyond Debian's own.
    pub certificates: Vec<PathBuf>,
    /// pip's settings.
    pub pip: Option<PathBuf>,
    /// `http_proxy` and its like.
    pub proxies: Vec<(String, String)>,
    /// apt's settings that say how the archive is reached.
    pub apt: Vec<(String, String)>,
    /// Where it takes Debian's archive from, where that is not the usual place.
    pub archive: Option<String>,
    /// Where it takes Debian's security updates from.
    pub security: Option<String>,
}

impl Host {
    /// Reads what this machine has. What cannot be read is taken as not being there.
    pub async fn read() -> Self {
        let (archive, security) = mirrors(&said("apt-get", &INDEX_TARGETS).await);
        let mut certificates = Files::new();
        if let Err(error) = collect(Path::new(CERTIFICATES), "", &mut certificates) {
            tracing::debug!(%error, "no certificates of the machine's own");
        }
        Self {
            certificates: certificates
                .into_iter()
                .filter(|(name, _)| name.ends_with(".crt"))
                .map(|(_, path)| path)
                .collect(),
            pip: pip_settings(),
            proxies: PROXIES
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
            apt: apt_settings(&said("apt-config", &["dump"]).await),
            archive,
            security,
        }
    }

    /// Its files as a build stage is to have them: path from the root, path on this machine.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new();
        for (number, path) in self.certificates.iter().enumerate() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let under = CERTIFICATES.trim_start_matches('/');
            files.insert(format!("{under}/{number:02}-{name}"), path.clone());
        }
        if let Some(path) = &self.pip {
            files.insert(PIP_FOR_ALL.trim_start_matches('/').to_owned(), path.clone());
        }
        files
    }

    /// apt's settings as arguments on its command line.
    pub(super) fn apt_options(&self) -> String {
        let plain = |value: &str| {
            value
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-._:/@%[]".contains(letter))
        };
        let options = self.apt.iter().filter(|(_, value)| plain(value));
        options.map(|(name, value)| format!("-o {name}={value}")).collect::<Vec<_>>().join(" ")
    }
}

const INDEX_TARGETS: [&str; 4] =
    ["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"];

/// What a program says; nothing when it is missing or fails.
async fn said(program: &str, arguments: &[&str]) -> String {
    let ran = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    match ran {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => {
            tracing::debug!(program, %error, "could not be asked");
            String::new()
        }
    }
}

fn pip_settings() -> Option<PathBuf> {
    let named = std::env::var_os("PIP_CONFIG_FILE").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let near = PIP_SETTINGS.iter().filter_map(|name| Some(home.as_ref()?.join(name)));
    named.into_iter().chain(near).chain([PathBuf::from(PIP_FOR_ALL)]).find(|path| path.is_file())
}

/// The lines `Name "value";` of `apt-config dump` that matter here.
fn apt_settings(dump: &str) -> Vec<(String, String)> {
    dump.lines()
        .filter_map(|line| line.trim_end().strip_suffix("\";")?.split_once(" \""))
        .filter(|(name, value)| {
            let known = |setting: &str| {
                name.eq_ignore_ascii_case(setting)
                    || name
                        .get(..setting.len() + 2)
                        .is_some_and(|start| start.eq_ignore_ascii_case(&format!("{setting}::")))
            };
            !value.is_empty() && APT_SETTINGS.iter().any(|setting| known(setting))
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Where apt takes Debian's archive and its security updates from, as it says of itself.
fn mirrors(targets: &str) -> (Option<String>, Option<String>) {
    let of = |wanted: &str| {
        targets.lines().find_map(|line| {
            let (origin, rest) = line.split_once('|')?;
            let (label, place) = rest.split_once('|')?;
            (origin == "Debian" && label == wanted && place.starts_with("http"))
                .then(|| place.trim_end_matches('/').to_owned())
        })
    };
    (of("Debian"), of("Debian-Security"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_apts_settings_only_those_that_say_how_the_archive_is_reached_are_taken() {
        let dump = "APT::Architecture \"amd64\";\nAcquire::http \"\";\n\
            Acquire::Check-Valid-Until \"false\";\n\
            Acquire::http::Proxy::deb.debian.org \"http://cache.lan:3142\";\n\
            Acquire::http::Proxy-Auto-Detect \"/usr/bin/detect\";\n";
        let host = Host { apt: apt_settings(dump), ..Host::default() };
        assert_eq!(
            host.apt_options(),
            "-o Acquire::Check-Valid-Until=false \
             -o Acquire::http::Proxy::deb.debian.org=http://cache.lan:3142"
        );
    }

    #[test]
    fn mirrors_are_those_of_debians_own_archive() {
        let targets = "Docker|Docker CE|https://download.example/\n\
            Debian|Debian|http://mirror.lan/debian/\n\
            Debian|Debian-Security|http://mirror.lan/debian-security/\n";
        let expected = (
            Some("http://mirror.lan/debian".into()),
            Some("http://mirror.lan/debian-security".into()),
        );
        assert_eq!(mirrors(targets), expected);
        assert_eq!(mirrors("Debian|Debian|file:/media/cdrom\n"), (None, None));
    }

    #[test]
    fn a_value_that_a_shell_would_read_as_more_is_left_out() {
        let apt = vec![("Acquire::http::Proxy".to_owned(), "http://x; rm -rf /".to_owned())];
        assert_eq!(Host { apt, ..Host::default() }.apt_options(), "");
    }
}
