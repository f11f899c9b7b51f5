//! The daemon's side of the control socket: orders out, answers in.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::message::{Answer, Hello, Order};
use crate::wire::{Wire, WireError};

/// The longest that a front door may take over one order: reading a table of a
/// thousand certificates on a small board takes a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

type Came = (Answer, Vec<OwnedFd>);

/// A connection to one living front door.
#[derive(Debug)]
pub(crate) struct Line {
    wire: Arc<Wire>,
    answers: Mutex<mpsc::Receiver<Came>>,
    ended: watch::Receiver<bool>,
    reader: JoinHandle<()>,
    pub(crate) hello: Hello,
}

impl Line {
    /// Connects; none where nobody answers at `path`.
    pub(crate) async fn connect(path: &Path) -> Result<Option<Self>, LineError> {
        let stream = match UnixStream::connect(path).await {
            Ok(stream) => stream,
            Err(error) => {
                return match error.kind() {
                    // No socket, nobody behind it, or nobody any more.
                    io::ErrorKind::NotFound
                    | io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::ConnectionReset => Ok(None),
                    _ => Err(LineError::Wire(WireError::Socket(error))),
                };
            }
        };
        let wire = Arc::new(Wire::new(stream));
        let first = tokio::time::timeout(ANSWER_WITHIN, wire.receive::<Answer>()).await;
        let hello = match first.map_err(|_late| LineError::Late)? {
            Ok(Some((Answer::Hello(hello), _))) => hello,
            Ok(Some(_)) => return Err(LineError::Unexpected),
            // It ended between our connecting and its greeting.
            Ok(None) => return Ok(None),
            Err(WireError::Socket(error)) if error.kind() == io::ErrorKind::ConnectionReset => {
                return Ok(None);
            }
            Err(error) => return Err(LineError::Wire(error)),
        };
        let (sender, answers) = mpsc::channel(1);
        let (end, ended) = watch::channel(false);
        let reader = tokio::spawn(read(Arc::clone(&wire), sender, end));
        Ok(Some(Self { wire, answers: Mutex::new(answers), ended, reader, hello }))
    }

    /// Sends an order and waits for its answer. Orders wait for each other.
    pub(crate) async fn ask(
        &self,
        order: &Order,
        files: &[BorrowedFd<'_>],
    ) -> Result<Came, LineError> {
        let mut answers = self.answers.lock().await;
        let asked = async {
            self.wire.send(order, files).await?;
            answers.recv().await.ok_or(LineError::Ended)
        };
        match tokio::time::timeout(ANSWER_WITHIN, asked).await {
            Ok(Ok((Answer::Refused { reason }, _))) => Err(LineError::Refused { reason }),
            Ok(answer) => answer,
            Err(_late) => {
                // Its answer would be taken for that of the next order.
                self.reader.abort();
                Err(LineError::Late)
            }
        }
    }

    /// Resolves when the front door has ended, or has closed the line.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An error says that the reader is gone, which is an end as well.
        let _gone = ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(wire: Arc<Wire>, answers: mpsc::Sender<Came>, end: watch::Sender<bool>) {
    loop {
        match wire.receive::<Answer>().await {
            Ok(Some(came)) => {
                if answers.send(came).await.is_err() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                tracing::warn!(%error, "the front door's control socket failed");
                break;
            }
        }
    }
    // Nobody listens when the line itself is gone.
    let _nobody = end.send(true);
}

/// Why a front door did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The socket failed.
    #[error("the front door cannot be spoken to")]
    Wire(#[from] WireError),
    /// The front door ended.
    #[error("the front door has ended")]
    Ended,
    /// No answer came in time.
    #[error("the front door did not answer in time")]
    Late,
    /// The answer is not one to this order.
    #[error("the front door gave an answer that does not fit")]
    Unexpected,
    /// It understood, and cannot.
    #[error("the front door refused: {reason}")]
    Refused {
        /// Its reason.
        reason: String,
    },
}
