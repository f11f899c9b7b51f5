//! The front door beside nginx, HAProxy and Caddy: CPU a request.

use std::collections::BTreeSet;

use tests::{Door, Http};

use crate::figures::{Spread, table};
use crate::load::Load;
use crate::peers::{NAME, OF_OTHERS, Peer, Peers};

const SMALL: Load = Load {
    name: "",
    path: "/1k",
    length: 1024,
    requests: 30_000,
    connections: 16,
    streams: 1,
    is_http1: false,
    processor: OF_OTHERS,
};
const LARGE: Load = Load { path: "/10m", length: 10 << 20, requests: 120, connections: 4, ..SMALL };

const LOADS: [Load; 5] = [
    Load { name: "1 KB, h1, 16 connections", is_http1: true, ..SMALL },
    Load { name: "1 KB, h2, 16 connections of one stream", ..SMALL },
    Load { name: "1 KB, h2, 4 connections of 8 streams", connections: 4, streams: 8, ..SMALL },
    Load { name: "10 MB, h1, 4 connections", is_http1: true, ..LARGE },
    Load { name: "10 MB, h2, 4 connections", ..LARGE },
];

/// CPU a request in µs, and requests a second, of one turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    cpu: f64,
    pace: f64,
}

/// Prints the tables.
pub(crate) fn measure(rounds: usize) {
    println!("\n## The front door beside its peers");
    let peers = Peers::start();
    let headers = equal_headers(&peers);
    println!("\nEach answers with the same headers: {headers}.");
    for load in LOADS {
        compare(&peers, &load, rounds);
    }
    let rows = peers.all.iter().map(|peer| {
        let memory = peer.family.memory();
        let figures = [memory.resident, memory.proportional, memory.private];
        [vec![peer.name.to_owned()], figures.map(|kib| format!("{:.1}", mib(kib))).into()].concat()
    });
    println!("\n### Memory after all this, MiB");
    table(&["", "resident", "proportional", "private"], &rows.collect::<Vec<_>>());
}

pub(crate) fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

/// Sees to it that no one has less to say than another.
fn equal_headers(peers: &Peers) -> String {
    let of = |peer: &Peer, http| {
        let door = Door { at: ([127, 0, 0, 1], peer.port).into(), name: NAME.to_owned(), http };
        let answer = peers.wait(peers.client.get(&door, "/1k")).expect("an answer");
        assert_eq!(answer.body.len(), 1024, "{}", peer.name);
        // A connection of HTTP/1.1 is kept with or without a word.
        let names = answer.headers.keys().filter(|name| *name != http::header::CONNECTION);
        names.map(ToString::to_string).collect::<BTreeSet<_>>()
    };
    let mut all = peers
        .all
        .iter()
        .flat_map(|peer| [Http::One, Http::Two].map(|http| (peer.name, http, of(peer, http))));
    let (_, _, first) = all.next().expect("the front door");
    for (name, http, headers) in all {
        assert_eq!(headers, first, "{name} {http:?} answers with other headers");
    }
    first.into_iter().collect::<Vec<_>>().join(", ")
}

fn compare(peers: &Peers, load: &Load, rounds: usize) {
    // By peer: one figure a round, of its turns there and back.
    let mut all: Vec<Vec<Turn>> = vec![Vec::new(); peers.all.len()];
    for peer in &peers.all {
        turn(peer, &Load { requests: load.requests / 10, ..*load });
    }
    for _ in 0..rounds {
        let there: Vec<Turn> = peers.all.iter().map(|peer| turn(peer, load)).collect();
        let mut back: Vec<Turn> = peers.all.iter().rev().map(|peer| turn(peer, load)).collect();
        back.reverse();
        for ((turns, one), other) in all.iter_mut().zip(there).zip(back) {
            let cpu = f64::midpoint(one.cpu, other.cpu);
            turns.push(Turn { cpu, pace: f64::midpoint(one.pace, other.pace) });
        }
    }
    let own = all.first().cloned().unwrap_or_default();
    let rows = peers.all.iter().zip(&all).map(|(peer, turns)| {
        let ratios = own.iter().zip(turns).map(|(own, their)| own.cpu / their.cpu);
        vec![
            peer.name.to_owned(),
            Spread::of(turns.iter().map(|turn| turn.cpu)).said(1),
            Spread::of(ratios).said(2),
            format!("{:.0}", Spread::of(turns.iter().map(|turn| turn.pace)).middle),
        ]
    });
    println!("\n### {}; {} requests a turn, {rounds} rounds", load.name, load.requests);
    let heads = ["", "CPU a request, µs", "front door ÷ this", "requests a second"];
    table(&heads, &rows.collect::<Vec<_>>());
}

fn turn(peer: &Peer, load: &Load) -> Turn {
    let before = peer.family.cpu();
    let took = load.run(NAME, peer.port);
    let used = peer.family.cpu().saturating_sub(before);
    let requests = f64::from(u32::try_from(load.requests).unwrap_or(u32::MAX));
    Turn { cpu: used.as_secs_f64() * 1e6 / requests, pace: requests / took.as_secs_f64() }
}
