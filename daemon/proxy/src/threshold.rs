//! The front door without listeners: for connections that come by another way.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::door::Door;
use crate::doorway::{self, Came};
use crate::live::Live;
use crate::message::Role;
use crate::patience::Patience;
use crate::serve::ServeError;
use crate::table::Table;

/// Serves one table to connections that somebody else has accepted: a tunnel's,
/// or those of who tries what strangers may say. Nothing is listened on, and no
/// names are looked up for services.
pub struct Threshold {
    door: Arc<Door>,
    acceptor: TlsAcceptor,
}

/// How far a connection has come when it is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// As it would come in at a listener.
    At(Role),
    /// Its TLS was taken off elsewhere.
    Shaken {
        /// The name that TLS was spoken for; none: the client named none.
        name: Option<String>,
        /// Whether HTTP/2 was agreed on; HTTP/1.1 otherwise.
        http2: bool,
    },
}

impl Threshold {
    /// With a table that is served from now on.
    ///
    /// # Errors
    /// [`ServeError`]: no TLS, or a table that cannot be served.
    pub fn new(table: Table) -> Result<Self, ServeError> {
        let door = Arc::new(Door::new(Patience::default()));
        let acceptor = doorway::acceptor(&door).map_err(ServeError::Tls)?;
        let live = Live::new(table, None).map_err(|error| ServeError::Table(error.into()))?;
        door.publish(live);
        Ok(Self { door, acceptor })
    }

    /// Serves one connection to its end; nothing is said to it where too many of
    /// that address are here.
    pub async fn serve<S>(&self, stream: S, peer: IpAddr, arrival: Arrival)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let room = self.door.crowd.room().await;
        let Some(seat) = room.and_then(|room| self.door.crowd.seat(room, peer)) else { return };
        let (door, came) = (Arc::clone(&self.door), Came { stream, peer, seat });
        match arrival {
            Arrival::At(role) => doorway::receive(door, &self.acceptor, role, came).await,
            Arrival::Shaken { name, http2 } => {
                let name = name.map(|name| name.to_ascii_lowercase());
                doorway::serve_shaken(door, came, name, http2).await;
            }
        }
    }
}
