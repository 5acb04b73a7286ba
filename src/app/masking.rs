//! Masking what an adapter read, before anything is queued or kept.
//!
//! Says where in an event words can stand; how a secret is recognised is the engine's.

use crate::engine;
use crate::model::desk::DeskInput;
use crate::model::event::{Input, Masked};
use crate::model::staff::StaffOp;

/// How much of a text is read, in characters: more than any platform lets a person write.
const LONGEST: usize = 8_192;

/// As much of a text as is read, without its secrets.
fn of(text: &str) -> (String, Masked) {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    engine::mask::mask(text.get(..end).unwrap_or_default())
}

/// The same input without its secrets, and what they were.
pub(super) fn mask(input: Input) -> (Input, Masked) {
    let of = |text: &str| engine::mask::mask(beginning(text));
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
    let words = |text: Option<String>| text.map(|text| engine::mask::mask(&text).0);
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
    let of = |text: &str| engine::mask::mask(beginning(text)).0;
    match input {
        DeskInput::Answer(text) => DeskInput::Answer(of(&text)),
        DeskInput::Alias(text) => DeskInput::Alias(of(&text)),
        DeskInput::Advise { text, message } => DeskInput::Advise { text: of(&text), message },
        other => other,
    }
}
