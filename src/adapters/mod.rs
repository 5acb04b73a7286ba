//! The platforms: what happened there becomes an event, a letter becomes what is seen there.
//!
//! Each folder has `read` and `write`, which translate and nothing else. Adapters know the model,
//! `App` and `Deliver`, and for pages `http`; never the engine, the facts or the store.

pub mod discord;
pub mod preview;
pub mod qr;
pub mod telegram;
pub mod terminal;
pub mod web;
