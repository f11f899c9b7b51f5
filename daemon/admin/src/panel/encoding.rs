//! Which compressed forms a browser takes (RFC 9110, section 12.5.3).

/// A form in which files lie ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// As HTTP calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What a file's name ends in.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }
}

/// The forms that are accepted, the smallest first: what weighs what is ours
/// to know, so that preferences beyond yes and no are not heard.
pub(super) fn accepted(header: &str) -> Vec<Encoding> {
    [Encoding::Brotli, Encoding::Gzip]
        .into_iter()
        .filter(|encoding| {
            weight(header, encoding.name()).or_else(|| weight(header, "*")).unwrap_or(0.0) > 0.0
        })
        .collect()
}

/// The weight of a coding, where it is named.
fn weight(header: &str, name: &str) -> Option<f32> {
    header.split(',').find_map(|part| {
        let mut pieces = part.split(';').map(str::trim);
        pieces.next().filter(|named| named.eq_ignore_ascii_case(name))?;
        let weight = pieces.find_map(|piece| piece.strip_prefix("q="));
        Some(weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
    })
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip};
    use super::accepted;

    #[test]
    fn the_smallest_form_that_is_accepted_comes_first() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), [Brotli, Gzip]);
        assert_eq!(accepted("gzip;q=1.0, br;q=0.1"), [Brotli, Gzip]);
        assert_eq!(accepted("gzip, br;q=0"), [Gzip]);
        assert_eq!(accepted("*"), [Brotli, Gzip]);
        assert_eq!(accepted("*;q=0.5, gzip;q=0"), [Brotli]);
        assert_eq!(accepted("identity"), []);
        assert_eq!(accepted(""), []);
    }
}
