//! The load: h2load, which speaks HTTP/1.1 and HTTP/2 over TLS.

use std::process::Command;
use std::time::Duration;

/// What is asked, how, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// The length of the answer’s body.
    pub(crate) length: u64,
    pub(crate) requests: u64,
    /// Connections, and requests at a time on each.
    pub(crate) connections: u64,
    pub(crate) streams: u64,
    pub(crate) is_http1: bool,
    /// The processor that the load runs on.
    pub(crate) processor: &'static str,
}

impl Load {
    /// Asks at a door, and sees to it that each answer was whole and good.
    /// Gives how long it took in all.
    pub(crate) fn run(&self, name: &str, port: u16) -> Duration {
        let mut command = Command::new("taskset");
        command.args(["-c", self.processor, "h2load", "--tls13-ciphers=TLS_AES_128_GCM_SHA256"]);
        if self.is_http1 {
            command.arg("--h1");
        }
        let output = command
            .arg(format!("--requests={}", self.requests))
            .arg(format!("--clients={}", self.connections))
            .arg(format!("--max-concurrent-streams={}", self.streams))
            .arg(format!("--connect-to=127.0.0.1:{port}"))
            .arg(format!("https://{name}:{port}{}", self.path))
            .output()
            .expect("h2load runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let good = format!("{} 2xx, 0 3xx, 0 4xx, 0 5xx", self.requests);
        let protocol = if self.is_http1 { "protocol: http/1.1" } else { "protocol: h2" };
        let whole = data(&said).is_some_and(|bytes| bytes == self.length * self.requests);
        let fits = said.contains(&good) && said.contains(protocol) && whole;
        assert!(fits && said.contains("TLS_AES_128_GCM_SHA256"), "not all was well:\n{said}");
        took(&said).unwrap_or_else(|| panic!("how long did it take?\n{said}"))
    }
}

/// The bytes of bodies: `traffic: … (N) total, … (N) headers …, … (N) data`.
fn data(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.starts_with("traffic:"))?;
    let (before, _) = line.rsplit_once(") data")?;
    before.rsplit_once('(')?.1.parse().ok()
}

/// `finished in 1.23s, …`, or in milliseconds.
fn took(said: &str) -> Option<Duration> {
    let line = said.lines().find_map(|line| line.strip_prefix("finished in "))?;
    let figure = line.split(',').next()?;
    let (figure, unit) = match figure.strip_suffix("ms") {
        Some(figure) => (figure, 1e-3),
        None => (figure.strip_suffix('s')?, 1.0),
    };
    Some(Duration::from_secs_f64(figure.parse::<f64>().ok()? * unit))
}
