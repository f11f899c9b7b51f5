//! From a [`ContainerSpec`] to what the engine wants to read. What holds for
//! every container stands here once: shut in, never restarted by the engine,
//! bounded.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HealthConfig, HostConfig,
    HostConfigLogConfig, Mount, MountType, NetworkingConfig, PortBinding, RestartPolicy,
    RestartPolicyNameEnum,
};

use super::labels_of;
use crate::spec::{ContainerSpec, Owner};

/// The log is kept in so many files that are overwritten in turn.
const LOG_FILES: u64 = 2;
/// A log that is smaller than this says nothing.
const LEAST_LOG_BYTES: u64 = 64 * 1024;

/// Left to itself the engine gives a tmpfs the rights of the image's folder
/// below it and root as its owner: closed to a program that is not root.
const TMPFS: &str = "mode=1777";

/// Programs that reap children by themselves, or insist on being the first process.
const FIRST_PROCESSES: [&str; 5] = ["init", "tini", "dumb-init", "docker-init", "my_init"];

/// Whether the engine should put its own small init before the image's program.
///
/// Most programs do not reap the children that fall to the first process, and
/// a service that runs for months fills its process limit with them. Images
/// that bring an init of their own (s6-overlay's `/init` refuses to be the
/// second process) are left alone.
pub(super) fn wants_init(entrypoint: &[String]) -> bool {
    let program = entrypoint.first().map(String::as_str).unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    !FIRST_PROCESSES.contains(&name)
}

/// The request that makes a container in the network of this id.
pub(super) fn request_for(
    owner: &Owner,
    spec: &ContainerSpec,
    network_id: &str,
    init: bool,
) -> ContainerCreateBody {
    let mut labels = labels_of(owner, &spec.service);
    labels.insert(Owner::PART.to_owned(), spec.part.clone());
    labels.insert(Owner::FINGERPRINT.to_owned(), spec.fingerprint());
    let endpoint = EndpointSettings {
        ipam_config: Some(EndpointIpamConfig {
            ipv4_address: Some(spec.address.clone()),
            ..EndpointIpamConfig::default()
        }),
        aliases: Some(vec![spec.part.clone()]),
        ..EndpointSettings::default()
    };
    ContainerCreateBody {
        hostname: Some(spec.part.clone()),
        user: spec.user.clone(),
        env: Some(spec.environment.iter().map(|(name, value)| format!("{name}={value}")).collect()),
        cmd: spec.command.clone(),
        entrypoint: spec.entrypoint.clone(),
        // Health is our own probe's business.
        healthcheck: Some(HealthConfig {
            test: Some(vec!["NONE".into()]),
            ..HealthConfig::default()
        }),
        image: Some(spec.image.clone()),
        labels: Some(labels),
        stop_timeout: Some(i64::from(spec.stop_grace_seconds)),
        exposed_ports: Some(
            spec.ports.iter().map(|(inside, _, kind)| format!("{inside}/{kind}")).collect(),
        ),
        host_config: Some(host_config(spec, network_id, init)),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some(HashMap::from([(network_id.to_owned(), endpoint)])),
        }),
        ..ContainerCreateBody::default()
    }
}

fn host_config(spec: &ContainerSpec, network_id: &str, init: bool) -> HostConfig {
    let memory = signed(spec.memory);
    let resolvers = (!spec.resolvers.is_empty()).then(|| spec.resolvers.clone());
    let nobody_there = spec.resolvers.iter().any(|resolver| resolver == "127.0.0.1");
    HostConfig {
        memory: Some(memory),
        // Equal to `memory`: no swap on top of it.
        memory_swap: Some(memory),
        nano_cpus: Some(signed(spec.nano_cpus)),
        pids_limit: Some(i64::from(spec.processes)),
        init: Some(init),
        log_config: Some(log_config(spec.log_bytes)),
        network_mode: Some(network_id.to_owned()),
        port_bindings: Some(spec.ports.iter().map(binding).collect()),
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        }),
        mounts: Some(mounts(spec)),
        cap_add: Some(spec.capabilities.clone()),
        cap_drop: Some(vec!["ALL".into()]),
        security_opt: Some(vec!["no-new-privileges".into()]),
        // A resolver that is not there must be given up at once, not after 5 s twice.
        dns_options: nobody_there.then(|| vec!["timeout:1".into(), "attempts:1".into()]),
        dns: resolvers,
        // The engine would add the domain of the home, and ask for names there.
        dns_search: Some(vec![".".into()]),
        privileged: Some(false),
        readonly_rootfs: Some(spec.read_only_root),
        tmpfs: Some(spec.tmpfs.iter().map(|path| (path.clone(), TMPFS.to_owned())).collect()),
        ..HostConfig::default()
    }
}

