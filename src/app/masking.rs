//! Which words of an event are masked before anything else sees them: all that somebody typed.
//!
//! What a secret looks like is known to `engine::mask`.

use crate::engine;
use crate::model::desk::DeskInput;
use crate::model::event::{Input, Masked};
use crate::model::staff::StaffOp;

/// How much of a text is read, in characters: more than any platform lets a person write.
const LONGEST: usize = 16_384;

/// As much of a text as is read, without its secrets, and without the character that ends a text in SQLite.
fn of(text: &str) -> (String, Masked) {
    let text = &text.replace('\0', " ");
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    engine::mask::mask(text.get(..end).unwrap_or_default())
}

/// The input without secrets, and which there were.
pub(super) fn mask(input: Input) -> (Input, Masked) {
    match input {
        Input::Text(text) => {
            let (text, masked) = of(&text);
            (Input::Text(text), masked)
        }
        Input::Forwarded(text) => {
            // A code in somebody else's text is the fraud's own; a number is somebody's secret.
            let (text, masked) = of(&text);
            (Input::Forwarded(text), Masked { code: false, ..masked })
        }
        Input::Edited(text) => {
            let (text, masked) = of(&text);
            (Input::Edited(text), masked)
        }
        Input::Command(command, rest) => {
            let (rest, masked) = of(&rest);
            (Input::Command(command, rest), masked)
        }
        Input::Deed(op) => (Input::Deed(Box::new(op.masked(|text| of(text).0))), Masked::default()),
        Input::Staff(op) => (Input::Staff(mask_words(op)), Masked::default()),
        Input::Desk(desk) => (Input::Desk(Box::new(mask_desk(*desk))), Masked::default()),
        other => (other, Masked::default()),
    }
}

/// What staff write to a resident is masked like everything else that is kept.
fn mask_words(op: StaffOp) -> StaffOp {
    let words = |text: Option<String>| text.map(|text| of(&text).0);
    match op {
        StaffOp::DeclineVisit { visit, word } => StaffOp::DeclineVisit { visit, word: words(word) },
        StaffOp::CancelVisit { visit, word } => StaffOp::CancelVisit { visit, word: words(word) },
        StaffOp::WalkIn { centre, about } => StaffOp::WalkIn { centre, about: words(about) },
        StaffOp::CloseDays { centre, from, until, reason } => {
            StaffOp::CloseDays { centre, from, until, reason: words(reason) }
        }
        other => other,
    }
}

/// What a volunteer types in a form is masked like any text.
fn mask_desk(input: DeskInput) -> DeskInput {
    match input {
        DeskInput::Answer(text) => DeskInput::Answer(of(&text).0),
        DeskInput::Alias(text) => DeskInput::Alias(of(&text).0),
        DeskInput::Advise { text, message } => DeskInput::Advise { text: of(&text).0, message },
        other => other,
    }
}
