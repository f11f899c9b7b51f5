//! The base of all images: a root filesystem from Debian's own archive, put
//! together by the host's `mmdebstrap`.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::description::Bootstrap;
use super::error::HomeImageError;
use super::host::Host;
use crate::engine::ProgressSink;
use crate::spec::Progress;

const PROGRAM: &str = "mmdebstrap";
const ARCHIVE: &str = "http://deb.debian.org/debian";
const SECURITY: &str = "http://deb.debian.org/debian-security";
const LAST_LINES: usize = 20;

/// What a container has no use for is never unpacked, here and in later layers;
/// the licences stay.
const LEFT_OUT: [&str; 5] = [
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
];

/// Settings of apt and dpkg for layers upon this one: downloads are thrown
/// away, lists are kept packed, no service is started, and nothing waits for
/// the disk (a build that is cut off is done again).
const SETTINGS: &str = r#"set -e
rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/apt/sources.list.d/*
cat > "$1/etc/apt/apt.conf.d/90-image" <<'END'
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "false";
Acquire::GzipIndexes "true";
Acquire::Languages "none";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true"; };
END
echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/90-image"
printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
chmod 755 "$1/usr/sbin/policy-rc.d"
rm -rf "$1"/var/cache/apt/*.bin "$1"/var/log/* "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old
"#;

/// What decides upon the content beside the suite: part of the image's inputs.
pub(super) fn rules() -> String {
    format!("{}\n{SETTINGS}{}", LEFT_OUT.join("\n"), sources("SUITE"))
}

/// Puts the root filesystem together as a tar archive at `archive`.
pub(super) async fn run(
    wanted: &Bootstrap,
    host: &Host,
    archive: &Path,
    temporary: &Path,
    progress: ProgressSink<'_>,
) -> Result<(), HomeImageError> {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments(wanted, host, archive))
        .env("TMPDIR", temporary)
        .envs(host.proxies.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    // Not killed with its caller: it would leave its mounts and its folder
    // behind. Left alone it ends by itself within the minute.
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            HomeImageError::ProgramMissing { program: PROGRAM, package: PROGRAM }
        }
        _ => failed(VecDeque::from([error.to_string()])),
    })?;
    let mut last = VecDeque::new();
    if let Some(output) = child.stderr.take() {
        let mut lines = BufReader::new(output).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(line.clone());
            progress(Progress::Line(line));
        }
    }
    match child.wait().await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(failed(last)),
        Err(error) => {
            Err(HomeImageError::Unreadable { path: PROGRAM.into(), source: Arc::new(error) })
        }
    }
}

fn failed(last: VecDeque<String>) -> HomeImageError {
    HomeImageError::BootstrapFailed { last_lines: last.into() }
}

fn arguments(wanted: &Bootstrap, host: &Host, archive: &Path) -> Vec<String> {
    let suite = &wanted.suite;
    let mut arguments: Vec<String> =
        ["--variant=minbase", "--components=main", "--format=tar"].map(str::to_owned).into();
    arguments.extend(host.apt.iter().map(|(name, value)| format!("--aptopt={name} \"{value}\"")));
    arguments.extend(LEFT_OUT.iter().map(|rule| format!("--dpkgopt={rule}")));
    // The image names Debian's own archive, wherever its parts came from here.
    let sources = sources(suite);
    arguments.push(format!(
        "--customize-hook={SETTINGS}cat > \"$1/etc/apt/sources.list\" <<'END'\n{sources}END\n"
    ));
    arguments.push(suite.clone());
    arguments.push(archive.to_string_lossy().into_owned());
    let main = host.archive.as_deref().unwrap_or(ARCHIVE);
    let security = host.security.as_deref().unwrap_or(SECURITY);
    arguments.extend(lines(suite, main, security));
    arguments
}

fn sources(suite: &str) -> String {
    lines(suite, ARCHIVE, SECURITY).map(|line| line + "\n").concat()
}

fn lines(suite: &str, archive: &str, security: &str) -> [String; 3] {
    [
        format!("deb {archive} {suite} main"),
        format!("deb {archive} {suite}-updates main"),
        format!("deb {security} {suite}-security main"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_mirror_serves_the_build_and_stays_out_of_the_image() {
        let wanted = Bootstrap { suite: "trixie".into(), renewed: "2026-11-22".into() };
        let host = Host {
            archive: Some("http://mirror.lan/debian".into()),
            apt: vec![("Acquire::http::Proxy".into(), "http://cache.lan:3142".into())],
            ..Host::default()
        };
        let said = arguments(&wanted, &host, Path::new("/var/tmp/base.tar"));
        assert!(said.contains(&"--aptopt=Acquire::http::Proxy \"http://cache.lan:3142\"".into()));
        assert!(said.contains(&"deb http://mirror.lan/debian trixie-updates main".into()));
        let hook = said.iter().find(|argument| argument.starts_with("--customize-hook")).unwrap();
        assert!(hook.contains("deb http://deb.debian.org/debian trixie main\n"));
        assert!(!hook.contains("mirror.lan"));
    }
}
