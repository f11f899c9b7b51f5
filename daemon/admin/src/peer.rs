//! Who speaks: the kernel says it of each connection (`SO_PEERCRED`, unix(7)).

use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use tokio::net::UnixListener;

use crate::refusal::{Refusal, peer_refused};
use crate::state::Shared;

/// The user at the other end; none where the kernel did not say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(Option<u32>);

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|credentials| credentials.uid()))
    }
}

/// Lets root and the allowed users through.
pub(crate) async fn check(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(Peer(user)): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if may_speak(user, &shared.admin.allowed_users) {
        return next.run(request).await;
    }
    tracing::warn!(?user, "somebody was kept from the API");
    Refusal::from(peer_refused()).into_response()
}

fn may_speak(user: Option<u32>, allowed: &[u32]) -> bool {
    user.is_some_and(|user| user == 0 || allowed.contains(&user))
}

#[cfg(test)]
mod tests {
    use super::may_speak;

    #[test]
    fn root_and_the_allowed_users_alone_may_speak() {
        assert!(may_speak(Some(0), &[]));
        assert!(may_speak(Some(990), &[990]));
        assert!(!may_speak(Some(33), &[990]));
        assert!(!may_speak(None, &[990]));
    }
}
