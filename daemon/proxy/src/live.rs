//! The table as it is served: checked, and ready to be looked up.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use certificates::{AddressRange, Constraints};
use http::{HeaderName, HeaderValue};
use rustls::sign::CertifiedKey;

use crate::challenges::Challenges;
use crate::pool::{Pool, Target};
use crate::table::{Certificate, Route, RouteState, Rules, Table};

/// A table in service.
pub(crate) struct Live {
    pub(crate) generation: u64,
    pub(crate) https_port: u16,
    /// The same, for a header.
    pub(crate) port: HeaderValue,
    pub(crate) web: Arc<Pool>,
    ways: HashMap<String, Arc<Way>>,
    box_names: HashSet<String>,
    home: Vec<AddressRange>,
    local: Constraints,
    keys: HashMap<String, Arc<CertifiedKey>>,
    default_key: Option<Arc<CertifiedKey>>,
    pub(crate) challenges: Challenges,
    probe_token: String,
    pools: HashMap<Target, Arc<Pool>>,
}

/// A route in service.
pub(crate) struct Way {
    pub(crate) service: String,
    pub(crate) state: RouteState,
    pub(crate) rules: Ready,
    /// Where the state has an upstream.
    pub(crate) pool: Option<Arc<Pool>>,
}

/// A route's rules, made ready.
#[derive(Default)]
pub(crate) struct Ready {
    pub(crate) upload_limit: Option<u64>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) redirects: HashMap<String, String>,
    pub(crate) shut: Vec<String>,
}

impl Live {
    /// Makes a table ready; connections that `before` keeps to the same
    /// upstreams are kept on.
    pub(crate) fn new(table: Table, before: Option<&Self>) -> Result<Self, TableError> {
        let mut pools = HashMap::new();
        let mut pool = |target: Target| {
            let known = before.and_then(|before| before.pools.get(&target)).cloned();
            let fresh = || known.unwrap_or_else(|| Arc::new(Pool::new(target.clone())));
            Arc::clone(pools.entry(target.clone()).or_insert_with(fresh))
        };
        let web = pool(Target::Unix(table.web_socket));
        let mut ways = HashMap::new();
        for route in table.routes {
            let hosts = route.hosts.clone();
            let way = Arc::new(Way::new(route, &mut pool)?);
            for host in hosts {
                ways.entry(plain(&host)).or_insert_with(|| Arc::clone(&way));
            }
        }
        let mut keys = HashMap::new();
        for certificate in &table.certificates {
            let key = Arc::new(ready(certificate)?);
            for name in &certificate.names {
                keys.entry(plain(name)).or_insert_with(|| Arc::clone(&key));
            }
        }
        let default_key = table.default_certificate.as_ref().map(ready).transpose()?.map(Arc::new);
        let challenges = Challenges::new(table.challenges)?;
        let home = table.home_networks.into_iter();
        Ok(Self {
            generation: table.generation,
            https_port: table.https_port,
            port: HeaderValue::from(table.https_port),
            web,
            ways,
            box_names: table.box_names.iter().map(|name| plain(name)).collect(),
            home: home.map(|(address, prefix)| AddressRange { address, prefix }).collect(),
            local: Constraints::local(None),
            keys,
            default_key,
            challenges,
            probe_token: table.probe_token.0,
            pools,
        })
    }

    pub(crate) fn way(&self, host: &str) -> Option<&Arc<Way>> {
        self.ways.get(host)
    }

    pub(crate) fn is_box(&self, host: &str) -> bool {
        self.box_names.contains(host)
    }

    /// Whether an address is in the home: one that the internet does not
    /// route, or of a network that the table names.
    pub(crate) fn is_home(&self, peer: IpAddr) -> bool {
        self.local.permit_address(peer) || self.home.iter().any(|range| range.contains(peer))
    }

    /// The key for the name that a client asks for.
    pub(crate) fn key(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let by_name = name.and_then(|name| {
            let wild = || name.split_once('.').and_then(|(_, rest)| self.wild(rest));
            self.keys.get(name).or_else(wild)
        });
        by_name.or(self.default_key.as_ref()).cloned()
    }

    fn wild(&self, rest: &str) -> Option<&Arc<CertifiedKey>> {
        self.keys.get(&format!("*.{rest}"))
    }

