//! Names of the home: found by another machine, as such a machine looks them up.
//!
//! That machine is a network namespace, joined to this one by a pair of virtual
//! cables, with a name service of its own: Debian's avahi and nss-mdns, which is
//! what `getent hosts` asks on most Linux desktops.

use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::{Door, Http, TestBox, TestBoxPlan, wait_until};

const PATIENCE: Duration = Duration::from_secs(60);

/// Another machine of the home.
struct Neighbour {
    folder: tempfile::TempDir,
    namespace: String,
    cable: String,
    /// Holds the namespaces open.
    process: Child,
    avahi: Option<Child>,
    /// This machine's address at the cable, and the neighbour's.
    ours: IpAddr,
    theirs: IpAddr,
}

fn run(program: &str, words: &[&str]) -> bool {
    let ran = Command::new(program).args(words).stdin(Stdio::null()).output();
    ran.is_ok_and(|ran| ran.status.success())
}

/// The words with which `ip` does something in a namespace.
fn there<'a>(namespace: &'a str, words: &[&'a str]) -> Vec<&'a str> {
    [&["netns", "exec", namespace, "ip"], words].concat()
}

impl Neighbour {
    /// A machine that is called so; none where namespaces, or avahi, cannot be had.
    fn new(left_out: &str, called: &str) -> Option<Self> {
        let id = std::process::id() % 100_000;
        let has_avahi = run("avahi-daemon", &["--version"]);
        let namespace = format!("pnt{id}");
        if !has_avahi || !run("ip", &["netns", "add", &namespace]) {
            println!("left out, as there is no avahi or no network namespace: {left_out}");
            return None;
        }
        let (cable, other) = (format!("pnt{id}a"), format!("pnt{id}b"));
        // A network of documentation's (RFC 5737), split among tests that run at once.
        let part = id % 63 * 4;
        let (ours, theirs) =
            (format!("198.51.100.{}", part + 1), format!("198.51.100.{}", part + 2));
        let (our_net, their_net) = (format!("{ours}/30"), format!("{theirs}/30"));
        for words in [
            vec![
                "link", "add", &cable, "type", "veth", "peer", "name", &other, "netns", &namespace,
            ],
            vec!["address", "add", &our_net, "dev", &cable],
            vec!["link", "set", &cable, "up"],
            there(&namespace, &["address", "add", &their_net, "dev", &other]),
            there(&namespace, &["link", "set", &other, "up"]),
            there(&namespace, &["link", "set", "lo", "up"]),
        ] {
            assert!(run("ip", &words), "ip {words:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("nsswitch.conf", "hosts: mdns4_minimal\n".to_owned());
        write(
            "avahi.conf",
            format!(
                "[server]\nhost-name={called}\nuse-ipv6=no\nenable-dbus=no\nallow-interfaces={other}\n"
            ),
        );
        std::fs::create_dir_all("/run/avahi-daemon").unwrap();
        let place = folder.path().display();
        let script = format!(
            "mount -t tmpfs tmpfs /run/avahi-daemon && mount --bind {place}/nsswitch.conf /etc/nsswitch.conf \
             && echo ready && exec sleep infinity"
        );
        let mut process = Command::new("ip")
            .args(["netns", "exec", &namespace, "unshare", "--mount", "sh", "-c", &script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = [0; 6];
        std::io::Read::read_exact(&mut process.stdout.take().unwrap(), &mut said).unwrap();
        let ours = ours.parse().unwrap();
        let theirs = theirs.parse().unwrap();
        let mut new = Self { folder, namespace, cable, process, avahi: None, ours, theirs };
        let configuration = new.folder.path().join("avahi.conf");
        let avahi = new
            .command("avahi-daemon")
            .args(["--no-drop-root", "--no-chroot", "--no-rlimits", "-f"])
            .arg(configuration)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        new.avahi = Some(avahi.unwrap());
        Some(new)
    }

    /// A program on that machine.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("-t").arg(self.process.id().to_string()).args(["-m", "-n", program]);
        command.stdin(Stdio::null());
        command
    }

    /// Where a name leads, as that machine finds it.
    fn finds(&self, name: &str) -> Option<IpAddr> {
        let output = self.command("getent").args(["hosts", name]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.split_whitespace().next()?.parse().ok()
    }

    fn wait_for(&self, name: &str, expected: Option<IpAddr>) {
        wait_until(&format!("{name} leads to {expected:?}"), PATIENCE, || {
            (self.finds(name) == expected).then_some(())
        });
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        for child in self.avahi.iter_mut().chain([&mut self.process]) {
            let _ = child.kill();
            let _ = child.wait();
        }
        run("ip", &["link", "delete", &self.cable]);
        run("ip", &["netns", "delete", &self.namespace]);
    }
}

#[tokio::test]
async fn a_neighbour_finds_the_box_and_its_services_by_name_and_another_ones_name_is_left_to_it() {
    let label = format!("mesange{}", std::process::id() % 100_000);
    // The neighbour is called as one of our services would be.
    let called = format!("wiki-{label}");
    let taken = format!("{called}.local");
    let Some(neighbour) = Neighbour::new("names of the home", &called) else { return };
    neighbour.wait_for(&taken, Some(neighbour.theirs));
    let plan = TestBoxPlan {
        base_domain: format!("{label}.local"),
        listen: neighbour.ours,
        ..TestBoxPlan::default()
    };
    let Some(own) = TestBox::planned("names of the home", &plan) else { return };
    let here = Some(neighbour.ours);
    neighbour.wait_for(&format!("{label}.local"), here);

    own.panier(&["install", "tiny", "--name", "pad"]).well();
    let pad = format!("pad-{label}.local");
    let at = Door {
        at: (neighbour.ours, own.door("pad").at.port()).into(),
        name: pad.clone(),
        http: Http::One,
    };
    assert_eq!(own.door("pad").name, pad, "its first domain is one that devices look up");
    neighbour.wait_for(&pad, here);
    let answer = own.client().get(&at, "/health").await.unwrap();
    assert_eq!(answer.json()["status"], "pass");

    // A name that the neighbour has is left to it, and served under the next one.
    own.panier(&["install", "tiny", "--name", "wiki"]).well();
    let instead = format!("wiki-{label}-2.local");
    neighbour.wait_for(&instead, here);
    assert_eq!(neighbour.finds(&taken), Some(neighbour.theirs));
    own.client().when_open(&at.named(&instead), "/health").await;

    // Names of services that are gone are taken back at once.
    own.panier(&["remove", "pad", "--purge", "--yes"]).well();
    neighbour.wait_for(&pad, None);
    neighbour.wait_for(&format!("{label}.local"), here);
}
