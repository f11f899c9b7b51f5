//! Where a request comes from: which place on the network, and whose page.

use std::fmt;
use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};

/// What the front door says of who speaks, in the place of what they say.
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// Source: W3C, Fetch Metadata Request Headers.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What the panel sends. Another site's page cannot: browsers ask first
/// whether they may (Fetch standard, CORS preflight), and the answer is no.
const OURS: HeaderName = HeaderName::from_static("x-panier");

/// A place on the network: an IPv4 address, or an IPv6 network of 64 bits,
/// which is the least that one household has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(String);

impl Place {
    /// Where a request comes from, as the front door says.
    pub(crate) fn of_request(headers: &HeaderMap) -> Self {
        let said = headers.get(REAL_IP).and_then(|value| value.to_str().ok());
        Self::of(said.unwrap_or_default())
    }

    pub(super) fn of(address: &str) -> Self {
        match address.parse().map(|address: IpAddr| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => Self(address.to_string()),
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
            Err(_) => Self("nowhere".to_owned()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a request comes from the panel's own pages. Services of the box lie
/// at names below its own, so that browsers hold them for the same site and
/// send the cookie along: the origin itself is compared.
pub(super) fn is_ours(method: &Method, headers: &HeaderMap) -> bool {
    let said = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = said(&FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    if method.is_safe() {
        return site;
    }
    let origin = said(&ORIGIN).is_none_or(|origin| {
        let host = said(&HOST).unwrap_or_default();
        origin.strip_prefix("https://").is_some_and(|own| own.eq_ignore_ascii_case(host))
    });
    site && origin && headers.contains_key(OURS)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::{Place, is_ours};

    fn asked(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut all = HeaderMap::new();
        all.insert("host", HeaderValue::from_static("box.example:8443"));
        for (name, value) in headers {
            all.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_ours(&method, &all)
    }

    #[test]
    fn the_panels_own_pages_may_ask_and_others_may_not() {
        const OURS: (&str, &str) = ("x-panier", "1");
        const ORIGIN: (&str, &str) = ("origin", "https://box.example:8443");
        assert!(asked(Method::POST, &[OURS, ORIGIN, ("sec-fetch-site", "same-origin")]));
        assert!(asked(Method::POST, &[OURS]), "what is no browser says nothing of these");
        assert!(asked(Method::GET, &[("sec-fetch-site", "none")]), "an address typed by hand");
        assert!(asked(Method::GET, &[]));
        for refused in [
            &[ORIGIN, ("sec-fetch-site", "same-origin")][..],
            &[OURS, ORIGIN, ("sec-fetch-site", "same-site")],
            &[OURS, ("sec-fetch-site", "cross-site")],
            &[OURS, ("origin", "https://pad.box.example:8443")],
            &[OURS, ("origin", "https://box.example")],
            &[OURS, ("origin", "http://box.example:8443")],
            &[OURS, ("origin", "null")],
        ] {
            for method in [Method::POST, Method::DELETE, Method::PATCH, Method::PUT] {
                assert!(!asked(method.clone(), refused), "{method} {refused:?}");
            }
        }
        assert!(!asked(Method::GET, &[("sec-fetch-site", "same-site")]), "a service's page");
    }

    #[test]
    fn places_are_addresses_or_households() {
        assert_eq!(Place::of("192.168.1.4").as_str(), "192.168.1.4");
        assert_eq!(Place::of("::ffff:192.168.1.4").as_str(), "192.168.1.4");
        assert_eq!(Place::of("2001:db8:1:2:a:b:c:d").as_str(), "2001:db8:1:2::/64");
        assert_eq!(Place::of("x").as_str(), "nowhere");
    }
}
