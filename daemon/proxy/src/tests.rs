//! The front door from outside: real sockets on loopback, real TLS, real
//! HTTP on both sides. Only the process around it is left out, but for
//! `process`, which starts real ones.

mod bodies;
mod certificates;
mod challenges;
mod handover;
mod house;
mod links;
mod pages;
mod plain;
mod process;
mod question;
mod routes;
mod rules;
pub(crate) mod sleeper;
mod streams;
mod upstream;
mod websockets;
