//! Pages of the front door's own: what people see where there is nothing to
//! pass on to. Both languages on each, the reader's first.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::body::Reply;
use crate::sentences::{Said, sentences};
use crate::table::{Bilingual, Work};

/// What is said in the place of a service's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing on this box has this name. Says nothing of what has.
    Unknown,
    /// The service has nothing at this path that is for people.
    Nothing,
    /// The request cannot be understood.
    Unclear,
    /// The connection was made for another name (RFC 9110, section 15.5.20).
    Misdirected,
    /// The upload is larger than the service takes.
    TooLarge {
        /// Most that it takes, in bytes.
        limit: u64,
    },
    /// The client stopped in the middle of its upload.
    Slow,
    /// The box's own pages do not answer: its daemon is away.
    BoxAway,
    /// The service should answer and does not.
    NotAnswering {
        /// Its name.
        service: String,
    },
    /// The service took the request and gave no answer in time.
    Late {
        /// Its name.
        service: String,
    },
    /// Something is being done to it.
    Closed {
        /// Its name.
        service: String,
        /// What is being done.
        work: Work,
    },
    /// Someone has stopped it.
    Stopped {
        /// Its name.
        service: String,
    },
    /// It does not work.
    Ill {
        /// Its name.
        service: String,
        /// Why.
        reason: Bilingual,
    },
}

/// What of a request a page needs, kept while the request goes its way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    languages: Option<HeaderValue>,
    accepts: Option<HeaderValue>,
    /// Whether the answer's head is all that is wanted.
    is_head: bool,
}

impl Reader {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        Self {
            languages: request.headers().get(ACCEPT_LANGUAGE).cloned(),
            accepts: request.headers().get(ACCEPT).cloned(),
            is_head: *request.method() == Method::HEAD,
        }
    }

    /// Whether French comes first. English does where neither is asked for.
    fn is_french(&self) -> bool {
        let wanted = self.languages.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("");
        let weight = |language: &str| {
            let fits = |range: &&str| {
                let tag = range.split(';').next().unwrap_or("").trim();
                let primary = tag.split('-').next().unwrap_or(tag);
                primary.eq_ignore_ascii_case(language)
            };
            let quality = |range: &str| {
                let given = range.split_once("q=").and_then(|(_, q)| q.trim().parse::<f32>().ok());
                given.unwrap_or(1.0)
            };
            let ranges = wanted.split(',').enumerate().filter(|(_, range)| fits(range));
            // Of two with one weight, the first named is wanted more.
            ranges.map(|(at, range)| (quality(range), usize::MAX - at)).next()
        };
        match (weight("fr"), weight("en")) {
            (Some(french), Some(english)) => french > english,
            (french, None) => french.is_some(),
            (None, Some(_)) => false,
        }
    }

    /// Programs that ask for JSON and not for pages get JSON.
    fn is_program(&self) -> bool {
        let accepts = self.accepts.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("");
        accepts.contains("json") && !accepts.contains("text/html")
    }
}

impl Page {
    /// The page as an answer.
    pub(crate) fn response(&self, reader: &Reader) -> Response<Reply> {
        let (status, retry) = self.status();
        let said = sentences(self);
        let (kind, text) = if reader.is_program() {
            ("application/json", json(&said))
        } else {
            ("text/html; charset=utf-8", html(&said, reader.is_french(), self.passes(), retry))
        };
        let length = text.len();
        // Over HTTP/2 nobody else would leave the body out.
        let text = (!reader.is_head).then(|| Bytes::from(text));
        let mut response = Response::new(Reply::Page(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept, accept-language"));
        headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if let Some(seconds) = retry {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// The status, and after how many seconds it is worth asking again.
    const fn status(&self) -> (StatusCode, Option<u32>) {
        match self {
            Self::Unknown | Self::Nothing => (StatusCode::NOT_FOUND, None),
            Self::Unclear => (StatusCode::BAD_REQUEST, None),
            Self::Misdirected => (StatusCode::MISDIRECTED_REQUEST, None),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, None),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, None),
            Self::BoxAway => (StatusCode::SERVICE_UNAVAILABLE, Some(15)),
            Self::NotAnswering { .. } => (StatusCode::BAD_GATEWAY, Some(15)),
            Self::Late { .. } => (StatusCode::GATEWAY_TIMEOUT, Some(60)),
            Self::Closed { work: Work::Starting, .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, Some(10))
            }
            Self::Closed { .. } => (StatusCode::SERVICE_UNAVAILABLE, Some(30)),
            Self::Stopped { .. } | Self::Ill { .. } => (StatusCode::SERVICE_UNAVAILABLE, Some(300)),
        }
    }

    /// Whether it ends by itself, so that the page may ask again by itself.
    const fn passes(&self) -> bool {
        matches!(self, Self::Closed { .. } | Self::BoxAway)
    }
}

const STYLE: &str = include_str!("page.css");
const BASKET: &str = include_str!("basket.svg");

/// Nothing may be loaded, sent or framed; the one style is known by its hash.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = ring::digest::digest(&ring::digest::SHA256, STYLE.as_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        BASE64.encode(hash)
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

fn html(said: &Said, french_first: bool, passes: bool, retry: Option<u32>) -> String {
    let parts = [("fr", &said.title.fr, &said.text.fr), ("en", &said.title.en, &said.text.en)];
    let [(first, title, text), (second, other_title, other_text)] =
        if french_first { parts } else { [parts[1], parts[0]] };
    let again = retry.filter(|_| passes).map_or(String::new(), |seconds| {
        format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">")
    });
    format!(
        "<!doctype html><html lang=\"{first}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\">{again}\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{BASKET}\
         <section><h1>{title}</h1><p>{text}</p></section>\
         <section lang=\"{second}\"><h2>{other_title}</h2><p>{other_text}</p></section>\
         </main></body></html>\n",
        title = escape(title),
        text = escape(text),
        other_title = escape(other_title),
        other_text = escape(other_text),
    )
}

fn json(said: &Said) -> String {
    serde_json::json!({
        "error": said.code,
        "title": { "en": said.title.en, "fr": said.title.fr },
        "message": { "en": said.text.en, "fr": said.text.fr },
    })
    .to_string()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(languages: &'static str) -> Reader {
        Reader { languages: Some(HeaderValue::from_static(languages)), ..Reader::default() }
    }

    #[test]
    fn the_readers_language_comes_first() {
        for french in ["fr", "fr-FR,fr;q=0.9,en;q=0.8", "de, FR;q=0.5", "en;q=0.3, fr;q=0.7"] {
            assert!(reader(french).is_french(), "{french}");
        }
        for english in ["", "en", "de", "en,fr", "fr;q=0.1,en-GB;q=0.9", "*"] {
            assert!(!reader(english).is_french(), "{english}");
        }
    }

    #[test]
    fn a_services_name_cannot_break_out_of_the_page() {
        let said = sentences(&Page::Stopped { service: "<script>\"'&".into() });
        let page = html(&said, true, false, None);
        assert!(page.contains("&lt;script&gt;&quot;&#39;&amp;") && !page.contains("<script"));
    }
}
