//! Messages over the control socket: four bytes of length (big endian), then
//! JSON; open files travel beside the length (`SCM_RIGHTS`, unix(7)).

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::net::UnixStream;

/// More than a table of a thousand services; less than what would hurt.
const LARGEST: usize = 32 * 1024 * 1024;
/// Listeners in one message: two roles on a few addresses each.
const MOST_FILES: usize = 16;

/// One end of the control socket.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: UnixStream,
}

impl Wire {
    pub(crate) const fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// Sends one message. Not to be called twice at a time.
    pub(crate) async fn send<T: Serialize + Sync>(
        &self,
        message: &T,
        files: &[BorrowedFd<'_>],
    ) -> Result<(), WireError> {
        let body = serde_json::to_vec(message).map_err(WireError::Words)?;
        if body.len() > LARGEST || files.len() > MOST_FILES {
            return Err(WireError::TooLarge);
        }
        let length = u32::try_from(body.len()).map_err(|_large| WireError::TooLarge)?;
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend_from_slice(&body);
        let mut sent = self.send_some(&bytes, files).await?;
        while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
            sent += self.send_some(rest, &[]).await?;
        }
        Ok(())
    }

    /// The next message and the files that came with it; none at the end.
    /// Not to be called twice at a time.
    pub(crate) async fn receive<T: DeserializeOwned>(
        &self,
    ) -> Result<Option<(T, Vec<OwnedFd>)>, WireError> {
        let mut files = Vec::new();
        let mut length = [0; 4];
        if !self.fill(&mut length, &mut files).await? {
            return Ok(None);
        }
        let length =
            usize::try_from(u32::from_be_bytes(length)).map_err(|_large| WireError::TooLarge)?;
        if length > LARGEST {
            return Err(WireError::TooLarge);
        }
        let mut body = vec![0; length];
        if !self.fill(&mut body, &mut files).await? {
            return Err(WireError::Socket(io::ErrorKind::UnexpectedEof.into()));
        }
        let message = serde_json::from_slice(&body).map_err(WireError::Words)?;
        Ok(Some((message, files)))
    }

    async fn send_some(&self, bytes: &[u8], files: &[BorrowedFd<'_>]) -> Result<usize, WireError> {
        self.stream
            .async_io(Interest::WRITABLE, || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                if !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(files)) {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                let bytes = [IoSlice::new(bytes)];
                let flags = SendFlags::NOSIGNAL;
                rustix::net::sendmsg(self.stream.as_fd(), &bytes, &mut control, flags)
                    .map_err(io::Error::from)
            })
            .await
            .map_err(WireError::Socket)
    }

    /// Fills `buffer`; false when the other side has ended before its first byte.
    async fn fill(&self, buffer: &mut [u8], files: &mut Vec<OwnedFd>) -> Result<bool, WireError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let got = self
                .stream
                .async_io(Interest::READABLE, || receive_some(&self.stream, rest, files))
                .await
                .map_err(WireError::Socket)?;
            match got {
                0 if filled == 0 => return Ok(false),
                0 => return Err(WireError::Socket(io::ErrorKind::UnexpectedEof.into())),
                got => filled += got,
            }
        }
        Ok(true)
    }
}

fn receive_some(
    stream: &UnixStream,
    buffer: &mut [u8],
    files: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut buffers = [IoSliceMut::new(buffer)];
    let flags = RecvFlags::CMSG_CLOEXEC;
    let received = rustix::net::recvmsg(stream.as_fd(), &mut buffers, &mut control, flags)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(came) = message {
            files.extend(came);
        }
    }
    Ok(received.bytes)
}

/// Why a message was not sent or not understood.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The socket failed, or the other side ended in the middle of a message.
    #[error("the control socket failed")]
    Socket(#[source] io::Error),
    /// The message is not one of the words both sides know.
    #[error("a message on the control socket is not understood")]
    Words(#[source] serde_json::Error),
    /// A message is larger than any true one.
    #[error("a message on the control socket is too large")]
    TooLarge,
}
