//! Names of the home: multicast DNS (RFC 6762), by mdns-sd.
//!
//! That crate answers in a thread of its own. It was chosen over the system's
//! avahi, which not every Debian runs and which wants D-Bus, and over writing
//! one: probing, conflicts and goodbyes are where such code goes wrong. It is
//! under Apache-2.0 or MIT, is kept up, and brings six small crates.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use mdns_sd::{DaemonEvent, IfKind, IfPredicate, RRType, ServiceDaemon, ServiceInfo};
use tokio::sync::watch;

/// What is said to be there: pages by HTTPS, so that lists of the home's
/// services (RFC 6763) show them too.
const KIND: &str = "_https._tcp.local.";
/// Longest first part of a name, in bytes (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// A name that leads to this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Announced {
    /// The name, such as `pad-mesange.local`.
    pub host: String,
    /// The port of HTTPS.
    pub port: u16,
}

/// Announces names to the home, answers who asks for them, and says farewell
/// when they are gone. Names are defended: whoever wants one of them is told
/// that it is taken. One that another machine has already is given up for the
/// next free one.
///
/// Dropping this ends the answers without a farewell: what the names lead to
/// may well be served on.
pub struct Multicast {
    daemon: ServiceDaemon,
    known: Mutex<BTreeMap<Announced, String>>,
    renamed: watch::Receiver<BTreeMap<String, String>>,
}

impl Multicast {
    /// Speaks on the interfaces that `speaks` chooses, by name and address, as
    /// they come and go. To be called inside a runtime.
    ///
    /// # Errors
    /// [`CannotAnnounce`]: the machine gives no thread or no socket.
    pub fn start(
        speaks: impl Fn(&str, IpAddr) -> bool + Send + Sync + 'static,
    ) -> Result<Self, CannotAnnounce> {
        let daemon = ServiceDaemon::new()?;
        daemon.disable_interface(IfKind::All)?;
        let chosen = IfPredicate::new(move |interface| speaks(&interface.name, interface.ip()));
        daemon.enable_interface(IfKind::Predicate(chosen))?;
        let events = daemon.monitor()?;
        let (names, renamed) = watch::channel(BTreeMap::new());
        tokio::spawn(async move {
            while let Ok(event) = events.recv_async().await {
                if let DaemonEvent::NameChange(change) = event
                    && matches!(change.rr_type, RRType::A | RRType::AAAA)
                {
                    let (host, got) = (plain(&change.original), plain(&change.new_name));
                    names.send_modify(|names| {
                        names.insert(host, got);
                    });
                }
            }
        });
        Ok(Self { daemon, known: Mutex::default(), renamed })
    }

    /// Announces exactly these names, in the place of all that were. It takes a
    /// second or so until a new one counts: others are asked first.
    ///
    /// # Errors
    /// [`CannotAnnounce`] for the first name that is refused; the others stand.
    pub fn announce(&self, wanted: &[Announced]) -> Result<(), CannotAnnounce> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<Announced> =
            known.keys().filter(|one| !wanted.contains(one)).cloned().collect();
        for one in gone {
            if let Some(title) = known.remove(&one) {
                // What it says of its end is not waited for.
                let _farewell = self.daemon.unregister(&title)?;
            }
        }
        for one in wanted {
            if !known.contains_key(one) {
                let title = self.register(one)?;
                known.insert(one.clone(), title);
            }
        }
        Ok(())
    }

    /// Names that were taken, and what they are called here in their place; as
    /// it changes.
    #[must_use]
    pub fn renamed(&self) -> watch::Receiver<BTreeMap<String, String>> {
        self.renamed.clone()
    }

    fn register(&self, one: &Announced) -> Result<String, CannotAnnounce> {
        let title: String = one.host.trim_end_matches(".local").chars().collect();
        let title = title.get(..LONGEST_LABEL).unwrap_or(&title);
        let host = format!("{}.", one.host);
        let none: [(&str, &str); 0] = [];
        let info = ServiceInfo::new(KIND, title, &host, "", one.port, &none[..])?;
        let info = info.enable_addr_auto();
        let name = info.get_fullname().to_owned();
        self.daemon.register(info)?;
        Ok(name)
    }
}

impl Drop for Multicast {
    fn drop(&mut self) {
        // A thread that has ended already needs no telling.
        let _ended = self.daemon.shutdown();
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Names cannot be announced.
#[derive(Debug, thiserror::Error)]
#[error("names cannot be announced by multicast DNS")]
pub struct CannotAnnounce(#[from] mdns_sd::Error);
