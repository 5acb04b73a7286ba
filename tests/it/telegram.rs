//! The Telegram adapter: what it reads, what it writes, and how it lives with the real protocol.

mod accidents;
mod backlog;
mod day;
mod faults;
mod groups;
mod latency;
mod profile;
mod read;
pub mod rig;
mod webhook;
mod write;
