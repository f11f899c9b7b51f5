//! One request: where it goes, or what is said instead.

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::body::Reply;
use crate::door::count;
use crate::forward::{Errand, Failure, Passage};
use crate::headers::{self, PROBE};
use crate::host::Host;
use crate::live::Way;
use crate::page::{Page, Reader};
use crate::paths;
use crate::table::RouteState;
use crate::visit::Visit;

/// What becomes of a request, which is known from its head. Kept small: it is
/// moved about with all that waits for it.
enum Course {
    /// It is answered here.
    Here(Box<Response<Reply>>),
    /// It goes to a service.
    Service(Errand, Arc<Way>),
    /// It goes to the box's own pages.
    Web(Errand),
}

/// Answers a request; never fails, since a failure has a page.
///
/// All that can be done at once is: what is kept while the answer is awaited is
/// moved about, and the less it is, the better.
pub(crate) fn answer(
    visit: Arc<Visit>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Reply>, Infallible>> {
    let reader = Reader::of(&request);
    let course = route(&visit, request);
    async move {
        let answered = match course {
            Ok(course) => course.run().await,
            Err(page) => Err(page),
        };
        Ok(answered.unwrap_or_else(|page| {
            count(&visit.door.counters.pages);
            page.response(&reader)
        }))
    }
}

impl Course {
    async fn run(self) -> Result<Response<Reply>, Page> {
        match self {
            Self::Here(response) => Ok(*response),
            Self::Service(errand, way) => {
                let passed = errand.await;
                let mut response = passed.map_err(|failure| service_page(failure, &way.service))?;
                for (name, value) in &way.rules.headers {
                    response.headers_mut().insert(name.clone(), value.clone());
                }
                Ok(response)
            }
            Self::Web(errand) => errand.await.map_err(web_page),
        }
    }
}

fn route(visit: &Arc<Visit>, request: Request<Incoming>) -> Result<Course, Page> {
    let busy = visit.begin();
    let live = visit.door.live().ok_or(Page::BoxAway)?;
    let host = Host::of(request.uri(), request.headers()).ok_or(Page::Unclear)?;
    // No service needs these two; the one tunnels, the other mirrors secrets.
    let is_refused = matches!(*request.method(), Method::CONNECT | Method::TRACE);
    let is_odd = !request.uri().path().starts_with('/') || !headers::are_clear(request.headers());
    if is_refused || is_odd {
        return Err(Page::Unclear);
    }
    let to_web =
        Passage { visit, live: &live, host: &host, pool: &live.web, upload_limit: None, busy };
    if !visit.secure {
        return plain(to_web, request);
    }
    if visit.asked_for.as_ref().is_some_and(|name| *name != host.name) {
        return Err(Page::Misdirected);
    }
    if let Some(way) = live.way(&host.name) {
        return service(to_web, way, request);
    }
    // The box's own pages are for the home; what makes its certificate
    // trusted is for all.
    if live.is_box(&host.name) && (live.is_home(visit.peer) || is_trust(&request)) {
        return web(to_web, request);
    }
    Err(Page::Unknown)
}

/// A service's, by the way that leads to it.
fn service(
    passage: Passage<'_>,
    way: &Arc<Way>,
    request: Request<Incoming>,
) -> Result<Course, Page> {
    let named = || way.service.clone();
    let is_probe = || {
        let shown = request.headers().get(PROBE);
        shown.is_some_and(|shown| passage.live.is_probe(shown.as_bytes()))
    };
    let pool = match (&way.state, &way.pool) {
        (RouteState::Open { .. }, Some(pool)) => pool,
        (RouteState::Candidate { .. }, Some(pool)) if is_probe() => pool,
        (RouteState::Candidate { work, .. } | RouteState::Closed { work }, _) => {
            return Err(Page::Closed { service: named(), work: *work });
        }
        (RouteState::Ill { reason }, _) => {
            return Err(Page::Ill { service: named(), reason: reason.clone() });
        }
        (RouteState::Stopped | RouteState::Open { .. }, _) => {
            return Err(Page::Stopped { service: named() });
        }
    };
    let path = request.uri().path();
    if let Some(location) = way.rules.redirects.get(path) {
        let location = absolute(passage.host, location);
        return moved(StatusCode::MOVED_PERMANENTLY, &location).map(here);
    }
    if paths::is_shut(&way.rules.shut, path) {
        return Err(Page::Nothing);
    }
    let passage = Passage { pool, upload_limit: way.rules.upload_limit, ..passage };
    let errand = passage.prepare(request).map_err(|failure| service_page(failure, &way.service))?;
    Ok(Course::Service(errand, Arc::clone(way)))
}

fn service_page(failure: Failure, service: &str) -> Page {
    let service = service.to_owned();
    match failure {
        Failure::TooLarge { limit } => Page::TooLarge { limit },
        Failure::Slow => Page::Slow,
        Failure::Late => Page::Late { service },
        Failure::Unreached | Failure::Gone => Page::NotAnswering { service },
    }
}

/// The box's own pages.
fn web(passage: Passage<'_>, request: Request<Incoming>) -> Result<Course, Page> {
    passage.prepare(request).map(Course::Web).map_err(web_page)
}

fn web_page(failure: Failure) -> Page {
    match failure {
        Failure::Slow => Page::Slow,
        _ => Page::BoxAway,
    }
}

/// Plain HTTP leads to HTTPS, under any name: what is refused there is refused
/// once. Only `/trust` is answered, since without it HTTPS cannot be trusted,
/// and a public authority that asks before it has signed anything.
fn plain(passage: Passage<'_>, request: Request<Incoming>) -> Result<Course, Page> {
    if is_trust(&request) {
        return web(passage, request);
    }
    let Passage { live, host, .. } = passage;
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(answer) = live.challenges.at(&host.name, request.uri().path())
    {
        return Ok(here(answer));
    }
    let name = if host.name.contains(':') { format!("[{}]", host.name) } else { host.name.clone() };
    let port = match live.https_port {
        443 => String::new(),
        port => format!(":{port}"),
    };
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    // 301 is what every client knows, printers and old calendars too, and for
    // GET and HEAD it can only mean one thing; others need 308, which keeps the
    // method and the body.
    let status = match *request.method() {
        Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
        _ => StatusCode::PERMANENT_REDIRECT,
    };
    let mut response = moved(status, &format!("https://{name}{port}{rest}"))?;
    // A box that changes its port is not remembered at its old one for ever.
    let hour = HeaderValue::from_static("max-age=3600");
    response.headers_mut().insert(CACHE_CONTROL, hour);
    Ok(here(response))
}

fn here(response: Response<Reply>) -> Course {
    Course::Here(Box::new(response))
}

/// `/trust` and what is below it, in plain writing: any other way of writing
/// might lead elsewhere among the box's pages.
fn is_trust(request: &Request<Incoming>) -> bool {
    let path = request.uri().path();
    let below = path.strip_prefix("/trust");
    below.is_some_and(|below| below.is_empty() || below.starts_with('/')) && paths::is_plain(path)
}

fn absolute(host: &Host, location: &str) -> String {
    match host.written.to_str() {
        Ok(written) if location.starts_with('/') => format!("https://{written}{location}"),
        _ => location.to_owned(),
    }
}

fn moved(status: StatusCode, location: &str) -> Result<Response<Reply>, Page> {
    let location = HeaderValue::from_str(location).map_err(|_odd| Page::Unclear)?;
    let mut response = Response::new(Reply::Page(None));
    *response.status_mut() = status;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}
