//! How many may be here at once: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::Resource;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files of the process's own, and some to spare.
const SPARE: u64 = 64;
/// A visitor is a file, and so is the connection to a service; the third is for
/// those that are kept for the next request.
const FILES_EACH: u64 = 3;

/// Everybody who is here.
pub(crate) struct Crowd {
    room: Arc<Semaphore>,
    from_one: u32,
    present: Mutex<HashMap<IpAddr, u32>>,
}

impl Crowd {
    /// With room for `in_all`, or for fewer where the process may not have so
    /// many files.
    pub(crate) fn new(in_all: usize, from_one: u32) -> Self {
        let files = rustix::process::getrlimit(Resource::Nofile).current;
        let files = files.map_or(u64::MAX, |files| files.saturating_sub(SPARE) / FILES_EACH);
        let most = in_all.min(usize::try_from(files).unwrap_or(usize::MAX)).max(1);
        Self { room: Arc::new(Semaphore::new(most)), from_one, present: Mutex::default() }
    }

    /// Waits until there is room for one more. Whoever comes meanwhile waits in
    /// the kernel's queue, where it costs next to nothing.
    pub(crate) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.room).acquire_owned().await.ok()
    }

    /// A seat for one who has come; none where too many of that address are here.
    pub(crate) fn seat(self: &Arc<Self>, room: OwnedSemaphorePermit, peer: IpAddr) -> Option<Seat> {
        let of = household(peer);
        let mut present = self.present();
        let here = present.entry(of).or_default();
        if *here >= self.from_one {
            return None;
        }
        *here += 1;
        Some(Seat { crowd: Arc::clone(self), of, _room: room })
    }

    fn present(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who counts as one. Of IPv6, a whole /64: the least that a household is given,
/// and all of it any one machine's to use (RFC 6177, RFC 8981).
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(peer) => {
            let network = u128::from(peer) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        peer => peer,
    }
}

/// One who is here, until it is dropped.
pub(crate) struct Seat {
    crowd: Arc<Crowd>,
    of: IpAddr,
    _room: OwnedSemaphorePermit,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut present = self.crowd.present();
        if let Some(here) = present.get_mut(&self.of) {
            *here -= 1;
            if *here == 0 {
                present.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_cannot_take_every_seat() {
        let crowd = Arc::new(Crowd::new(4, 2));
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let sit = async |from| crowd.seat(crowd.room().await.unwrap(), ip(from));
        let first = sit("203.0.113.7").await.unwrap();
        let _second = sit("::ffff:203.0.113.7").await.unwrap();
        assert!(sit("203.0.113.7").await.is_none());
        // Of IPv6, a household is one.
        let _third = sit("2001:db8::1").await.unwrap();
        let _fourth = sit("2001:db8::2").await.unwrap();
        assert_eq!(crowd.room.available_permits(), 0);
        drop(first);
        let _again = sit("203.0.113.7").await.unwrap();
        drop((_second, _third, _fourth, _again));
        assert!(crowd.present().is_empty());
        assert_eq!(crowd.room.available_permits(), 4);
    }
}
