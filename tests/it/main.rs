//! The one integration binary: a module per subject.

mod discord;
mod discord_server;
mod embedding;
mod mask;
mod places;
mod support;
mod telegram_server;
mod transcripts;
