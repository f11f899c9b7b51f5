//! The words of the domain: recipes, releases, and sentences for people.

mod rendered;
mod words;

pub use rendered::{
    DoorRules, Egress, ImageSource, Limits, Moment, Probe, Protocol, PublishedPort, Rendered,
    RenderedCommand, RenderedContainer, RenderedFile, RenderedVolume, Web,
};
pub use words::{Language, Text, Trouble};
