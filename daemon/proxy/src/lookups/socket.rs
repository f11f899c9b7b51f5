//! The sockets that one service's questions come to.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, listen, socket, sockopt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::{sleep, timeout};

use super::relay::{Relay, Way, read, write};

/// Before an address that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// Before a socket that failed is used again.
const BREATH: Duration = Duration::from_millis(100);
/// The longest question: a name of 255 octets and what EDNS adds, many times over.
const LONGEST: usize = 2048;
/// How long a stream may be silent between two questions, and one answer may take
/// to be read. RFC 7766, section 6.2.3, leaves it to the server.
const SILENT: Duration = Duration::from_secs(10);
/// Streams that wait to be taken.
const WAITING: i32 = 64;

/// Serves one address for as long as it is asked to.
pub(super) async fn serve(at: SocketAddr, relay: Arc<Relay>) {
    loop {
        let opened = open(at, SocketType::DGRAM)
            .and_then(|file| UdpSocket::from_std(file.into()))
            .and_then(|datagrams| {
                let file = open(at, SocketType::STREAM)?;
                listen(&file, WAITING)?;
                Ok((datagrams, TcpListener::from_std(file.into())?))
            });
        match opened {
            Ok((datagrams, streams)) => {
                let datagrams = by_datagrams(Arc::new(datagrams), Arc::clone(&relay));
                tokio::join!(datagrams, by_streams(streams, relay));
                return;
            }
            Err(error) => {
                tracing::warn!(%at, %error, "names cannot be looked up there");
                sleep(AGAIN).await;
            }
        }
    }
}

/// A socket at an address that may come later: a service's network is made after
/// the door is told of it, and made anew without word. Its successor may open the
/// same before this process has ended.
fn open(at: SocketAddr, kind: SocketType) -> io::Result<OwnedFd> {
    let family = if at.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let file = socket(family, kind, None)?;
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&file, true)?;
    sockopt::set_ip_freebind(&file, true)?;
    sockopt::set_socket_reuseaddr(&file, true)?;
    sockopt::set_socket_reuseport(&file, true)?;
    bind(&file, &at)?;
    Ok(file)
}

async fn by_datagrams(socket: Arc<UdpSocket>, relay: Arc<Relay>) {
    let mut buffer = vec![0; LONGEST];
    loop {
        let (length, asker) = match socket.recv_from(&mut buffer).await {
            Ok(came) => came,
            Err(error) => {
                tracing::trace!(%error, "a question was lost");
                sleep(BREATH).await;
                continue;
            }
        };
        let Some(turn) = relay.turn() else { continue };
        let message = buffer.get(..length).unwrap_or_default().to_vec();
        let (socket, relay) = (Arc::clone(&socket), Arc::clone(&relay));
        tokio::spawn(async move {
            let _turn = turn;
            if let Some(answer) = relay.answer(&message, Way::Datagram).await {
                // Who asked may be gone.
                let _gone = socket.send_to(&answer, asker).await;
            }
        });
    }
}

async fn by_streams(listener: TcpListener, relay: Arc<Relay>) {
    loop {
        let Ok((stream, _asker)) = listener.accept().await else {
            sleep(BREATH).await;
            continue;
        };
        // One that gets no turn is closed, and asks again.
        let Some(turn) = relay.turn() else { continue };
        let relay = Arc::clone(&relay);
        tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = converse(stream, &relay).await {
                tracing::trace!(%error, "a stream of questions ended");
            }
        });
    }
}

/// One question after the other, until the other side has had enough.
async fn converse(mut stream: TcpStream, relay: &Relay) -> io::Result<()> {
    loop {
        let message = timeout(SILENT, read(&mut stream, LONGEST)).await??;
        let Some(answer) = relay.answer(&message, Way::Stream).await else { return Ok(()) };
        timeout(SILENT, write(&mut stream, &answer)).await??;
    }
}
