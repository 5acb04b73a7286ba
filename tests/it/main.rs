//! The one integration binary: a module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a test that panics has failed, and says where"
)]

mod articles;
mod batches;
mod chaos;
mod commands;
mod console;
mod database;
mod discord;
mod discord_server;
mod embedding;
mod floods;
mod fuzz_seeds;
mod import_rule;
mod killed;
mod locales;
mod mask;
mod places;
mod privacy;
mod random_talk;
mod right_to_left;
mod rules;
mod scam;
mod search;
mod secrets;
mod security;
mod seeing;
mod statements;
mod supply_chain;
mod support;
mod telegram;
mod telegram_server;
mod transcripts;
mod translated;
mod urgent;
mod visits;
mod web;
