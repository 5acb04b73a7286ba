//! The real program on bad days: killed at random moments, cut off from power, on a disk that is full
//! or broken, with a clock that jumps. `docs/reliability.md` has the figures and the commands.
//!
//! | file | what |
//! | --- | --- |
//! | `bot.rs` | the program, started and killed; the local servers that it talks to |
//! | `people.rs`, `desk.rs` | residents who ask, book and cancel; cases that volunteers take |
//! | `evidence.rs`, `checker.rs` | what the servers saw; whether it fits what the database says |
//! | `doctored.rs` | that the checker finds what is wrong |
//! | `kills.rs` | killed at any point |
//! | `shim.c`, `power.rs`, `cuts.rs` | a recorded disk; what a power cut leaves of it |
//! | `disk.rs`, `clock.rs` | a full, read-only, broken disk; a damaged file; a clock that jumps |
//! | `mounts.rs` | the same full and read-only disks as real file systems, where mounting is allowed |
//! | `failpoints.rs`, `calls.rs` | every statement, and every call, of a turn fails once |
//! | `backup.rs` | backups, and putting them back |

mod backup;
mod bot;
mod calls;
mod checker;
mod clock;
mod cuts;
mod desk;
mod disk;
mod doctored;
mod evidence;
mod failpoints;
mod kills;
mod mounts;
mod people;
mod power;

/// A number from the environment: how long a run is, or its seed.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
