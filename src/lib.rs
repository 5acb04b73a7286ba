//! Digidel: the bot in front of Sweden's `DigidelCenter`s.
//!
//! In `model ← facts ← engine ← store ← app` each module may use what stands to its left. `outbox`
//! sees `model`, `store` and `watch`, `tidy` the same and `app`; `adapters` see `model`, `app` and `outbox`; `console` sees `model`,
//! `app` and `store` (and for reading `facts` and `engine::say`); `http`, which both use for their
//! pages, sees `model`, `settings` and `store`; `alarms` sees `app` and `outbox`, and `demo` plays with
//! all of these on a database of its own; only the program itself (`main.rs`, `commands/`) sees
//! adapters. A test reads the `use` lines.

rust_i18n::i18n!("locales", fallback = "sv");

pub mod adapters;
pub mod alarms;
pub mod app;
pub mod console;
pub mod demo;
pub mod engine;
pub mod facts;
#[doc(hidden)]
pub mod fuzzing;
pub mod gate;
pub mod http;
pub mod model;
pub mod outbox;
pub mod poster;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod tidy;
pub mod watch;
