//! Headers at the border: what ends here, and what is ours to say.

use http::header::{self, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue};

/// What the probe shows; it and all that begins so never pass.
pub(crate) const PROBE: HeaderName = HeaderName::from_static("x-panier-probe");

const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// Takes out what is meant for the next hop alone (RFC 9110, section 7.6.1):
/// the headers that Connection names, and those that always are.
pub(crate) fn strip_hop(headers: &mut HeaderMap) {
    strip(headers, is_of_hop);
}

/// The same, and whatever else is not for those beyond. Most messages have
/// little of all this: their headers are looked through once.
fn strip(headers: &mut HeaderMap, mut is_not_for_them: impl FnMut(&str) -> bool) {
    let (mut gone, mut names_more) = (Vec::new(), false);
    for name in headers.keys() {
        names_more |= *name == CONNECTION;
        if is_not_for_them(name.as_str()) {
            gone.push(name.clone());
        }
    }
    if names_more {
        gone.extend(named_by_connection(headers));
    }
    for name in gone {
        headers.remove(name);
    }
}

fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let mut named = Vec::new();
    for value in headers.get_all(CONNECTION) {
        for token in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            let usual = ["", "keep-alive", "close", "upgrade", "te"];
            if usual.iter().any(|usual| token.eq_ignore_ascii_case(usual)) {
                continue;
            }
            // These hold the message together; naming them is an attack.
            named.extend(
                HeaderName::from_bytes(token.as_bytes())
                    .ok()
                    .filter(|name| *name != HOST && *name != CONTENT_LENGTH),
            );
        }
    }
    named
}

/// Whether a header is for the next hop, whoever names it.
fn is_of_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "proxy-authenticate"
            | "proxy-authorization"
    )
}

/// Whether a request's headers mean the same to all who read them on its way:
/// HTTP/1.1 can write all names, and the length of the body is said clearly.
///
/// The reader of HTTP/2 lets a quotation mark pass, which no name may hold (RFC
/// 9110, section 5.6.2): what readers further on make of one is theirs to choose,
/// and so a way past the rules.
pub(crate) fn are_clear(headers: &HeaderMap) -> bool {
    headers.keys().all(|name| {
        !name.as_str().contains('"') && (*name != CONTENT_LENGTH || has_clear_length(headers))
    })
}

/// Whether a message says the length of its body clearly: once, as a number, or
/// not at all (RFC 9112, section 6.3). The reader of HTTP/2 takes one that is
/// empty for 0: what a service makes of it is its choice, and where one message
/// ends and the next begins depends on that.
fn has_clear_length(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(CONTENT_LENGTH).iter().map(HeaderValue::as_bytes);
    let Some(length) = said.next() else { return true };
    said.next().is_none() && !length.is_empty() && length.iter().all(u8::is_ascii_digit)
}

/// What the front door says of a request, in the place of what the client says.
pub(crate) struct Said<'a> {
    /// The client's address.
    pub(crate) client: &'a HeaderValue,
    /// The scheme.
    pub(crate) proto: &'static str,
    /// The host, as it was written.
    pub(crate) host: &'a HeaderValue,
    /// The port, as people see it.
    pub(crate) port: &'a HeaderValue,
}

/// Makes a request's headers those that a service gets.
pub(crate) fn for_upstream(headers: &mut HeaderMap, said: &Said<'_>) {
    let mut has_cookies = false;
    strip(headers, |name| {
        has_cookies |= name == "cookie";
        // We have the body coming: what `expect` asks is answered here.
        is_of_hop(name) || name == "expect" || is_believed(name)
    });
    if has_cookies {
        join_cookies(headers);
    }
    headers.reserve(6);
    headers.insert(HOST, said.host.clone());
    headers.insert(REAL_IP, said.client.clone());
    headers.insert(FORWARDED_FOR, said.client.clone());
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(said.proto));
    headers.insert(FORWARDED_HOST, said.host.clone());
    headers.insert(FORWARDED_PORT, said.port.clone());
}

/// Whether a service may be told by this header where a request comes from, who
/// sent it, or which page it is truly for. From a stranger each of them is a lie.
fn is_believed(name: &str) -> bool {
    // Servers that speak WSGI or CGI read `X_Real_IP` as `X-Real-IP`.
    let written = if name.contains('_') { &name.replace('_', "-") } else { name };
    written.starts_with("x-forwarded")
        || written.starts_with("x-panier-")
        || matches!(
            written,
            "forwarded"
                | "x-real-ip"
                | "x-client-ip"
                | "x-cluster-client-ip"
                | "true-client-ip"
                | "cf-connecting-ip"
                | "x-remote-addr"
                | "x-original-url"
                | "x-original-uri"
                | "x-original-host"
                | "x-rewrite-url"
                | "x-http-host-override"
                | "remote-user"
                | "x-remote-user"
                | "x-webauth-user"
                // CGI programs read it as a setting (CVE-2016-5385).
                | "proxy"
        )
}

