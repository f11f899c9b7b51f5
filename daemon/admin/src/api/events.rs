//! Event streams (server-sent events, as the HTML standard describes them).

use std::sync::Arc;
use std::time::Duration;

use ::jobs::Event;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};
use ledger::JobId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::jobs::detail;
use crate::asked::{Asked, Named, Nothing};
use crate::refusal::{Refusal, job_unknown};
use crate::state::Shared;
use crate::views::{EventView, JobDetail, TroubleShape};

/// A comment is sent this often, so that a reader that is gone is noticed.
const KEPT_ALIVE_EVERY: Duration = Duration::from_secs(15);

/// What happens to one job: first all that is known, then what comes, and at
/// its end once more all that is known.
#[utoipa::path(get, path = "/api/jobs/{id}/events", tag = "jobs", operation_id = "follow_job",
    params(("id" = i64, Path)),
    responses((status = 200, description = "One event a message", body = EventView, content_type = "text/event-stream"),
        (status = 404, description = "No such job", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn of_job(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<i64>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Refusal> {
    // Listen first, then look: what happens in between is told twice, never not at all.
    let events = shared.admin.journal.events();
    let known = detail(&shared, JobId(id))?.ok_or_else(|| job_unknown(id))?;
    let closing = shared.closing();
    let follower =
        Follower { shared, id: JobId(id), events, lines: 0, next: Next::Known(Box::new(known)) };
    let told = unfold(follower, Follower::tell).take_until(closing);
    Ok(stream(told))
}

/// What happens to all jobs, from now on.
#[utoipa::path(get, path = "/api/events", tag = "jobs", operation_id = "follow_all",
    responses((status = 200, description = "One event a message", body = EventView, content_type = "text/event-stream")))]
pub(super) async fn of_all(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Response {
    let closing = shared.closing();
    let told = unfold(shared.admin.journal.events(), async |mut events| {
        loop {
            match events.recv().await {
                Ok(event) => return Some((EventView::from(event), events)),
                // Who must not miss anything follows the job itself.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    stream(told.take_until(closing))
}

fn stream(told: impl Stream<Item = EventView> + Send + 'static) -> Response {
    let told = Sse::new(told.map(|event| Sent::default().json_data(event)))
        .keep_alive(KeepAlive::new().interval(KEPT_ALIVE_EVERY));
    // axum says `no-cache`, which lets an answer be kept.
    ([(CACHE_CONTROL, "no-store")], told).into_response()
}

/// Somebody who follows one job.
struct Follower {
    shared: Arc<Shared>,
    id: JobId,
    events: Receiver<Event>,
    /// How many of the job's lines were told.
    lines: u32,
    next: Next,
}

/// What a follower is told next.
enum Next {
    /// All that is known.
    Known(Box<JobDetail>),
    /// What comes.
    Live,
    /// All that is known, looked up afresh.
    Look,
    /// Nothing more.
    End,
}

impl Follower {
    async fn tell(mut self) -> Option<(EventView, Self)> {
        match std::mem::replace(&mut self.next, Next::Live) {
            Next::End => None,
            Next::Known(known) => Some(self.tell_known(*known)),
            Next::Live => self.tell_live().await,
            Next::Look => self.look(),
        }
    }

    fn tell_known(mut self, known: JobDetail) -> (EventView, Self) {
        self.lines = known.lines.last().map_or(0, |line| line.number + 1);
        self.next = if known.job.state.is_end() { Next::End } else { Next::Live };
        (EventView::Known { detail: Box::new(known) }, self)
    }

    fn look(self) -> Option<(EventView, Self)> {
        match detail(&self.shared, self.id) {
            Ok(known) => known.map(|known| self.tell_known(known)),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a job cannot be followed"
                );
                None
            }
        }
    }

    async fn tell_live(mut self) -> Option<(EventView, Self)> {
        loop {
            match self.events.recv().await {
                Ok(event) if event.job() != self.id || self.was_told(&event) => {}
                Ok(event) => {
                    if event.is_end() {
                        self.next = Next::Look;
                    }
                    return Some((event.into(), self));
                }
                Err(RecvError::Lagged(_)) => return self.look(),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Whether a line was told already, with all that was known.
    fn was_told(&self, event: &Event) -> bool {
        matches!(event, Event::Line { number: Some(number), .. } if *number < self.lines)
    }
}
