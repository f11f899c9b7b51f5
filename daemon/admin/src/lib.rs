//! The API, and the pages of the box itself