/// HTTP/2 may send a cookie header in crumbs; HTTP/1.1 has one
/// (RFC 9113, section 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let mut crumbs = headers.get_all(COOKIE).iter();
    if crumbs.next().is_none() || crumbs.next().is_none() {
        return;
    }
    let crumbs: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(joined) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..])) {
        headers.insert(COOKIE, joined);
    }
}

/// Whether headers ask for a WebSocket (RFC 6455, section 4.1). Other
/// upgrades are not passed on: HTTP/2 in clear text would get past the rules.
pub(crate) fn wants_websocket(headers: &HeaderMap) -> bool {
    let has = |name: HeaderName, wanted: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|token| token.trim().eq_ignore_ascii_case(wanted))
    };
    headers.contains_key(header::UPGRADE) && has(CONNECTION, "upgrade") && has(UPGRADE, "websocket")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        map
    }

    fn passed(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = map(pairs);
        let value = HeaderValue::from_static;
        let said = Said {
            client: &value("192.0.2.7"),
            proto: "https",
            host: &value("pad.local:8443"),
            port: &value("8443"),
        };
        for_upstream(&mut headers, &said);
        headers
    }

    #[test]
    fn what_a_client_says_of_itself_is_overwritten_or_gone() {
        let headers = passed(&[
            ("x-real-ip", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.2"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-prefix", "/x"),
            ("x_real_ip", "10.0.0.3"),
            ("x_forwarded-for", "10.0.0.4"),
            ("forwarded", "for=10.0.0.5"),
            ("remote_user", "admin"),
            ("x-original-url", "/admin"),
            ("x-panier-probe", "guess"),
            ("accept", "*/*"),
        ]);
        let expected = map(&[
            ("accept", "*/*"),
            ("host", "pad.local:8443"),
            ("x-real-ip", "192.0.2.7"),
            ("x-forwarded-for", "192.0.2.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "pad.local:8443"),
            ("x-forwarded-port", "8443"),
        ]);
        assert_eq!(headers, expected);
    }

    #[test]
    fn connection_takes_out_what_it_names_but_not_what_we_say() {
        let headers = passed(&[
            ("connection", "close, X-Secret, x-real-ip, host, content-length"),
            ("x-secret", "1"),
            ("content-length", "5"),
            ("te", "trailers"),
            ("expect", "100-continue"),
        ]);
        assert!(!headers.contains_key("x-secret") && !headers.contains_key("connection"));
        assert!(!headers.contains_key("te") && !headers.contains_key("expect"));
        assert_eq!(headers["content-length"], "5");
        assert_eq!(headers["host"], "pad.local:8443");
        assert_eq!(headers["x-real-ip"], "192.0.2.7");
    }

    #[test]
    fn headers_are_clear_when_all_read_the_same_in_them() {
        assert!(are_clear(&map(&[("accept", "*/*")])));
        assert!(are_clear(&map(&[("accept", "*/*"), ("content-length", "0")])));
        for odd in ["", "+5", "-1", "5, 5", "0x5", "5 "] {
            assert!(!are_clear(&map(&[("content-length", odd)])), "{odd:?}");
        }
        assert!(!are_clear(&map(&[("content-length", "5"), ("content-length", "5")])));
        // As HTTP/2 is read.
        let quoted = HeaderName::from_lowercase(b"x-a\"").unwrap();
        assert!(!are_clear(&HeaderMap::from_iter([(quoted, HeaderValue::from_static("1"))])));
    }

    #[test]
    fn cookie_crumbs_become_one_header() {
        let headers = passed(&[("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")]);
        let cookies: Vec<_> = headers.get_all("cookie").iter().collect();
        assert_eq!(cookies, ["a=1; b=2; c=3"]);
    }

    #[test]
    fn a_websocket_is_asked_for_by_both_headers() {
        assert!(wants_websocket(&map(&[
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
        ])));
        assert!(!wants_websocket(&map(&[("upgrade", "websocket")])));
        assert!(!wants_websocket(&map(&[("connection", "upgrade"), ("upgrade", "h2c")])));
    }
}
