//! What must be in the world for one service, drawn from what the ledger says.
//!
//! Drawing is pure: the same facts give the same plan, with the same
//! fingerprints, so that a container that is there can be told from one that
//! must be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use containers::{Bind, ContainerSpec, NetworkSpec, VolumeMount, VolumeSpec};
use ledger::{BoxFacts, Network, Service};
use recipe::{
    Egress, Protocol, Recipe, ReleaseId, Rendered, RenderedContainer, RenderedFile, Setting,
};
use recipe::{Trouble, text};
use ring::digest::{Context, SHA256};

use crate::site::Folders;

/// How long a container may take until it is ready; a service whose probe may
/// take longer has as long.
const READY_WITHIN: Duration = Duration::from_secs(300);
/// Bytes of a container's output that the engine keeps.
const LOG_BYTES: u64 = 10 * 1024 * 1024;

/// What a plan is drawn from.
pub(crate) struct Facts<'a> {
    pub(crate) facts: &'a BoxFacts,
    pub(crate) folders: &'a Folders,
    pub(crate) https_port: u16,
    pub(crate) architecture: &'a str,
    pub(crate) service: &'a Service,
    pub(crate) recipe: &'a Recipe,
    pub(crate) answers: &'a BTreeMap<String, String>,
    pub(crate) secrets: &'a BTreeMap<String, String>,
    pub(crate) network: &'a Network,
    /// Container to image id; a container without one gets its name in the
    /// recipe, which no engine has.
    pub(crate) images: &'a BTreeMap<String, (String, String)>,
}

/// All that must be there.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) rendered: Rendered,
    pub(crate) network: NetworkSpec,
    pub(crate) volumes: Vec<PlannedVolume>,
    pub(crate) containers: Vec<PlannedContainer>,
    pub(crate) upstream: SocketAddr,
    /// The box's own address in the service's network.
    pub(crate) gateway: Option<Ipv4Addr>,
}

/// A volume: the engine's part, and its name in the recipe.
#[derive(Debug)]
pub(crate) struct PlannedVolume {
    pub(crate) name: String,
    pub(crate) spec: VolumeSpec,
}

/// A container, with what is handed to it before each start.
#[derive(Debug)]
pub(crate) struct PlannedContainer {
    pub(crate) spec: ContainerSpec,
    /// Host path to file.
    pub(crate) files: Vec<(PathBuf, RenderedFile)>,
    pub(crate) ready: Option<Vec<String>>,
    /// How long that may take: a first start may fill a volume and a database.
    pub(crate) ready_within: Duration,
    /// Whether it may reach the internet.
    pub(crate) leaves: bool,
}

impl Plan {
    /// Draws the plan of a service.
    pub(crate) fn draw(from: &Facts<'_>) -> Result<Self, Trouble> {
        let rendered = render(from)?;
        let names = Names::new(from);
        let internal =
            rendered.containers.iter().all(|container| container.egress == Egress::Nothing);
        let network = NetworkSpec {
            name: names.network(),
            service: from.service.id.to_string(),
            bridge: from.network.bridge.clone(),
            subnet: from.network.subnet.clone(),
            internal,
        };
        let folder = from.folders.of(from.service);
        let volumes = volume_names(&rendered)
            .into_iter()
            .map(|name| PlannedVolume {
                spec: VolumeSpec {
                    name: names.volume(&name),
                    service: from.service.id.to_string(),
                    folder: Folders::data(&folder, &name),
                },
                name,
            })
            .collect();
        let mut containers = Vec::new();
        for (container, seat) in rendered.containers.iter().zip(0_u32..) {
            let address = from.network.seat(seat).ok_or_else(|| too_many(from.service))?;
            let mut placed = place(from, &names, container, address);
            placed.ready_within = READY_WITHIN.max(rendered.probe.within);
            containers.push(placed);
        }
        let upstream = upstream(from, &rendered)?;
        let gateway = from.network.bridge_address();
        Ok(Self { rendered, network, volumes, containers, upstream, gateway })
    }
}

fn render(from: &Facts<'_>) -> Result<Rendered, Trouble> {
    let id = ReleaseId::new(&from.service.release, from.service.revision);
    let release = from.recipe.release_at(&id).ok_or_else(|| {
        let (release, recipe) = (&from.service.release, &from.service.recipe);
        Trouble::new(
            "release-unknown",
            text!(
                "The recipe {recipe} has no release {release}.",
                "La recette {recipe} n’a pas de version {release}."
            ),
            text!(
                "See its releases: panier recipe show {recipe}",
                "Voyez ses versions : panier recipe show {recipe}"
            ),
        )
    })?;
    // The bridge's own address: requests from the front door come from there.
    let front_door = from.network.bridge_address().map(|address| format!("{address}/32"));
    from.recipe.render(
        release,
        &Setting {
            service: &from.service.name,
            domains: &from.service.domains,
            https_port: from.https_port,
            answers: from.answers,
            secrets: from.secrets,
            architecture: from.architecture,
            front_door: front_door.as_deref().unwrap_or_default(),
        },
    )
}

fn upstream(from: &Facts<'_>, rendered: &Rendered) -> Result<SocketAddr, Trouble> {
    rendered
        .containers
        .iter()
        .zip(0_u32..)
        .find(|(container, _)| container.name == rendered.web.container)
        .and_then(|(_, seat)| from.network.seat(seat))
        .map(|address| SocketAddr::from((address, rendered.web.port)))
        .ok_or_else(|| too_many(from.service))
}

