//! The journal of jobs: steps, locks, deadlines, events
