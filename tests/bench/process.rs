//! What the kernel knows of processes.

use std::time::Duration;

/// A process and all that it started.
#[derive(Debug, Clone)]
pub(crate) struct Family(Vec<u32>);

/// Memory in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// All pages that are there, shared ones included.
    pub(crate) resident: u64,
    /// The same, each shared page divided by those who share it.
    pub(crate) proportional: u64,
    /// Pages that nobody else has.
    pub(crate) private: u64,
}

impl Family {
    pub(crate) fn of(id: u32) -> Self {
        let mut ids = vec![id];
        let mut at = 0;
        while let Some(parent) = ids.get(at).copied() {
            ids.extend(children(parent));
            at += 1;
        }
        Self(ids)
    }

    /// One process alone.
    pub(crate) fn only(id: u32) -> Self {
        Self(vec![id])
    }

    /// CPU used so far, by all of their threads that live.
    pub(crate) fn cpu(&self) -> Duration {
        let of = |id: &u32| -> u64 {
            let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten();
            threads
                .flatten()
                .filter_map(|thread| {
                    // Its first number: nanoseconds on a processor.
                    let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
                    text.split(' ').next()?.parse::<u64>().ok()
                })
                .sum()
        };
        Duration::from_nanos(self.0.iter().map(of).sum())
    }

    pub(crate) fn memory(&self) -> Memory {
        let mut sum = Memory::default();
        for id in &self.0 {
            let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup"));
            let text = text.expect("a living process");
            let field = |name: &str| -> u64 {
                let line = text.lines().find(|line| line.starts_with(name));
                let figure = line.and_then(|line| line.split_whitespace().nth(1));
                figure.and_then(|figure| figure.parse().ok()).unwrap_or(0)
            };
            sum.resident += field("Rss:");
            sum.proportional += field("Pss:");
            sum.private += field("Private_Clean:") + field("Private_Dirty:");
        }
        sum
    }

    /// Bytes that went to disks so far, and waits that ended so far: of all threads.
    pub(crate) fn written(&self) -> u64 {
        self.0.iter().map(|id| number(&format!("/proc/{id}/io"), "write_bytes:")).sum()
    }

    /// How often any of their threads has waited for something so far.
    pub(crate) fn wakes(&self) -> u64 {
        let threads = self.0.iter().flat_map(|id| {
            std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten()
        });
        let status = threads.map(|thread| thread.path().join("status"));
        status.map(|path| number(&path.to_string_lossy(), "voluntary_ctxt_switches:")).sum()
    }
}

fn number(path: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
}

fn children(id: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = tasks.map(|task| std::fs::read_to_string(task.path().join("children")));
    let all: Vec<String> = lists.flatten().collect();
    all.iter().flat_map(|list| list.split_whitespace()).flat_map(str::parse).collect()
}
