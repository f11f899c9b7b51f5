//! What the panel's page may do in a browser: a content security policy
//! (Content Security Policy Level 3, W3C).

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};

use super::PAGE;
use super::embedded::find;

/// Nothing but our own files, which talk to nobody but us, and the scripts of
/// the page itself; no page may show ours within its own.
pub(super) fn policy() -> &'static HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let page = find(PAGE, "").map(|page| page.bytes).unwrap_or_default();
        let scripts = allowed(&String::from_utf8_lossy(&page));
        let policy = format!(
            "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self'; \
             font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'"
        );
        // A header takes all of the alphabet that digests are written in.
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    });
    &POLICY
}

/// The digests of the scripts that stand in a page, as a policy names them.
fn allowed(page: &str) -> String {
    let scripts = page.split("<script>").skip(1).filter_map(|rest| rest.split_once("</script>"));
    scripts
        .map(|(script, _)| {
            format!(" 'sha256-{}'", BASE64.encode(digest(&SHA256, script.as_bytes())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_the_page_itself_are_named_by_their_digest() {
        // `printf 'doSomething();' | openssl dgst -sha256 -binary | base64`
        assert_eq!(
            allowed("<script>doSomething();</script><script src=\"/a.js\"></script>"),
            " 'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='"
        );
        assert_eq!(allowed("<p>no script</p>"), "");
    }
}
