//! Speaking to the daemon: HTTP/1.1 over its Unix socket, a connection a request.

use std::io::ErrorKind;
use std::path::PathBuf;

use admin::views::JobStarted;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use recipe::{Trouble, text};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use super::complaint::Complaint;
use super::exit::Exit;
use super::stream::Lines;
use crate::configuration::Configuration;

/// The daemon of one box.
pub(super) struct Client {
    socket: PathBuf,
    /// What starts that daemon, for who is told that it is away.
    start: String,
}

impl Client {
    pub(super) fn new(configuration: &Configuration) -> Self {
        let start = match configuration.root() {
            None => "sudo systemctl start panier".to_owned(),
            Some(root) => format!("panier --root {} daemon", root.display()),
        };
        Self { socket: configuration.api_socket(), start }
    }

    #[cfg(test)]
    pub(super) fn at(socket: PathBuf) -> Self {
        Self { socket, start: "panier daemon".to_owned() }
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Complaint> {
        self.answer(Method::GET, path, &()).await
    }

    /// Has something done, which is a job.
    pub(super) async fn begin(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<i64, Complaint> {
        Ok(self.answer::<JobStarted>(method, path, body).await?.job)
    }

    /// Has something done that is no job, and reads what came of it.
    pub(super) async fn send_for<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Complaint> {
        self.answer(method, path, body).await
    }

    /// Has something done that has no answer but that it is done.
    pub(super) async fn have_done(&self, method: Method, path: &str) -> Result<(), Complaint> {
        self.send(method, path, &()).await.map(|_done| ())
    }

    /// An answer that comes line by line.
    pub(super) async fn lines(&self, path: &str) -> Result<Lines, Complaint> {
        Ok(Lines::new(self.send(Method::GET, path, &()).await?.into_body()))
    }

    /// Has something done that is done at once, and gives what it gives.
    pub(super) async fn answer<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Complaint> {
        let response = self.send(method, path, body).await?;
        let bytes = response.into_body().collect().await.map_err(|error| cut_off(&error))?;
        serde_json::from_slice(&bytes.to_bytes()).map_err(|error| not_understood(&error).into())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Response<Incoming>, Complaint> {
        let stream = UnixStream::connect(&self.socket).await.map_err(|e| self.away(&e))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| cut_off(&error))?;
        // Ends with the request; what broke is told by the answer's own error.
        tokio::spawn(async move {
            let _broken = connection.await;
        });
        let body = match method {
            Method::GET | Method::DELETE => Vec::new(),
            _ => serde_json::to_vec(body).map_err(|error| not_understood(&error))?,
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "panier")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| not_understood(&error))?;
        let response = sender.send_request(request).await.map_err(|error| cut_off(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    fn away(&self, error: &std::io::Error) -> Complaint {
        let Self { socket, start } = self;
        let socket = socket.display();
        let trouble = match error.kind() {
            ErrorKind::PermissionDenied => Trouble::new(
                "peer-refused",
                text!(
                    "Only root and the box's own user may do this.",
                    "Seuls root et l’utilisateur de la boîte peuvent faire cela."
                ),
                text!("Run it again with sudo.", "Relancez la commande avec sudo."),
            ),
            _ => Trouble::new(
                "daemon-away",
                text!("Panier's daemon is not running.", "Le démon de Panier ne tourne pas."),
                text!("Start it: {start}", "Démarrez-le : {start}"),
            )
            .because(text!("Nobody answers at {socket}.", "Personne ne répond à {socket}.")),
        };
        Complaint::new(Exit::Away, trouble)
    }
}

/// A segment of a path, whatever was written: signs that mean something in a
/// path are written so that they do not (RFC 3986, section 2.1).
pub(super) fn segment(written: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    match written {
        // Dots alone would walk through the path.
        "." | ".." => written.replace('.', "%2E"),
        _ => written.bytes().map(encode).collect(),
    }
}

async fn refusal(response: Response<Incoming>) -> Complaint {
    let exit = Exit::of_status(response.status().as_u16());
    let read = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let trouble = match read {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| not_understood(&error)),
        Err(error) => return cut_off(&error),
    };
    Complaint::new(exit, trouble)
}

/// The daemon went away in the middle of an answer.
pub(super) fn cut_off(error: &hyper::Error) -> Complaint {
    Complaint::new(
        Exit::Away,
        Trouble::new(
            "daemon-cut-off",
            text!(
                "The daemon ended in the middle of its answer.",
                "Le démon s’est arrêté au milieu de sa réponse."
            ),
            text!(
                "Ask again in a moment; jobs go on when it is back: panier jobs",
                "Redemandez dans un instant ; les tâches reprennent à son retour : panier jobs"
            ),
        )
        .because_of(error),
    )
}

/// An answer that this command cannot read.
pub(super) fn not_understood(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "answer-not-understood",
        text!(
            "The daemon's answer was not understood.",
            "La réponse du démon n’a pas été comprise."
        ),
        text!(
            "The daemon may be of another version than this command: restart it.",
            "Le démon est peut-être d’une autre version que cette commande : redémarrez-le."
        ),
    )
    .because_of(error)
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn what_is_written_stays_one_segment() {
        assert_eq!(segment("budget-2"), "budget-2");
        assert_eq!(segment("a/b?c#d é"), "a%2Fb%3Fc%23d%20%C3%A9");
        assert_eq!(segment(".."), "%2E%2E");
    }
}
