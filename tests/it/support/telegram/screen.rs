//! A chat as a person sees it.
//!
//! It does: reduce messages to text, attachment and rows of buttons, and print them like a
//! transcript.
//! It does not: show markup (bold, links) in the text; links are listed beside it.

use std::fmt;

use serde_json::Value;

use super::world::{Chat, Message};

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What the bot gets when it is tapped.
    pub data: Option<String>,
    /// What it opens.
    pub url: Option<String>,
}

/// One visible message.
#[derive(Debug, Clone, PartialEq)]
pub struct Bubble {
    /// Its id.
    pub id: i64,
    /// The bot wrote it.
    pub from_bot: bool,
    /// First name of who wrote it.
    pub who: String,
    /// Text or caption, without markup.
    pub text: String,
    /// `[document visit.ics]`, `[venue Motala bibliotek, Repslagaregatan 1]`, …
    pub attachment: Option<String>,
    /// Inline buttons, by rows.
    pub buttons: Vec<Vec<Button>>,
    /// Targets of the links in the text.
    pub links: Vec<String>,
    /// It was edited.
    pub edited: bool,
    /// The whole message as the API shows it.
    pub json: Value,
    /// Number of the server's change that touched it last.
    pub touched: u64,
}

impl Bubble {
    /// The button with this label.
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|b| b.label == label)
    }

    /// All labels, row by row.
    pub fn labels(&self) -> Vec<Vec<&str>> {
        self.buttons.iter().map(|row| row.iter().map(|b| b.label.as_str()).collect()).collect()
    }

    fn of(message: &Message) -> Self {
        let json = &message.json;
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let rows = json["reply_markup"]["inline_keyboard"].as_array();
        let row = |row: &Value| row.as_array().into_iter().flatten().map(button).collect();
        let entities = json.get("entities").or_else(|| json.get("caption_entities"));
        let links = entities.and_then(Value::as_array).into_iter().flatten();
        Self {
            id: message.id,
            from_bot: message.from_bot,
            who: json["from"]["first_name"].as_str().unwrap_or_default().to_owned(),
            text: text("text").or_else(|| text("caption")).unwrap_or_default(),
            attachment: attachment(json),
            buttons: rows.into_iter().flatten().map(row).collect(),
            links: links.filter_map(|e| Some(e["url"].as_str()?.to_owned())).collect(),
            edited: json.get("edit_date").is_some(),
            json: json.clone(),
            touched: message.touched,
        }
    }
}

fn button(json: &Value) -> Button {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    Button { label: text("text").unwrap_or_default(), data: text("callback_data"), url: text("url") }
}

fn attachment(json: &Value) -> Option<String> {
    if let Some(venue) = json.get("venue") {
        let text = |name: &str| venue[name].as_str().unwrap_or_default().to_owned();
        return Some(format!("[venue {}, {}]", text("title"), text("address")));
    }
    if let Some(place) = json.get("location") {
        return Some(format!("[location {}, {}]", place["latitude"], place["longitude"]));
    }
    if let Some(name) = json["document"]["file_name"].as_str() {
        return Some(format!("[document {name}]"));
    }
    let others = ["photo", "voice", "audio", "video", "animation", "video_note", "sticker"];
    let rest = ["contact", "poll", "dice"];
    others.iter().chain(&rest).find(|k| json.get(**k).is_some()).map(|kind| format!("[{kind}]"))
}

/// A whole chat.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Screen {
    /// Visible messages, oldest first.
    pub bubbles: Vec<Bubble>,
    /// Labels of the keyboard under the input field.
    pub keyboard: Vec<Vec<String>>,
    /// What taps were answered with, oldest first.
    pub toasts: Vec<String>,
}

impl Screen {
    /// Reads a chat.
    pub(super) fn of(chat: &Chat) -> Self {
        let rows = chat.keyboard.as_ref().and_then(|k| k["keyboard"].as_array());
        let label = |b: &Value| b["text"].as_str().or(b.as_str()).unwrap_or_default().to_owned();
        let row = |row: &Value| row.as_array().into_iter().flatten().map(label).collect();
        Self {
            bubbles: chat.messages.iter().filter(|m| !m.gone).map(Bubble::of).collect(),
            keyboard: rows.into_iter().flatten().map(row).collect(),
            toasts: chat.toasts.clone(),
        }
    }

    /// The newest message of the bot that contains `part`.
    pub fn find(&self, part: &str) -> Option<&Bubble> {
        self.of_bot().rfind(|b| b.text.contains(part))
    }

    /// The bot's newest message.
    pub fn last(&self) -> Option<&Bubble> {
        self.of_bot().next_back()
    }

    /// The bot's messages, oldest first.
    pub fn of_bot(&self) -> impl DoubleEndedIterator<Item = &Bubble> {
        self.bubbles.iter().filter(|b| b.from_bot)
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bubble in &self.bubbles {
            write!(f, "{}>", bubble.who)?;
            if let Some(attachment) = &bubble.attachment {
                write!(f, " {attachment}")?;
            }
            writeln!(f, " {}", bubble.text.replace('\n', "\n  "))?;
            for row in bubble.labels() {
                let row: Vec<String> = row.iter().map(|label| format!("[{label}]")).collect();
                writeln!(f, "  {}", row.join(" "))?;
            }
        }
        for row in &self.keyboard {
            writeln!(f, "  ⌨ {}", row.join(" | "))?;
        }
        Ok(())
    }
}
