//! The front door: TLS by name, in a process of its own
