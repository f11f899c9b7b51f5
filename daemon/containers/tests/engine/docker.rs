//! What only the real engine can show.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use containers::{Bind, ContainerState, Docker, EngineError, ExecRequest, LogRequest, PullTrouble};
use futures_util::{StreamExt, TryStreamExt};

use crate::bench::{Bench, SERVE, on_docker, refusal};

/// Runs a line of shell inside and gives its output.
async fn inside(bench: &Bench, id: &str, line: &str) -> String {
    let command = ["sh", "-c", line].map(str::to_owned).into();
    let request = ExecRequest { command, ..ExecRequest::default() };
    let outcome = bench.engine.exec(id, &request).await.unwrap();
    assert_eq!(outcome.code, 0, "{line}: {}", outcome.output);
    outcome.output.trim_end().to_owned()
}

#[test]
fn a_container_is_shut_in() {
    on_docker("a_container_is_shut_in", 101, async |bench: Arc<Bench>| {
        let told = bench.folder.path().join("told");
        std::fs::write(&told, "by the host").unwrap();
        bench.with_network().await;
        let mut spec = bench.container("app", &SERVE);
        spec.binds.push(Bind { from: told, path: "/etc/told".to_owned() });
        spec.resolvers = vec!["127.0.0.1".to_owned()];
        let id = bench.engine.create_container(&bench.owner, &spec).await.unwrap();
        bench.engine.start_container(&id).await.unwrap();
        bench.started("database", &SERVE).await;
        let inside = async |line: &str| inside(&bench, &id, line).await;

        let status = inside("cat /proc/self/status").await;
        assert!(status.contains("CapEff:\t0000000000000000"), "{status}");
        assert!(status.contains("CapBnd:\t0000000000000000"), "{status}");
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
        assert_eq!(inside("id -u; id -g").await, "1000\n1000");
        assert_eq!(inside("touch /etc/x 2>/dev/null || echo shut").await, "shut");
        assert_eq!(inside("touch /tmp/x && echo open").await, "open");
        assert_eq!(inside("cat /etc/told").await, "by the host");
        assert_eq!(inside("echo x 2>/dev/null >/etc/told || echo shut").await, "shut");
        assert_eq!(inside("echo $GREETING").await, "bonjour = salut");
        assert_eq!(inside("hostname").await, "app");
        let memory = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max";
        assert_eq!(inside(&format!("{memory} 2>/dev/null || true")).await, "67108864");
        let processes = "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max";
        assert_eq!(inside(&format!("{processes} 2>/dev/null || true")).await, "64");
        // The first process reaps what falls to it.
        assert!(inside("cat /proc/1/comm").await.contains("init"));

        let there = bench.container("database", &SERVE).address;
        assert_eq!(inside("getent hosts database | cut -d' ' -f1").await, there);
        assert_eq!(inside("getent hosts example.org || echo unknown").await, "unknown");
        assert!(inside("cat /etc/resolv.conf").await.contains("timeout:1"));
    });
}

#[test]
fn an_empty_volume_takes_over_the_images_content_and_owner() {
    let test = "an_empty_volume_takes_over_the_images_content_and_owner";
    on_docker(test, 102, async |bench: Arc<Bench>| {
        let (engine, owner) = (&bench.engine, &bench.owner);
        bench.with_network().await;
        let volume = bench.volume("spool");
        engine.create_volume(owner, &volume).await.unwrap();
        let mut spec = bench.container("app", &["sh", "-c", "echo kept > /var/mail/letter"]);
        spec.user = Some("0:8".to_owned());
        let spec = Bench::with_volume(spec, &volume.name, "/var/mail");
        let id = engine.create_container(owner, &spec).await.unwrap();
        engine.start_container(&id).await.unwrap();
        engine.wait_container(&id).await.unwrap();
        // Debian's /var/mail belongs to the group mail, which is 8.
        let told = std::fs::metadata(&volume.folder).unwrap();
        assert_eq!((told.uid(), told.gid(), told.mode() & 0o7777), (0, 8, 0o2775));

        engine.remove_container(&id).await.unwrap();
        engine.remove_volume(&volume.name).await.unwrap();
        let letter = std::fs::read_to_string(volume.folder.join("letter")).unwrap();
        assert_eq!(letter, "kept\n");
    });
}

