//! The project as one sees it from outside. One program, so that it is linked
//! once; a module for each thing that is held.

// Said, though it is always so here: it tells clippy that all of this is tests.
#[cfg(test)]
mod all {
    mod client;
    mod engine;
    mod file_lengths;
    mod import_table;
    mod journey;
    mod project;
    mod recipes;
    mod tiny_service;
}
