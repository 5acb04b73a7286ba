//! From a form to what happened. Pure translation.

use serde::Deserialize;

use crate::model::event::Input;
use crate::model::place::Position;

/// The longest text, in characters: longer ones are refused rather than cut.
pub(super) const LONGEST: usize = 4_000;

/// What the chat's form carries: a text, a button's code, or a position.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Form {
    /// What was typed.
    #[serde(default)]
    text: String,
    /// The code of the button that was pressed.
    tap: Option<String>,
    /// Latitude in degrees, as the browser gave it.
    lat: Option<String>,
    /// Longitude in degrees.
    lon: Option<String>,
    /// The page's own number for this turn, so that sending twice counts once.
    #[serde(default)]
    turn: String,
}

/// What a form came to.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// An input.
    Input(Input),
    /// Nothing was written.
    Nothing,
    /// More than [`LONGEST`].
    TooLong,
}

impl Form {
    /// What happened.
    pub fn read(&self) -> Read {
        if let Some(code) = &self.tap {
            return Read::Input(code.parse().map_or(Input::OldTap, Input::Tap));
        }
        if let Some(position) = self.position() {
            return Read::Input(Input::Location(position));
        }
        let text = self.text.trim();
        if text.is_empty() {
            return Read::Nothing;
        }
        if text.chars().count() > LONGEST {
            return Read::TooLong;
        }
        if let Some(command) = text.strip_prefix('/') {
            let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            if let Ok(command) = name.parse() {
                return Read::Input(Input::Command(command, rest.trim().to_owned()));
            }
        }
        Read::Input(Input::Text(text.to_owned()))
    }

    fn position(&self) -> Option<Position> {
        Position::new(self.lat.as_ref()?.parse().ok()?, self.lon.as_ref()?.parse().ok()?)
    }

    /// The turn's number, if it is one that a page of ours could have made: 8–64 of `A-Za-z0-9-`.
    pub fn turn(&self) -> Option<&str> {
        let fits = (8..=64).contains(&self.turn.len())
            && self.turn.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then_some(self.turn.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::Action;
    use crate::model::event::Command;

    #[test]
    fn a_form_is_a_button_a_position_a_command_or_a_text() {
        let form = |text: &str, tap: Option<&str>, at: Option<(&str, &str)>| Form {
            text: text.to_owned(),
            tap: tap.map(str::to_owned),
            lat: at.map(|a| a.0.to_owned()),
            lon: at.map(|a| a.1.to_owned()),
            turn: String::new(),
        };
        assert_eq!(form("hej", Some("menu"), None).read(), Read::Input(Input::Tap(Action::Menu)));
        assert_eq!(form("", Some("x:y:z:w"), None).read(), Read::Input(Input::OldTap));
        let position = Position::new(58.5, 15.0).map(Input::Location).map(Read::Input);
        assert_eq!(Some(form("", None, Some(("58.5", "15.0"))).read()), position);
        assert_eq!(form("", None, Some(("NaN", "15"))).read(), Read::Nothing);
        assert_eq!(
            form(" /help ", None, None).read(),
            Read::Input(Input::Command(Command::Help, String::new()))
        );
        assert_eq!(form("/nej", None, None).read(), Read::Input(Input::Text("/nej".into())));
        assert_eq!(form(&"å".repeat(4_001), None, None).read(), Read::TooLong);
    }
}
