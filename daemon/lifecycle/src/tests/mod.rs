//! The lifecycle against the scripted engine: every failure, at every instant.

mod jobs;
mod kills;
mod passages;
mod planning;
mod reconciling;
mod yard;
