//! The project as one sees it from outside. One program, so that it is linked
//! once; a module for each thing that is held.

// Said, though it is always so here: it tells clippy that all of this is tests.
#[cfg(test)]
mod all {
    mod agreement;
    mod certificates;
    mod client;
    mod domains;
    mod engine;
    mod failed_installs;
    mod file_lengths;
    mod front_door;
    mod home_names;
    mod import_table;
    mod journey;
    mod kept;
    mod kept_for_real;
    mod killed;
    mod kills_at_instants;
    mod kills_at_points;
    mod limits;
    mod living;
    mod one_core;
    mod panel;
    mod project;
    mod public_authority;
    mod real_services;
    mod recipe_check;
    mod recipes;
    mod registry;
    mod secrets;
    mod shut_in;
    mod sixty;
    mod strangers;
    mod tiny_service;
    mod updated_for_real;
    mod updates;
    mod volumes;
    mod whole_box;
}
