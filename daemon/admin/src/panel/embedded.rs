//! The files, and which form of one suits a browser.

use std::borrow::Cow;

use axum::body::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::encoding::{self, Encoding};

#[derive(RustEmbed)]
#[folder = "../../web-ui/dist"]
struct Files;

/// A file in the form in which it is sent.
pub(super) struct Asset {
    /// Its media type.
    pub(super) kind: &'static str,
    /// How it is compressed; none: not at all.
    pub(super) encoding: Option<&'static str>,
    /// Names its content, in this form.
    pub(super) tag: String,
    /// Its content.
    pub(super) bytes: Bytes,
}

/// The file of this name, in the smallest form that is there and accepted.
/// The compressed forms have no names of their own.
pub(super) fn find(name: &str, accepted: &str) -> Option<Asset> {
    let kind = kind(name)?;
    let smaller = encoding::accepted(accepted).into_iter().find_map(|encoding| {
        let file = Files::get(&format!("{name}.{}", encoding.extension()))?;
        Some(asset(kind, Some(encoding), file))
    });
    smaller.or_else(|| Some(asset(kind, None, Files::get(name)?)))
}

fn asset(kind: &'static str, encoding: Option<Encoding>, file: EmbeddedFile) -> Asset {
    let digest = file.metadata.sha256_hash();
    let tag: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Asset { kind, encoding: encoding.map(Encoding::name), tag: format!("\"{tag}\""), bytes }
}

/// The media type of what a panel consists of; nothing else is served.
fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// All names, for tests.
#[cfg(test)]
pub(crate) fn names() -> Vec<Cow<'static, str>> {
    Files::iter().collect()
}
