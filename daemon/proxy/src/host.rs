//! Which host a request is for.

use std::borrow::Cow;

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Uri};

/// The host as the client wrote it, and its name alone.
#[derive(Debug)]
pub(crate) struct Host {
    /// With its port, for headers and redirects.
    pub(crate) written: HeaderValue,
    /// Lower case, without port, brackets, and the dot at the end.
    pub(crate) name: String,
}

impl Host {
    /// The host of a request: its target's authority (HTTP/2, and the absolute
    /// form of HTTP/1.1, where it counts before the header: RFC 9112, section
    /// 3.2.2), else its one Host header. None where there is none, where there
    /// are several, and where it is no host.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(HOST).iter();
        let header = given.next();
        if given.next().is_some() {
            return None;
        }
        let written = match uri.authority() {
            Some(authority) => HeaderValue::from_str(authority.as_str()).ok()?,
            None => header?.clone(),
        };
        let name = name(written.to_str().ok()?)?.into_owned();
        Some(Self { written, name })
    }
}

/// The name in `host` or `host:port`.
pub(crate) fn name(written: &str) -> Option<Cow<'_, str>> {
    let (name, port) = match written.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (address, port)
        }
        None => written.split_at(written.find(':').unwrap_or(written.len())),
    };
    if let Some(port) = port.strip_prefix(':') {
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    } else if !port.is_empty() {
        return None;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    if name.is_empty() || !name.bytes().all(fits) {
        return None;
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(name.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(name))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn case_port_and_the_last_dot_do_not_count() {
        for written in
            ["pad.example.org", "PAD.example.org:8443", "pad.example.org.", "pad.example.org.:1"]
        {
            assert_eq!(name(written).as_deref(), Some("pad.example.org"), "{written}");
        }
        assert_eq!(name("[fe80::1]:443").as_deref(), Some("fe80::1"));
        assert_eq!(name("192.168.1.2").as_deref(), Some("192.168.1.2"));
    }

    #[test]
    fn what_is_no_host_is_none() {
        for written in
            ["", ":443", ".", "a b", "user@host", "host:x", "[::1", "[x]", "[::1]x", "a/b"]
        {
            assert_eq!(name(written), None, "{written}");
        }
    }
}
