//! A browser, as far as the API sees one: it keeps the cookie, says whose page
//! asks, and comes through the front door.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use serde_json::{Value, json};

use super::scripted::ServedBox;

/// A password that will do.
pub(crate) const PASSWORD: &str = "trois petits chats";

/// A browser at one address.
pub(crate) struct Browser<'b> {
    own: &'b ServedBox,
    address: &'static str,
    pub(crate) cookie: Option<String>,
}

impl<'b> Browser<'b> {
    pub(crate) fn at(own: &'b ServedBox, address: &'static str) -> Self {
        Self { own, address, cookie: None }
    }

    /// A browser whose person has just chosen the first password.
    pub(crate) async fn signed_in(own: &'b ServedBox) -> Self {
        let mut browser = Self::at(own, "192.168.1.20");
        let (status, answer) = browser.begin(&own.code().await, PASSWORD).await;
        assert_eq!(status, 200, "{answer}");
        browser
    }

    pub(crate) async fn begin(&mut self, code: &str, password: &str) -> (u16, Value) {
        let body = json!({ "code": code, "password": password });
        self.ask("POST", "/api/session/first-run", Some(body)).await
    }

    pub(crate) async fn sign_in(&mut self, password: &str) -> (u16, Value) {
        self.ask("POST", "/api/session", Some(json!({ "password": password }))).await
    }

    /// Asks as the panel's own pages do.
    pub(crate) async fn raw(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Response<Incoming> {
        let own = [("origin", "https://panier.localhost"), ("x-panier", "1")];
        let response = self.raw_with(method, path, body, &own).await;
        let set = response.headers().get("set-cookie").map(|value| value.to_str().unwrap());
        if let Some(pair) = set.and_then(|set| set.split(';').next()) {
            self.cookie = Some(pair.to_owned()).filter(|pair| !pair.ends_with('='));
        }
        response
    }

    /// Asks with these headers, and those that every request has.
    pub(crate) async fn raw_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Response<Incoming> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "panier.localhost")
            .header("x-real-ip", self.address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        self.own.send("web.sock", request.body(Full::new(Bytes::from(body))).unwrap()).await
    }

    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        read(self.raw(method, path, body).await).await
    }

    /// What the session is said to be.
    pub(crate) async fn state(&mut self) -> String {
        let (status, answer) = self.ask("GET", "/api/session", None).await;
        assert_eq!((status, &answer["box_name"]), (200, &"panier.localhost".into()));
        answer["state"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn read(response: Response<Incoming>) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}
