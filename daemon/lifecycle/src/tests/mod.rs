//! The lifecycle against the scripted engine: every failure, at every instant.

mod domains;
mod drawings;
mod filling;
mod folders;
mod jobs;
mod keeping;
mod kills;
mod living;
mod moving;
mod passages;
mod planning;
mod reconciling;
mod scheduling;
pub(crate) mod yard;