/// By an event: the container's state says so only where the engine heard of it
/// before it heard of the death.
#[test]
fn who_takes_too_much_memory_is_said_to_have() {
    on_docker("who_takes_too_much_memory_is_said_to_have", 103, async |bench: Arc<Bench>| {
        bench.with_network().await;
        let events = bench.events().await;
        let id = bench.started("app", &["tail", "/dev/zero"]).await;
        assert_eq!(bench.engine.wait_container(&id).await.unwrap(), 137);
        assert_eq!(bench.state(&id).await, ContainerState::Exited { code: 137 });
        let told = events.filter(|event| std::future::ready(event.action == "oom")).next().await;
        assert_eq!(told.unwrap().part, "app");
    });
}

#[test]
fn long_output_is_kept_whole_in_the_log_and_by_its_end_from_a_program() {
    let test = "long_output_is_kept_whole_in_the_log_and_by_its_end_from_a_program";
    on_docker(test, 104, async |bench: Arc<Bench>| {
        bench.with_network().await;
        // The engine cuts lines at 16 KiB.
        let line = "head -c 40000 /dev/zero | tr '\\0' x; echo; echo after; exec sleep infinity";
        let id = bench.started("app", &["sh", "-c", line]).await;
        let request = LogRequest { follow: true, tail: None };
        let mut lines = bench.engine.logs(&id, &request);
        let long = lines.try_next().await.unwrap().unwrap();
        assert_eq!(long.text, "x".repeat(40_000));
        assert_eq!(lines.try_next().await.unwrap().unwrap().text, "after");

        let said = inside(&bench, &id, "head -c 100000 /dev/zero | tr '\\0' y; echo end").await;
        assert_eq!((said.len(), said.ends_with("yend")), (64 * 1024 - 1, true));
        // It closes its outputs, works on, and is waited for.
        let line = "exec >/dev/null 2>&1; sleep 3; exit 5";
        let command = ["sh", "-c", line].map(str::to_owned).into();
        let request = ExecRequest { command, ..ExecRequest::default() };
        assert_eq!(bench.engine.exec(&id, &request).await.unwrap().code, 5);
        let command = vec!["/no/such/program".to_owned()];
        let request = ExecRequest { command, ..ExecRequest::default() };
        let outcome = bench.engine.exec(&id, &request).await.unwrap();
        assert!([126, 127].contains(&outcome.code), "{outcome:?}");
    });
}

#[test]
fn a_port_in_use_and_a_missing_file_are_told() {
    on_docker("a_port_in_use_and_a_missing_file_are_told", 105, async |bench: Arc<Bench>| {
        let (engine, owner) = (&bench.engine, &bench.owner);
        let mut network = bench.network(0);
        network.internal = false;
        engine.create_network(owner, &network).await.unwrap();
        let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let mut spec = bench.container("app", &SERVE);
        spec.ports = vec![(80, taken.local_addr().unwrap().port(), "tcp".to_owned())];
        let id = engine.create_container(owner, &spec).await.unwrap();
        let error = engine.start_container(&id).await.unwrap_err();
        assert!(matches!(error, EngineError::PortTaken { .. }), "{error:?}");

        let mut spec = bench.container("other", &SERVE);
        let from = bench.folder.path().join("absent");
        spec.binds.push(Bind { from: from.clone(), path: "/etc/told".to_owned() });
        engine.create_container(owner, &spec).await.unwrap_err();
        assert!(!from.exists(), "nothing was made in its place");
    });
}

#[test]
fn a_registry_that_is_not_there_is_told_from_an_unknown_image() {
    let test = "a_registry_that_is_not_there_is_told_from_an_unknown_image";
    on_docker(test, 106, async |bench: Arc<Bench>| {
        // Port 9 discards, where it is served at all.
        let pulled = bench.engine.pull("127.0.0.1:9/panier/nothing:1", &|_| {}).await;
        let error = pulled.unwrap_err();
        let trouble = PullTrouble::RegistryUnreachable;
        let matches =
            matches!(&error, EngineError::PullFailed { trouble: known, .. } if *known == trouble);
        assert!(matches, "{error:?}");
    });
}

#[tokio::test]
async fn where_nobody_answers_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("engine.sock");
    assert_eq!(refusal(Docker::connect(&socket).await.map(|_| ())), "unreachable");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert_eq!(refusal(Docker::connect(&socket).await.map(|_| ())), "unreachable");
    assert_eq!(refusal(Docker::connect(Path::new("/dev/null")).await.map(|_| ())), "unreachable");
}
