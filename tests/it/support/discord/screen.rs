//! What people see: messages as they look, not as JSON. It only reads.

use std::fmt;

use serde_json::Value;

use super::messages::LOADING;
use super::state::{BOT, Id, Message, State};

/// A button or a menu, as it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Something to press.
    Button {
        /// What it says, with its emoji before.
        label: String,
        /// What the bot will be told; empty for a link.
        custom_id: String,
        /// Discord's number: 1 blue, 2 grey, 3 green, 4 red, 5 a link.
        style: u64,
        /// Where a link leads.
        url: Option<String>,
        /// Whether it is grey and dead.
        disabled: bool,
    },
    /// Something to choose from.
    Menu {
        /// What it says while nothing is chosen.
        placeholder: String,
        /// What the bot will be told.
        custom_id: String,
        /// (label, value).
        options: Vec<(String, String)>,
        /// Whether it is grey and dead.
        disabled: bool,
    },
    /// Text of the newer layout.
    Text(String),
}

/// A message on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a mark of its own on the screen")]
pub struct Seen {
    /// Which.
    pub id: Id,
    /// Who wrote it.
    pub author: String,
    /// Whether that is the bot.
    pub by_bot: bool,
    /// Text.
    pub content: String,
    /// The text of each embed.
    pub embeds: Vec<String>,
    /// Names of the files.
    pub files: Vec<String>,
    /// Buttons and menus, row by row.
    pub rows: Vec<Vec<Piece>>,
    /// Who alone sees it.
    pub only_for: Option<String>,
    /// Whether it still says "is thinking…".
    pub thinking: bool,
    /// Whether it says "(edited)".
    pub edited: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Which message it answers.
    pub reply_to: Option<Id>,
}

impl Seen {
    /// Whether its text, an embed or a label contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        self.content.contains(text)
            || self.embeds.iter().any(|embed| embed.contains(text))
            || self.labels().iter().any(|label| label.contains(text))
    }

    /// What its buttons and menus say.
    pub fn labels<'a>(&'a self) -> Vec<&'a str> {
        let label = |piece: &'a Piece| match piece {
            Piece::Button { label, .. } => label.as_str(),
            Piece::Menu { placeholder, .. } => placeholder.as_str(),
            Piece::Text(text) => text.as_str(),
        };
        self.rows.iter().flatten().map(label).collect()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.author)?;
        if let Some(who) = &self.only_for {
            write!(f, " (only for {who})")?;
        }
        write!(f, "> {}", if self.thinking { "…" } else { &self.content })?;
        for embed in &self.embeds {
            write!(f, "\n  | {}", embed.replace('\n', "\n  | "))?;
        }
        for file in &self.files {
            write!(f, "\n  <{file}>")?;
        }
        for row in &self.rows {
            write!(f, "\n ")?;
            for piece in row {
                match piece {
                    Piece::Button { label, disabled, .. } => {
                        write!(f, " [{}{label}]", if *disabled { "-" } else { "" })?;
                    }
                    Piece::Menu { placeholder, options, .. } => {
                        let options: Vec<&str> = options.iter().map(|(label, _)| label.as_str()).collect();
                        write!(f, " [{placeholder} ▾ {}]", options.join(" / "))?;
                    }
                    Piece::Text(text) => write!(f, " {text}")?,
                }
            }
        }
        Ok(())
    }
}

/// The messages of a channel, oldest first, with what only some people see.
pub fn screen(state: &State, channel: Id) -> Vec<Seen> {
    let place = state.channels.get(&channel);
    place.into_iter().flat_map(|c| c.messages.values()).map(|message| seen(state, message)).collect()
}

/// One message.
pub fn seen(state: &State, message: &Message) -> Seen {
    Seen {
        id: message.id,
        author: state.name(message.author),
        by_bot: message.author == BOT,
        content: message.content.clone(),
        embeds: message.embeds.iter().map(embed).collect(),
        files: message.files.iter().map(|f| f.name.clone()).collect(),
        rows: message.components.iter().map(row).collect(),
        only_for: message.only_for.map(|who| state.name(who)),
        thinking: message.flags & LOADING != 0,
        edited: message.edited.is_some(),
        pinned: message.pinned,
        reply_to: message.reply_to,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn embed(embed: &Value) -> String {
    let fields = embed["fields"].as_array().into_iter().flatten();
    let fields = fields.map(|f| format!("{}: {}", text(&f["name"]), text(&f["value"])));
    let head = [&embed["author"]["name"], &embed["title"], &embed["description"]].map(text);
    let lines = head.into_iter().chain(fields).chain([text(&embed["footer"]["text"])]);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The pieces of a row, or of any other block, in reading order.
fn row(component: &Value) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = piece(component).into_iter().collect();
    for child in component["components"].as_array().into_iter().flatten() {
        pieces.extend(row(child));
    }
    if component["accessory"].is_object() {
        pieces.extend(row(&component["accessory"]));
    }
    pieces
}

fn piece(component: &Value) -> Option<Piece> {
    let disabled = component["disabled"] == true;
    let custom_id = text(&component["custom_id"]);
    match component["type"].as_u64()? {
        2 => {
            let (emoji, label) = (text(&component["emoji"]["name"]), text(&component["label"]));
            Some(Piece::Button {
                label: format!("{emoji} {label}").trim().to_owned(),
                custom_id,
                style: component["style"].as_u64().unwrap_or_default(),
                url: component["url"].as_str().map(str::to_owned),
                disabled,
            })
        }
        3 => {
            let options = component["options"].as_array().into_iter().flatten();
            let options = options.map(|o| (text(&o["label"]), text(&o["value"]))).collect();
            Some(Piece::Menu { placeholder: text(&component["placeholder"]), custom_id, options, disabled })
        }
        5..=8 => Some(Piece::Menu {
            placeholder: text(&component["placeholder"]),
            custom_id,
            options: Vec::new(),
            disabled,
        }),
        10 => Some(Piece::Text(text(&component["content"]))),
        _ => None,
    }
}

/// Things one below another, as in an error.
pub fn listed<T: fmt::Display>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().fold(String::new(), |list, thing| format!("{list}\n  {thing}"))
}
