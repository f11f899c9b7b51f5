//! What would happen if a certificate were ordered, seen from here: nothing is
//! ordered, and no authority is asked.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use admin::views::CertificateTestView;
use certificates::{ChallengeAnswer, is_public_name};
use recipe::Trouble;

use super::{Tools, words};

/// How long an address may take to answer: authorities wait about as long.
const WITHIN: Duration = Duration::from_secs(10);
/// The port at which authorities ask (RFC 8555, section 8.3).
const ASKED: u16 = 80;

/// What would happen for `domain`.
pub(super) async fn of(
    tools: &Tools,
    domain: &str,
    has_authority: bool,
) -> Result<CertificateTestView, Trouble> {
    let mut troubles = Vec::new();
    let public_name = is_public_name(domain);
    if !public_name {
        troubles.push(words::not_public(domain));
    } else if !has_authority {
        troubles.push(words::no_authority());
    }
    let found = match tools.lookup.addresses(domain).await {
        Ok(found) => found,
        Err(error) => {
            troubles.push(words::leads_nowhere(domain, &error));
            BTreeSet::new()
        }
    };
    let own = own_addresses();
    let leads_here = found.iter().any(|address| own.contains(address));
    let silent = unanswered(tools, domain, &found).await?;
    let answers = !found.is_empty() && silent.is_empty();
    for (address, why) in &silent {
        troubles.push(words::unanswered(domain, *address, tools.http_port, why));
    }
    if tools.http_port != ASKED {
        troubles.push(words::other_port(tools.http_port));
    }
    Ok(CertificateTestView {
        domain: domain.to_owned(),
        ready: public_name && has_authority && answers,
        public_name,
        addresses: found.iter().map(ToString::to_string).collect(),
        leads_here,
        answers,
        port: tools.http_port,
        troubles,
    })
}

fn own_addresses() -> BTreeSet<IpAddr> {
    let addresses = system::network::addresses().unwrap_or_default();
    addresses.into_iter().map(|address| address.ip).collect()
}

/// Why an address does not give the answer that is shown for it.
pub(super) enum Silence {
    /// Nobody is reached there.
    NotReached(names::CannotAsk),
    /// Somebody else answers, with this status.
    SomebodyElse(u16),
}

/// Shows an answer as if for an authority, and looks for it at each address. An
/// authority takes the one that it likes, so all of them must give it.
async fn unanswered(
    tools: &Tools,
    domain: &str,
    addresses: &BTreeSet<IpAddr>,
) -> Result<Vec<(IpAddr, Silence)>, Trouble> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let token = token()?;
    let content = format!("{token}.test");
    let answer = ChallengeAnswer::Http {
        domain: domain.to_owned(),
        token: token.clone(),
        content: content.clone(),
    };
    tools.door.try_answer(answer.clone()).await.map_err(|_away| words::door_away())?;
    let path = format!("/.well-known/acme-challenge/{token}");
    let mut silent = Vec::new();
    for address in addresses {
        let at = SocketAddr::new(*address, tools.http_port);
        match names::ask_at(at, domain, &path, WITHIN).await {
            Ok((200, body)) if body == content.as_bytes() => {}
            Ok((status, _other)) => silent.push((*address, Silence::SomebodyElse(status))),
            Err(error) => silent.push((*address, Silence::NotReached(error))),
        }
    }
    tools.door.end_answer(&answer).await;
    Ok(silent)
}

fn token() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    system::random::fill(&mut bytes).map_err(|error| words::no_chance(&error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
