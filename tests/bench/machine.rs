//! What it runs on, and which versions.

use std::process::Command;

/// Prints the machine and the programs.
pub(crate) fn describe() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| {
            Some(line.split_once([':', '='])?.1.trim().trim_matches('"').to_owned())
        })
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let system = field(&read("/etc/os-release"), "PRETTY_NAME").unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    println!("- {cores} × {processor}, {memory}; {system}, Linux {}", kernel.trim());
    println!("- load at the start: {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    let program = tests::program("panier");
    let size = std::fs::metadata(&program).map_or(0, |facts| facts.len()) >> 20;
    let profile = program.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
    println!("- Panier as built by the profile `{}`, {size} MiB", profile.to_string_lossy());
    let versions = [
        ("nginx", "-v"),
        ("haproxy", "-v"),
        ("caddy", "version"),
        ("docker-compose", "version"),
        ("h2load", "--version"),
    ];
    println!("- {}", versions.map(|(program, word)| version(program, word)).join("; "));
}

/// What a program says of its own version, in one line.
fn version(program: &str, word: &str) -> String {
    let Ok(output) = Command::new(program).arg(word).output() else {
        return format!("no {program}");
    };
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let said = String::from_utf8_lossy(&said).into_owned();
    let first = said.lines().next().unwrap_or_default();
    let short: Vec<_> =
        first.split(' ').filter(|word| !word.starts_with("http") && *word != "-").collect();
    let names = first.to_lowercase().contains(program);
    if names { short.join(" ") } else { format!("{program} {}", short.join(" ")) }
}