fn mounts(spec: &ContainerSpec) -> Vec<Mount> {
    let volumes = spec.volumes.iter().map(|mount| Mount {
        typ: Some(MountType::VOLUME),
        source: Some(mount.volume.clone()),
        target: Some(mount.path.clone()),
        read_only: Some(mount.read_only),
        ..Mount::default()
    });
    // Unlike `binds`, a mount whose source is missing is refused, not made as an empty folder.
    let binds = spec.binds.iter().map(|bind| Mount {
        typ: Some(MountType::BIND),
        source: Some(bind.from.to_string_lossy().into_owned()),
        target: Some(bind.path.clone()),
        read_only: Some(true),
        ..Mount::default()
    });
    volumes.chain(binds).collect()
}

fn log_config(log_bytes: u64) -> HostConfigLogConfig {
    let each = (log_bytes / LOG_FILES).max(LEAST_LOG_BYTES);
    HostConfigLogConfig {
        typ: Some("json-file".into()),
        config: Some(HashMap::from([
            ("max-size".to_owned(), each.to_string()),
            ("max-file".to_owned(), LOG_FILES.to_string()),
        ])),
    }
}

fn binding(port: &(u16, u16, String)) -> (String, Option<Vec<PortBinding>>) {
    let (inside, outside, kind) = port;
    let binding = PortBinding { host_ip: None, host_port: Some(outside.to_string()) };
    (format!("{inside}/{kind}"), Some(vec![binding]))
}

/// The engine counts with a sign; no machine has more than that.
fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> ContainerSpec {
        ContainerSpec {
            name: "panier-pad-app".into(),
            service: "s1".into(),
            part: "app".into(),
            image: "panier/debian:13".into(),
            user: Some("1000:1000".into()),
            entrypoint: None,
            command: None,
            environment: vec![("TITLE".into(), "Pads = fun".into())],
            volumes: vec![],
            binds_digest: String::new(),
            binds: vec![],
            tmpfs: vec!["/tmp".into()],
            capabilities: vec!["CHOWN".into()],
            read_only_root: true,
            memory: 64 << 20,
            nano_cpus: 500_000_000,
            processes: 50,
            network: "panier-pad".into(),
            address: "10.1.2.3".into(),
            resolvers: vec!["127.0.0.1".into()],
            ports: vec![(53, 5353, "udp".into())],
            stop_grace_seconds: 10,
            log_bytes: 4 << 20,
        }
    }

    #[test]
    fn every_container_is_shut_in_and_never_restarted_by_the_engine() {
        let owner = Owner { identity: "box".into() };
        let body = request_for(&owner, &spec(), "net", true);
        assert_eq!(body.healthcheck.unwrap().test.unwrap(), ["NONE"]);
        let host = body.host_config.unwrap();
        assert_eq!(host.restart_policy.unwrap().name, Some(RestartPolicyNameEnum::NO));
        assert_eq!(host.cap_drop.unwrap(), ["ALL"]);
        assert_eq!(host.cap_add.unwrap(), ["CHOWN"]);
        assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
        assert_eq!(host.readonly_rootfs, Some(true));
        assert_eq!(host.memory, host.memory_swap);
        let log = host.log_config.unwrap().config.unwrap();
        assert_eq!((log["max-size"].as_str(), log["max-file"].as_str()), ("2097152", "2"));
    }

    #[test]
    fn an_image_that_brings_its_own_init_keeps_it() {
        let says = |words: &[&str]| {
            wants_init(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
        };
        assert!(says(&["/usr/local/bin/start", "--now"]));
        assert!(says(&[]));
        assert!(!says(&["/init"]));
        assert!(!says(&["/usr/bin/tini", "--", "node"]));
    }
}
