//! The two sockets, and their end.

use std::io;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::state::Shared;
use crate::{Admin, api, pages, panel, peer};

/// How long answers that are under way may take when the end has come.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Where to serve what.
pub struct AdminOptions {
    /// For root and the command line: the API.
    pub api: UnixListener,
    /// For the front door: the panel, and the API for who is signed in.
    pub web: UnixListener,
    /// What both are handed.
    pub state: Admin,
}

/// Serves until `shutdown` resolves. Streams end with it; other answers under
/// way may take a few seconds more.
///
/// # Errors
/// When a socket can no longer be listened on.
pub async fn serve(
    options: AdminOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (close, closing) = watch::channel(false);
    let shared = Shared::new(options.state, closing);
    let api = axum::serve(
        options.api,
        api::router(&shared).into_make_service_with_connect_info::<peer::Peer>(),
    )
    .with_graceful_shutdown(shared.closing());
    let web = api::router_for_people(&shared).merge(pages::router(&shared)).fallback(panel::serve);
    let web = axum::serve(options.web, web).with_graceful_shutdown(shared.closing());
    let serving = async { tokio::try_join!(api.into_future(), web.into_future()).map(|_both| ()) };
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended,
        () = shutdown => {}
    }
    close.send_replace(true);
    match timeout(LAST_ANSWERS_WITHIN, serving).await {
        Ok(ended) => ended,
        Err(_late) => {
            tracing::warn!("some requests were cut off");
            Ok(())
        }
    }
}