fn too_many(service: &Service) -> Trouble {
    let name = &service.name;
    Trouble::new(
        "too-many-containers",
        text!(
            "{name} has more containers than its network has addresses.",
            "{name} a plus de conteneurs que son réseau n’a d’adresses."
        ),
        text!("Split the recipe in two.", "Partagez la recette en deux."),
    )
}

fn volume_names(rendered: &Rendered) -> BTreeSet<String> {
    rendered
        .containers
        .iter()
        .flat_map(|container| container.volumes.iter().map(|volume| volume.volume.clone()))
        .collect()
}

fn place(
    from: &Facts<'_>,
    names: &Names<'_>,
    container: &RenderedContainer,
    address: Ipv4Addr,
) -> PlannedContainer {
    let handed = from.folders.secrets.join(from.service.id.to_string()).join(&container.name);
    let files: Vec<(PathBuf, RenderedFile)> = container
        .files
        .iter()
        .zip(0_u32..)
        .map(|(file, number)| (handed.join(handed_name(number, &file.path)), file.clone()))
        .collect();
    let image = from.images.get(&container.name).map(|(_, image)| image.clone());
    let spec = ContainerSpec {
        name: names.container(&container.name),
        service: from.service.id.to_string(),
        part: container.name.clone(),
        image: image.unwrap_or_else(|| container.name.clone()),
        user: container.user.clone(),
        entrypoint: container.entrypoint.clone(),
        command: container.command.clone(),
        environment: container.environment.clone().into_iter().collect(),
        volumes: container
            .volumes
            .iter()
            .map(|volume| VolumeMount {
                volume: names.volume(&volume.volume),
                path: volume.path.clone(),
                read_only: volume.read_only,
            })
            .collect(),
        binds: files
            .iter()
            .map(|(from, file)| Bind { from: from.clone(), path: file.path.clone() })
            .collect(),
        binds_digest: digest(&files),
        tmpfs: container.tmpfs.clone(),
        capabilities: container.capabilities.clone(),
        read_only_root: !container.writable_root,
        memory: container.limits.memory,
        nano_cpus: nano_cpus(container.limits.cpus),
        processes: container.limits.processes,
        network: names.network(),
        address: address.to_string(),
        resolvers: resolvers(container, from.network),
        ports: container
            .ports
            .iter()
            .map(|port| {
                let protocol = match port.protocol {
                    Protocol::Tcp => "tcp",
                    Protocol::Udp => "udp",
                };
                (port.inside, port.outside, protocol.to_owned())
            })
            .collect(),
        stop_grace_seconds: seconds(container.stop_grace),
        log_bytes: LOG_BYTES,
    };
    PlannedContainer {
        spec,
        files,
        ready: container.ready.clone(),
        ready_within: READY_WITHIN,
        leaves: container.egress != Egress::Nothing,
    }
}

/// Who may leave asks the box, at its own network's gateway. Who may not looks up
/// names at its own loopback, where nobody answers: the engine still answers for
/// the service's containers, and asks nobody else.
fn resolvers(container: &RenderedContainer, network: &Network) -> Vec<String> {
    let gateway = match container.egress {
        Egress::Nothing => None,
        Egress::Internet { .. } => network.bridge_address(),
    };
    vec![gateway.unwrap_or(Ipv4Addr::LOCALHOST).to_string()]
}

/// A name on the host that a person recognises: `2-ihatemoney.cfg`.
fn handed_name(number: u32, path: &str) -> String {
    let last = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    format!("{number}-{}", last.unwrap_or_default())
}

fn digest(files: &[(PathBuf, RenderedFile)]) -> String {
    let mut context = Context::new(&SHA256);
    for (_, file) in files {
        for part in [file.path.as_bytes(), file.content.as_bytes()] {
            context.update(&part.len().to_le_bytes());
            context.update(part);
        }
        context.update(&file.owner.0.to_le_bytes());
        context.update(&file.owner.1.to_le_bytes());
        context.update(&file.mode.to_le_bytes());
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// A number of cores in billionths, at least one hundredth of a core.
fn nano_cpus(cpus: f64) -> u64 {
    const HUNDREDTH: u64 = 10_000_000;
    let hundredths = (cpus * 100.0).round().clamp(1.0, 100_000.0);
    // In range by the clamp; the cast truncates nothing.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=100000 just above"
    )]
    let hundredths = hundredths as u64;
    hundredths * HUNDREDTH
}

/// Names in the engine, that a person can read and no other box has.
struct Names<'a> {
    short_identity: &'a str,
    service: &'a Service,
}

impl<'a> Names<'a> {
    fn new(from: &Facts<'a>) -> Self {
        Self { short_identity: from.facts.short_identity(), service: from.service }
    }

    fn network(&self) -> String {
        format!("panier-{}-{}", self.short_identity, self.service.name)
    }

    fn container(&self, part: &str) -> String {
        format!("panier-{}-{}-{part}", self.short_identity, self.service.name)
    }

    fn volume(&self, volume: &str) -> String {
        format!("panier-{}-{}-{volume}", self.short_identity, self.service.name)
    }
}

/// The bridge of a service: at most 15 characters, and one prefix a box.
pub(crate) fn bridge_name(facts: &BoxFacts, service: ledger::ServiceId) -> String {
    format!("{}{service}", bridge_prefix(facts))
}

/// What the names of all bridges of a box begin with.
pub(crate) fn bridge_prefix(facts: &BoxFacts) -> String {
    format!("pn{}-", facts.short_identity())
}
