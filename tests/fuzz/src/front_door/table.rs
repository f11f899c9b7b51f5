//! What the front door serves here.

use std::collections::BTreeMap;
use std::path::Path;

use certificates::{Authority, AuthorityNames};
use proxy::{Challenge, LookupTable, Route, RouteState, Rules, Secret, Table, Work};

use crate::service;

/// The open service's name.
pub const SERVICE: &str = "pad.example.org";
/// The box's own.
pub const BOX: &str = "box.local";
/// What is shut of the open service.
pub const SHUT: [&str; 2] = ["/admin", "/a/setup.php"];
/// Most of an upload, in bytes.
pub const UPLOAD: usize = 2048;
/// What only the probe has. Nothing here may compare anything with it: libFuzzer
/// tries what it sees in comparisons, and would come in as the probe.
const TOKEN: &str = "t5Qd0eXo9yWk2ZrV8nLs3HcMbUa7GjPf";

/// The whole table; services and the box's pages are served from now on.
pub fn table() -> Table {
    let folder = std::env::temp_dir().join(format!("panier-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let web_socket = folder.join("web.sock");
    let _gone = std::fs::remove_file(&web_socket);
    service::listen_unix(&web_socket);
    let upstream = service::listen_tcp();
    let leaf = leaf(&folder);
    let rules = Rules {
        upload_limit: Some(UPLOAD as u64),
        headers: BTreeMap::from([("x-frame-options".to_owned(), "DENY".to_owned())]),
        redirects: BTreeMap::from([("/.well-known/caldav".to_owned(), "/dav/".to_owned())]),
        shut: SHUT.map(str::to_owned).to_vec(),
        strict_transport: None,
    };
    let route = |host: &str, state, rules| Route {
        hosts: vec![host.to_owned()],
        service: "Carnet".to_owned(),
        state,
        rules,
    };
    Table {
        generation: 1,
        https_port: 8443,
        box_names: vec![BOX.to_owned()],
        web_socket,
        home_networks: Vec::new(),
        routes: vec![
            route(SERVICE, RouteState::Open { upstream }, rules),
            route(
                "new.example.org",
                RouteState::Candidate { upstream, work: Work::Updating },
                Rules::default(),
            ),
            route("old.example.org", RouteState::Stopped, Rules::default()),
        ],
        certificates: vec![leaf.clone().into()],
        default_certificate: Some(leaf.into()),
        challenges: vec![Challenge::Http {
            host: SERVICE.to_owned(),
            token: "token".to_owned(),
            content: "token.thumbprint".to_owned(),
        }],
        lookups: LookupTable::default(),
        probe_token: Secret(TOKEN.to_owned()),
    }
}

fn leaf(folder: &Path) -> certificates::Leaf {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let names = AuthorityNames {
        box_name: "fuzz".to_owned(),
        box_id: "0123456789".to_owned(),
        base_domain: Some("example.org".to_owned()),
    };
    let authority = Authority::open_or_create(folder, &names, now).unwrap();
    let names = [SERVICE, "new.example.org", BOX].map(str::to_owned);
    authority.certify(&names, now).unwrap()
}
