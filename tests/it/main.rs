//! The one integration binary: a module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a test that panics has failed, and says where"
)]

mod console;
mod discord_server;
mod embedding;
mod mask;
mod places;
mod support;
mod telegram_server;
mod transcripts;
mod visits;
mod web;
