//! The real restic, on real folders: what goes in comes out, and what is cut
//! off in the middle goes on.

// Said, though it is always so here: it tells clippy that all of this is tests.
#[cfg(test)]
mod suite {
    mod cut_off;
    mod damage;
    mod keeping;
    mod locks;
    mod old_restic;
    mod programs;
    mod refusals;
    mod round_trip;
    mod targets;
    mod tree;
    mod yard;
}
