//! Durable state of the box, in SQLite
