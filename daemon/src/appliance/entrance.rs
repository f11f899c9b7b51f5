//! The box's entrance: the front door, who keeps it, and the certificates that
//! are shown there.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use certificates::{Authority, Keeper, Public};
use jobs::Clock;
use ledger::{BoxFacts, Ledger};
use proxy::{FrontDoorError, FrontDoorOptions, StartError};
use recipe::{Trouble, text};

use crate::appliance::announcer;
use crate::appliance::build;
use crate::appliance::causes::whole;
use crate::appliance::certifier::{Certifier, Tools};
use crate::appliance::doorkeeper::{DRAIN, Doorkeeper, Fixed};
use crate::appliance::first_start::{cannot_write, unwritten};
use crate::appliance::shown::Choice;
use crate::configuration::Configuration;

/// Set by the package's unit: the templates that the front door is made from.
const FRONT_DOOR_UNIT: &str = "PANIER_FRONT_DOOR_UNIT";

/// The open front door.
pub(super) struct Entrance {
    pub(super) door: Arc<Doorkeeper>,
    pub(super) certifier: Arc<Certifier>,
    /// Where HTTPS is served.
    pub(super) listening: Vec<SocketAddr>,
    /// The HTTPS port as people see it.
    pub(super) https_port: u16,
}

/// Opens the front door, or adopts the one that is open.
pub(super) async fn open(
    configuration: &Configuration,
    ledger: &Arc<Ledger>,
    facts: &BoxFacts,
    authority: &Arc<Authority>,
    clock: &Clock,
) -> Result<Entrance, Trouble> {
    let options = front_door_options(configuration, ledger)?;
    let (door, options) = open_door(options).await?;
    let (https_port, http_port) = remember_ports(&door, ledger)?;
    let listening = options.https.clone();
    let at_home = listening.iter().any(|address| !address.ip().is_loopback());
    let home_label = at_home.then(|| announcer::label(facts));
    let fixed = Fixed {
        https_port,
        box_names: box_names(facts, home_label.as_deref()),
        home_label,
        web_socket: configuration.web_socket(),
        probe_token: probe_token()?,
        resolvers: configuration.resolvers().to_vec(),
    };
    let choice = choice(configuration, authority, clock);
    let public = Arc::clone(&choice.public);
    let door = Doorkeeper::new(door, options, fixed, choice);
    let certifier = Certifier::new(Tools {
        public,
        door: Arc::clone(&door),
        ledger: Arc::clone(ledger),
        lookup: Arc::new(names::SystemLookup),
        http_port,
        clock: Arc::clone(clock),
    });
    Ok(Entrance { door, certifier, listening, https_port })
}

/// What certificates are chosen from.
fn choice(configuration: &Configuration, authority: &Arc<Authority>, clock: &Clock) -> Choice {
    let folder = configuration.certificates_folder();
    Choice {
        authority: Arc::clone(authority),
        keeper: Keeper::new(&folder.join("services")),
        public: Arc::new(Public::new(&folder.join("public"), Arc::clone(clock))),
        clock: Arc::clone(clock),
    }
}

fn front_door_options(
    configuration: &Configuration,
    ledger: &Ledger,
) -> Result<FrontDoorOptions, Trouble> {
    let binary = std::env::current_exe()
        .map_err(|error| cannot_write(Path::new("/proc/self/exe"), &error))?;
    let run_as = match system::user::effective().uid {
        0 => {
            let user = configuration.front_door_user()?;
            Some((user.uid, user.gid))
        }
        _ => None,
    };
    Ok(FrontDoorOptions {
        build: build(),
        binary,
        arguments: vec!["front-door".into()],
        control: configuration.front_door_socket(),
        unit: std::env::var(FRONT_DOOR_UNIT).ok().filter(|name| !name.is_empty()),
        run_as,
        https: remembered(configuration.https(), "listen.https_port", ledger)?,
        http: remembered(configuration.http(), "listen.http_port", ledger)?,
        log: Some(configuration.state_folder().join("front-door.log")),
        drain: DRAIN,
    })
}

/// Addresses to listen on: where any port will do, the one that was had before.
fn remembered(
    addresses: &[SocketAddr],
    setting: &str,
    ledger: &Ledger,
) -> Result<Vec<SocketAddr>, Trouble> {
    let before = ledger.read(|records| records.setting(setting)).map_err(|e| unwritten(&e))?;
    let before: Option<u16> = before.and_then(|port| port.parse().ok());
    Ok(addresses
        .iter()
        .map(|address| match (address.port(), before) {
            (0, Some(port)) => SocketAddr::new(address.ip(), port),
            _ => *address,
        })
        .collect())
}

async fn open_door(
    mut options: FrontDoorOptions,
) -> Result<(proxy::FrontDoor, FrontDoorOptions), Trouble> {
    match proxy::FrontDoor::start_or_adopt(options.clone()).await {
        Ok(door) => {
            // Its successors listen where it does, whatever port it was given.
            let of = |role| {
                door.addresses()
                    .iter()
                    .filter(move |one| one.role == role)
                    .map(|one| one.address)
                    .collect()
            };
            options.https = of(proxy::Role::Https);
            options.http = of(proxy::Role::Http);
            Ok((door, options))
        }
        Err(error) => Err(not_opened(&error)),
    }
}

fn not_opened(error: &FrontDoorError) -> Trouble {
    let remedy = match error {
        FrontDoorError::Start(StartError::Spawn { binary, source })
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            let binary = binary.display();
            text!(
                "It runs as a user who owns nothing: put {binary} where everybody may read it, such as /usr/bin.",
                "Elle tourne sous un utilisateur à qui rien n’appartient : mettez {binary} là où tout le monde peut le lire, par exemple dans /usr/bin."
            )
        }
        _ => text!(
            "If a port is taken, stop the program that has it, or choose others in panier.toml under [listen].",
            "Si un port est pris, arrêtez le programme qui l’occupe, ou choisissez-en d’autres dans panier.toml sous [listen]."
        ),
    };
    let what =
        text!("The front door could not be opened.", "La porte d’entrée n’a pas pu s’ouvrir.");
    Trouble::new("front-door-failed", what, remedy).because_of(whole(error))
}

/// The ports of HTTPS and of HTTP.
fn remember_ports(door: &proxy::FrontDoor, ledger: &Ledger) -> Result<(u16, u16), Trouble> {
    let https = door.https_address().map_or(443, |address| address.port());
    let http = door.http_address().map_or(80, |address| address.port());
    ledger
        .write(|records| {
            records.set_setting("listen.https_port", &https.to_string())?;
            records.set_setting("listen.http_port", &http.to_string())
        })
        .map_err(|error| unwritten(&error))?;
    Ok((https, http))
}

/// The names and addresses at which the box itself is found.
fn box_names(facts: &BoxFacts, home_label: Option<&str>) -> Vec<String> {
    let mut names = vec![facts.base_domain.clone()];
    let called = system::identity::hostname().to_ascii_lowercase();
    for label in home_label.into_iter().chain([called.as_str()]) {
        let local = format!("{label}.local");
        if !names.contains(&local) {
            names.push(local);
        }
    }
    names.push("localhost".to_owned());
    if let Ok(addresses) = system::network::addresses() {
        let own = addresses.into_iter().map(|address| address.ip);
        names.extend(own.filter(|ip| system::network::is_local_peer(*ip)).map(|ip| ip.to_string()));
    }
    names
}

fn probe_token() -> Result<String, Trouble> {
    let mut bytes = [0; 24];
    system::random::fill(&mut bytes)
        .map_err(|error| cannot_write(Path::new("/dev/urandom"), &error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
