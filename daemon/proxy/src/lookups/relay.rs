//! Questions passed on, and answers back.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use super::question::{Question, Refusal};

/// How long one resolver is given. Those who ask wait five seconds before they
/// ask again (resolv.conf(5)): the second must have its turn before that.
const ONE: Duration = Duration::from_secs(2);
/// How many resolvers are asked, as resolv.conf(5) has it.
const RESOLVERS: usize = 3;
/// Questions of one service that wait for their answers. A feed reader asks for
/// some hundred names at a time, a flood for as many as it can.
const AT_ONCE: usize = 256;
/// The longest datagram that is taken: what resolvers give with EDNS
/// (RFC 6891, section 6.2.5).
const DATAGRAM: usize = 4096;

/// Passes on what one service asks.
pub(super) struct Relay {
    resolvers: watch::Receiver<Vec<SocketAddr>>,
    turns: Arc<Semaphore>,
    chance: SystemRandom,
}

/// How a question came, which is how it is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Datagram,
    Stream,
}

impl Relay {
    pub(super) fn new(resolvers: watch::Receiver<Vec<SocketAddr>>) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { resolvers, turns, chance: SystemRandom::new() }
    }

    /// A turn; none while as many as may be are waiting. Whoever gets none asks again.
    pub(super) fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// The answer to a message; none where it is no question.
    pub(super) async fn answer(&self, message: &[u8], way: Way) -> Option<Vec<u8>> {
        let question = Question::read(message)?;
        if let Some(refusal) = question.refused() {
            return Some(question.refuse(refusal));
        }
        let resolvers = self.resolvers.borrow().clone();
        for resolver in resolvers.into_iter().take(RESOLVERS) {
            let mut number = [0; 2];
            self.chance.fill(&mut number).ok()?;
            let asked = async {
                match way {
                    Way::Datagram => by_datagram(resolver, &question, number).await,
                    Way::Stream => by_stream(resolver, &question, number).await,
                }
            };
            match timeout(ONE, asked).await {
                Ok(Ok(answer)) => return Some(answer),
                Ok(Err(error)) => tracing::debug!(%resolver, %error, "a resolver was not asked"),
                Err(_late) => tracing::debug!(%resolver, "a resolver did not answer"),
            }
        }
        Some(question.refuse(Refusal::Failed))
    }
}

/// From a socket of its own each time: its port is one more number to guess.
async fn by_datagram(
    resolver: SocketAddr,
    question: &Question,
    number: [u8; 2],
) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match resolver {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(resolver).await?;
    socket.send(&question.numbered(number)).await?;
    let mut buffer = vec![0; DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let came = buffer.get(..length).unwrap_or_default();
        // What answers another question is not ours, and the right one may still come.
        if let Some(answer) = question.answered(came, number) {
            return Ok(answer);
        }
    }
}

async fn by_stream(
    resolver: SocketAddr,
    question: &Question,
    number: [u8; 2],
) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(resolver).await?;
    write(&mut stream, &question.numbered(number)).await?;
    let came = read(&mut stream, usize::from(u16::MAX)).await?;
    question.answered(&came, number).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// A message on a stream stands behind its length (RFC 1035, section 4.2.2).
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> io::Result<Vec<u8>> {
    let length = usize::from(stream.read_u16().await?);
    if length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await?;
    Ok(message)
}

pub(super) async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &[u8],
) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_too_long| io::ErrorKind::InvalidData)?;
    // In one piece: some resolvers read no further than the first.
    let whole = [&length.to_be_bytes()[..], message].concat();
    stream.write_all(&whole).await
}
