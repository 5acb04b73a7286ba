//! Discord's rules that its API document cannot express.
//!
//! Each function takes a JSON body that `spec.rs` has already passed and appends what is wrong.
//! Sources: the pages "Application Commands", "Component Reference", "Message" and "Locales" of
//! Discord's developer documentation.
//!
//! It also holds the two *house rules* of this project: Discord accepts a message that breaks them,
//! so the server records them without refusing.

mod commands;
mod components;
mod messages;

pub use commands::{check_command, check_commands};
pub use components::check_modal;
pub use messages::{Writing, check_message, house_rules};

/// The keys that `name_localizations` may have.
pub const LOCALES: [&str; 34] = [
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk",
    "vi", "zh-CN", "zh-TW",
];
