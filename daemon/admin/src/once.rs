//! What is asked again is not done again. A browser on a line that fails cannot
//! know whether its request arrived: it asks once more under the same key, and
//! gets the answer that it missed.
//!
//! Source: draft-ietf-httpapi-idempotency-key-header. Beyond it, who asks again
//! while the first is at work is not refused but waits for the same answer, and
//! what was begun goes on when nobody waits for it any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use recipe::{Trouble, text};
use ring::digest::{Context, Digest, SHA256};
use tokio::sync::watch;

use crate::Clock;
use crate::refusal::{Refusal, request_too_large, request_wrong};
use crate::state::Shared;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// As long as the UUID that the panel makes, and no longer than memory can bear.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 16..=64;
/// Longer than a browser goes on trying.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(2);
/// Of more at once the others are answered without being kept.
const MOST: usize = 64;

/// What was asked lately, and what was answered.
#[derive(Default)]
pub(crate) struct Once(Mutex<HashMap<String, Asked>>);

struct Asked {
    at: Timestamp,
    question: Vec<u8>,
    answer: watch::Receiver<Option<Answer>>,
}

/// An answer whose bytes are all there, so that it can be given twice.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What a key leads to.
enum Found {
    /// It is new: whoever asked does it, and tells the answer here.
    New(watch::Sender<Option<Answer>>),
    /// It is answered already, or will be.
    Asked(watch::Receiver<Option<Answer>>),
    /// Something else was asked under it.
    Another,
    /// There is no room to keep more.
    Full,
}

impl Once {
    fn find(&self, key: &str, question: &Digest, clock: &Clock) -> Found {
        let now = clock();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_key, asked| now.duration_since(asked.at).abs() < KEPT_FOR);
        match all.get(key) {
            Some(asked) if asked.question == question.as_ref() => {
                Found::Asked(asked.answer.clone())
            }
            Some(_) => Found::Another,
            None if all.len() >= MOST => Found::Full,
            None => {
                let (told, answer) = watch::channel(None);
                let question = question.as_ref().to_vec();
                all.insert(key.to_owned(), Asked { at: now, question, answer });
                Found::New(told)
            }
        }
    }
}

/// Does what is asked under a key once, and answers all who ask it.
pub(crate) async fn ask_once(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let key = request.headers().get(KEY).filter(|_key| !request.method().is_safe());
    let Some(key) = key.map(|key| key.to_str().unwrap_or_default().to_owned()) else {
        return next.run(request).await;
    };
    if !KEY_LENGTH.contains(&key.len()) {
        return Refusal::from(request_wrong("Idempotency-Key")).into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, crate::api::LARGEST_BODY).await else {
        return Refusal::from(request_too_large()).into_response();
    };
    let mut question = Context::new(&SHA256);
    for part in [parts.method.as_str(), &parts.uri.to_string()] {
        question.update(part.as_bytes());
        question.update(b"\n");
    }
    question.update(&body);
    let request = Request::from_parts(parts, Body::from(body));
    match shared.once.find(&key, &question.finish(), &shared.admin.clock) {
        Found::New(told) => {
            let answer = told.subscribe();
            // Whoever asked may go away meanwhile.
            tokio::spawn(async move { told.send_replace(whole(next.run(request).await).await) });
            answered(answer).await
        }
        Found::Asked(answer) => answered(answer).await,
        Found::Another => Refusal::from(key_reused()).into_response(),
        Found::Full => next.run(request).await,
    }
}

async fn whole(response: Response) -> Option<Answer> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.ok()?;
    Some(Answer { status: parts.status, headers: parts.headers, body })
}

async fn answered(mut answer: watch::Receiver<Option<Answer>>) -> Response {
    let answer = answer.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
    let Some(Answer { status, headers, body }) = answer else {
        // Its handler has failed, which the daemon's log tells.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, headers, body).into_response()
}

fn key_reused() -> Trouble {
    Trouble::new(
        "request-key-reused",
        text!(
            "Something else was asked under this key already.",
            "Autre chose a déjà été demandé avec cette clé."
        ),
        text!(
            "Make a new Idempotency-Key for each request.",
            "Créez une nouvelle Idempotency-Key pour chaque demande."
        ),
    )
}
