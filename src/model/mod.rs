//! The words that every other module shares: who writes, what arrives, what is sent, what is kept.
//!
//! Plain values with their text forms. Nothing here knows a platform, a database, a clock or a
//! sentence, and it imports nothing of ours.

pub mod action;
pub mod chat;
pub mod code;
pub mod deed;
pub mod desk;
pub mod effect;
pub mod event;
pub mod id;
pub mod kept;
pub mod lang;
pub mod markup;
pub mod message;
pub mod place;
pub mod profile;
pub mod request;
pub mod retention;
pub mod staff;
pub mod staff_account;
pub mod time;
pub mod visit;
