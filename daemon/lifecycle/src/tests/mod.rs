//! The lifecycle against the scripted engine: every failure, at every instant.

mod jobs;
mod kills;
mod planning;
mod reconciling;
mod yard;
