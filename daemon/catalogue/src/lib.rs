//! Where recipes come from
