//! Ways of writing a path that is shut.

use crate::table::{SERVICE, SHUT};

/// A request for a shut path, or what lies below it. Each byte chooses how the
/// next sign is written, and what stands before it.
pub fn request(choices: &[u8]) -> Vec<u8> {
    let mut choices = choices.iter().copied();
    let mut next = || choices.next().unwrap_or_default();
    let first = next();
    let shut = SHUT[usize::from(first & 1)];
    let below = ["", "/", "/users", "?x", "%2fusers", "/x/..", "#x", ";x=y"];
    let mut path = Vec::new();
    for sign in shut.bytes() {
        let choice = next();
        if sign == b'/' {
            path.extend_from_slice(way_in(choice).as_bytes());
        }
        spell(sign, choice, next(), &mut path);
    }
    path.extend_from_slice(below[usize::from(first >> 1) % below.len()].as_bytes());
    [b"GET ", &path[..], b" HTTP/1.1\r\nhost: ", SERVICE.as_bytes(), b"\r\n\r\n"].concat()
}

/// What may stand before a slash and lead nowhere else, for some reader.
fn way_in(choice: u8) -> &'static str {
    let ways = [
        "",
        "",
        "",
        "",
        "/",
        "/.",
        "/x/..",
        "/x/..;y",
        "/.;x",
        "/%2e",
        "/x/%2e%2e",
        "//",
        "/x/.%2e;y",
        "\\.",
        "/x\\..",
    ];
    ways[usize::from(choice >> 4) % ways.len()]
}

/// One sign: as it is, in the other case, or encoded up to three times.
fn spell(sign: u8, choice: u8, case: u8, path: &mut Vec<u8>) {
    let sign = match (sign, case & 3) {
        (b'/', 1) => b'\\',
        (sign, 1) => sign.to_ascii_uppercase(),
        (sign, _) => sign,
    };
    let times = choice & 3;
    // The first slash has to stand: without it there is no path at all.
    if times == 0 || (path.is_empty() && sign == b'/') {
        path.push(sign);
        return;
    }
    let digits = if case & 4 == 0 { format!("{sign:02x}") } else { format!("{sign:02X}") };
    path.push(b'%');
    for _ in 1..times {
        path.extend_from_slice(b"25");
    }
    path.extend_from_slice(digits.as_bytes());
}