    /// Whether `shown` is the probe's token. Takes as long for a near miss as
    /// for a far one.
    pub(crate) fn is_probe(&self, shown: &[u8]) -> bool {
        let token = self.probe_token.as_bytes();
        let differ = token.iter().zip(shown).fold(0, |differ, (one, other)| differ | (one ^ other));
        !token.is_empty() && token.len() == shown.len() && std::hint::black_box(differ) == 0
    }
}

impl Way {
    fn new(route: Route, pool: &mut impl FnMut(Target) -> Arc<Pool>) -> Result<Self, TableError> {
        let pool = match &route.state {
            RouteState::Open { upstream } | RouteState::Candidate { upstream, .. } => {
                Some(pool(Target::Tcp(*upstream)))
            }
            RouteState::Closed { .. } | RouteState::Stopped | RouteState::Ill { .. } => None,
        };
        let rules = Ready::new(route.rules, &route.service)?;
        Ok(Self { service: route.service, state: route.state, rules, pool })
    }
}

impl Ready {
    fn new(rules: Rules, service: &str) -> Result<Self, TableError> {
        let mut headers = Vec::new();
        let strict = rules.strict_transport.map(|seconds| format!("max-age={seconds}"));
        let strict = strict.map(|value| ("strict-transport-security".to_owned(), value));
        for (name, value) in rules.headers.into_iter().chain(strict) {
            let pair = HeaderName::from_bytes(name.as_bytes())
                .ok()
                .zip(HeaderValue::from_str(&value).ok());
            headers.push(
                pair.ok_or_else(|| TableError::Header {
                    service: service.to_owned(),
                    header: name,
                })?,
            );
        }
        Ok(Self {
            upload_limit: rules.upload_limit,
            headers,
            redirects: rules.redirects.into_iter().collect(),
            shut: rules.shut,
        })
    }
}

pub(crate) fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn ready(certificate: &Certificate) -> Result<CertifiedKey, TableError> {
    certificates::certified_key(&certificate.chain_pem, &certificate.key_pem.0)
        .map_err(|source| TableError::Certificate { name: certificate.names.join(", "), source })
}

/// Why a table is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    /// A certificate and its key cannot be served.
    #[error("the certificate for {name} cannot be served")]
    Certificate {
        /// Its names.
        name: String,
        /// Why.
        source: certificates::TlsError,
    },
    /// A rule's header is none.
    #[error("the header {header} of {service} is not one")]
    Header {
        /// The service.
        service: String,
        /// The header's name.
        header: String,
    },
}

#[cfg(test)]
mod tests {
    use super::Live;
    use crate::table::{Secret, Table};

    fn live(token: &str) -> Live {
        let table = Table {
            generation: 1,
            https_port: 443,
            box_names: vec!["Box.local.".into()],
            web_socket: "/run/web.sock".into(),
            home_networks: vec![("2001:db8:1::".parse().unwrap(), 48)],
            routes: Vec::new(),
            certificates: Vec::new(),
            default_certificate: None,
            challenges: Vec::new(),
            lookups: crate::lookups::LookupTable::default(),
            probe_token: Secret(token.into()),
        };
        Live::new(table, None).unwrap()
    }

    #[test]
    fn the_home_is_what_the_internet_does_not_route_and_what_the_table_names() {
        let live = live("");
        for home in
            ["192.168.1.7", "10.0.0.1", "127.0.0.1", "fe80::1", "fd00::1", "2001:db8:1:2::3"]
        {
            assert!(live.is_home(home.parse().unwrap()), "{home}");
        }
        for stranger in ["8.8.8.8", "172.32.0.1", "100.64.0.1", "2001:db8:2::1", "::ffff:8.8.8.8"] {
            let stranger: std::net::IpAddr = stranger.parse().unwrap();
            assert!(!live.is_home(stranger.to_canonical()), "{stranger}");
        }
    }

    #[test]
    fn the_probe_is_who_shows_the_whole_token() {
        let live = live("token");
        assert!(live.is_probe(b"token"));
        for wrong in [&b""[..], b"toke", b"tokens", b"tokeN", b"\0oken"] {
            assert!(!live.is_probe(wrong));
        }
    }

    #[test]
    fn names_in_a_table_are_read_as_hosts_are() {
        assert!(live("").is_box("box.local") && !live("").is_box("other.local"));
    }
}
