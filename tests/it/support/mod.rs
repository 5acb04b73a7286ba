//! What several tests share: a house with a set clock, and local servers of the platforms.

pub mod binary;
pub mod browser;
pub mod discord;
pub mod house;
pub mod stream;
pub mod telegram;
