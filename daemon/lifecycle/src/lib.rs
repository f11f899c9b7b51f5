//! The content of the jobs, and the reconciler
