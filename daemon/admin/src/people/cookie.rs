//! The cookie that holds a session's token.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::sessions::{LONGEST, Token};

/// The prefix has browsers refuse it from anyone but this very host over TLS:
/// a service at a name below the box's own cannot plant one.
/// Source: RFC 6265bis, section 4.1.3.2.
const NAME: &str = "__Host-panier";

/// Nobody but the browser reads it, and it comes with no request that another
/// site begins.
const LIMITS: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// The token that came with a request.
pub(crate) fn held(headers: &HeaderMap) -> Option<Token> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';'));
    let token = pairs.find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))?;
    Some(Token::written(token))
}

/// Has the browser keep a token for as long as its session can last.
pub(crate) fn kept(token: &Token) -> Option<HeaderValue> {
    let age = LONGEST.as_secs();
    let cookie = format!("{NAME}={}; Max-Age={age}; {LIMITS}", token.as_str());
    let mut cookie = HeaderValue::try_from(cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

/// Has the browser forget it.
pub(crate) fn cleared() -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{NAME}=; Max-Age=0; {LIMITS}")).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{held, kept};
    use crate::people::Token;

    #[test]
    fn what_is_kept_comes_back_among_others() {
        let token = Token::written("abc");
        let kept = kept(&token).unwrap();
        assert_eq!(
            kept.to_str().unwrap(),
            "__Host-panier=abc; Max-Age=1209600; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
        assert!(kept.is_sensitive(), "it must not be printed");
        let mut headers = HeaderMap::new();
        headers.append("cookie", HeaderValue::from_static("a=1; panier=no"));
        assert!(held(&headers).is_none());
        headers.append("cookie", HeaderValue::from_static("b=2;__Host-panier=abc; c=3"));
        assert_eq!(held(&headers).unwrap().as_str(), "abc");
    }
}
