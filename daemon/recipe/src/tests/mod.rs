//! Whole recipes: those that must be sayable, those that must be refused, and
//! what holds for any text at all.

mod fixtures;
mod properties;
mod questions;
mod service;
mod ways;
mod wrong;
