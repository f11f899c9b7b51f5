//! Panier: the daemon, the front door and the command line, in one binary.

fn main() {}
