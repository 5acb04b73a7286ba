//! The Telegram adapter: what it reads, what it writes, and how it lives with the real protocol.

mod read;
