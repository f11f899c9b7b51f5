//! The container engine: images, networks, volumes, containers
