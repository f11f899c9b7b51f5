//! What answers at an address.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Of an answer no more is looked at.
const LARGEST: usize = 64 * 1024;

/// Asks by GET for `path` under `host`, over plain HTTP, at exactly this
/// address; redirects are not followed. Gives the status and the body's first
/// 64 KiB.
///
/// # Errors
/// [`CannotAsk`].
pub async fn ask_at(
    at: SocketAddr,
    host: &str,
    path: &str,
    within: Duration,
) -> Result<(u16, Bytes), CannotAsk> {
    let asked = async {
        let stream = TcpStream::connect(at).await.map_err(CannotAsk::NotReached)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let request = Request::get(path).header("host", host).body(Empty::<Bytes>::new())?;
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        // A longer one is none of ours.
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        driver.abort();
        Ok((status, body.map(http_body_util::Collected::to_bytes).unwrap_or_default()))
    };
    tokio::time::timeout(within, asked).await.unwrap_or(Err(CannotAsk::Late))
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
pub enum CannotAsk {
    /// Nobody listens there, or nothing leads there.
    #[error("nobody answers")]
    NotReached(#[source] std::io::Error),
    /// Somebody listens, and does not speak HTTP.
    #[error("no HTTP is spoken there")]
    NoHttp(#[from] hyper::Error),
    /// The host or the path cannot be asked for.
    #[error("this cannot be asked for")]
    Wrong(#[from] http::Error),
    /// No answer came in time.
    #[error("no answer came in time")]
    Late,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    const PATIENCE: Duration = Duration::from_secs(20);

    async fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..length]).to_ascii_lowercase();
            assert!(asked.starts_with("get /a?b http/1.1") && asked.contains("host: pad.local"));
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        at
    }

    #[tokio::test]
    async fn an_answer_is_given_as_it_came() {
        let at = answering("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone").await;
        let (status, body) = ask_at(at, "pad.local", "/a?b", PATIENCE).await.unwrap();
        assert_eq!((status, &body[..]), (404, &b"none"[..]));
    }

    #[tokio::test]
    async fn what_is_no_http_and_what_is_nobody_are_told_apart() {
        let at = answering("SSH-2.0-no\r\n").await;
        let refused = ask_at(at, "pad.local", "/a?b", PATIENCE).await.unwrap_err();
        assert!(matches!(refused, CannotAsk::NoHttp(_)), "{refused:?}");
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let refused = ask_at(nobody, "pad.local", "/", PATIENCE).await.unwrap_err();
        assert!(matches!(refused, CannotAsk::NotReached(_)), "{refused:?}");
    }

    #[tokio::test]
    async fn silence_has_an_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let refused = ask_at(at, "pad.local", "/", Duration::from_millis(50)).await.unwrap_err();
        assert!(matches!(refused, CannotAsk::Late), "{refused:?}");
    }
}
