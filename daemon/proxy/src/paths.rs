//! Paths that are shut, however they are written.
//!
//! Between here and a service's own routing a path may be decoded once or
//! twice, its dots resolved or not, its double slashes folded or not. We cannot
//! know which, so a path is shut when any of those readings leads below a shut
//! one. Honest clients write it in the one way that all readings agree on.

/// Decoding more often than this has no honest use.
const MOST_DECODINGS: usize = 4;

/// Whether `path` (without its query) lies at or below one of `shut`, which are
/// paths in plain writing.
pub(crate) fn is_shut(shut: &[String], path: &str) -> bool {
    if shut.is_empty() {
        return false;
    }
    let mut reading = path.as_bytes().to_vec();
    for _ in 0..MOST_DECODINGS {
        // Control characters and impossible UTF-8 are dropped by some readers,
        // or read as another byte.
        if reading.iter().any(|byte| byte.is_ascii_control() || matches!(byte, 0xc0 | 0xc1)) {
            return true;
        }
        if shut.iter().any(|shut| leads_below(&reading, shut)) {
            return true;
        }
        let decoded = decode(&reading);
        if decoded == reading {
            return false;
        }
        reading = decoded;
    }
    true
}

/// Whether a path has one reading only: nothing encoded, no dots, no doubles.
pub(crate) fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'\\' | b';'))
}

fn leads_below(reading: &[u8], shut: &str) -> bool {
    let folded: Vec<u8> = reading
        .iter()
        .take_while(|byte| !matches!(byte, b'?' | b'#'))
        .map(|byte| if *byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() })
        .collect();
    let shut = shut.to_ascii_lowercase();
    let shut: Vec<&[u8]> = shut.as_bytes().split(|byte| *byte == b'/').filter(is_named).collect();
    let written: Vec<&[u8]> =
        folded.split(|byte| *byte == b'/').map(without_parameters).filter(is_named).collect();
    written.starts_with(&shut) || resolve(&written).starts_with(&shut)
}

fn is_named(segment: &&[u8]) -> bool {
    !matches!(*segment, b"" | b".")
}

/// Java servers read `/admin;a=b/` as `/admin/`.
fn without_parameters(segment: &[u8]) -> &[u8] {
    segment.split(|byte| *byte == b';').next().unwrap_or(segment)
}

/// Dot segments taken out (RFC 3986, section 5.2.4).
fn resolve<'a>(segments: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut resolved = Vec::with_capacity(segments.len());
    for segment in segments {
        if *segment == b".." {
            resolved.pop();
        } else {
            resolved.push(*segment);
        }
    }
    resolved
}

fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = pair.and_then(|pair| std::str::from_utf8(pair).ok()).and_then(hex);
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    decoded
}

fn hex(pair: &str) -> Option<u8> {
    // from_str_radix takes a sign; a percent escape does not.
    pair.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(pair, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::{is_plain, is_shut};

    fn shut(path: &str) -> bool {
        is_shut(&["/admin".to_owned(), "/a/setup.php".to_owned()], path)
    }

    #[test]
    fn a_shut_path_is_shut_with_all_below_it_and_nothing_beside_it() {
        for path in ["/admin", "/admin/", "/admin/users", "/a/setup.php", "/a/setup.php/x"] {
            assert!(shut(path), "{path}");
        }
        for path in ["/", "/administration", "/a", "/a/setup", "/x/admin", "/pads/100%25", "/%"] {
            assert!(!shut(path), "{path}");
        }
    }

    #[test]
    fn no_way_of_writing_it_gets_around() {
        for path in [
            "//admin",
            "/./admin",
            "/x/../admin",
            "/x/%2e%2e/admin",
            "/%61dmin",
            "/%2561dmin",
            "/%252561dmin",
            "/ADMIN",
            "/Admin/x",
            "/admin;a=b",
            "/x/..;/admin",
            "/x/.%2e;y/admin",
            "/\\admin",
            "/x\\..\\admin",
            "/admin%2fx",
            "/%2fadmin",
            "/admin/../public",
            "/admin%00",
            "/adm%0ain",
            "/admin%3fx",
            "/%5cadmin",
            "/x/%252e%252e/admin",
            "/..%c0%afadmin",
            "/%25252525252561",
            "/./././admin",
            "/a//setup.php",
        ] {
            assert!(shut(path), "{path}");
        }
    }

    #[test]
    fn nothing_is_shut_where_no_rule_is() {
        assert!(!is_shut(&[], "/admin%00"));
    }

    #[test]
    fn plain_is_what_reads_one_way_only() {
        assert!(is_plain("/trust/root.pem"));
        for path in ["trust", "/trust/../admin", "/trust/%2e", "/trust//x", "/trust\\x", "/a;b"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
