//! The model's words as staff read them, and the choices of a form.

use crate::engine::say;
use crate::facts::Facts;
use crate::http::words::Terms;
use crate::model::chat::Platform;
use crate::model::lang::Lang;
use crate::model::request::{Outcome, RequestKind, RequestStatus};
use crate::model::staff_account::Account;
use crate::model::visit::VisitStatus;

/// One choice of a form.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: String, label: String, wanted: &str) -> Self {
        let chosen = value == wanted;
        Self { value, label, chosen }
    }
}

/// The choices of a list of values.
pub(super) fn choices<T>(all: &[T], wanted: &str, word: impl Fn(&T) -> (String, String)) -> Vec<Choice> {
    all.iter().map(word).map(|(value, label)| Choice::new(value, label, wanted)).collect()
}

/// Every topic that an article has.
pub(super) fn topics(facts: &Facts, lang: Lang, wanted: &str) -> Vec<Choice> {
    let mut all: Vec<&str> = facts.knowledge.articles().map(|a| a.topic.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    let mut choices: Vec<Choice> =
        all.into_iter().map(|t| Choice::new(t.to_owned(), say::topic(lang, t), wanted)).collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

pub(super) fn status(w: Terms, status: RequestStatus) -> String {
    match status {
        RequestStatus::Answered => w.status_answered(),
        RequestStatus::Unanswered => w.status_unanswered(),
        RequestStatus::Waiting => w.status_waiting(),
        RequestStatus::Claimed => w.status_claimed(),
        RequestStatus::Resolved => w.status_resolved(),
        RequestStatus::Closed => w.status_closed(),
    }
}

pub(super) fn kind(w: Terms, kind: RequestKind) -> String {
    match kind {
        RequestKind::Question => w.kind_question(),
        RequestKind::Centre => w.kind_centre(),
        RequestKind::Visit => w.kind_visit(),
        RequestKind::Conversation => w.kind_conversation(),
    }
}

pub(super) fn outcome(w: Terms, outcome: Option<Outcome>) -> String {
    match outcome {
        Some(Outcome::Helped) => w.outcome_helped(),
        Some(Outcome::NotHelped) => w.outcome_not_helped(),
        None => w.outcome_none(),
    }
}

pub(super) fn visit(w: Terms, status: VisitStatus) -> String {
    match status {
        VisitStatus::Held => w.visit_held(),
        VisitStatus::Draft => w.visit_draft(),
        VisitStatus::Queued => w.visit_queued(),
        VisitStatus::Offered => w.visit_offered(),
        VisitStatus::Displaced => w.visit_displaced(),
        VisitStatus::Declined => w.visit_declined(),
        VisitStatus::Proposed => w.visit_proposed(),
        VisitStatus::Booked => w.visit_booked(),
        VisitStatus::Cancelled => w.visit_cancelled(),
        VisitStatus::Lapsed => w.visit_lapsed(),
        VisitStatus::Arrived => w.visit_arrived(),
        VisitStatus::NoShow => w.visit_no_show(),
    }
}

/// Where somebody writes.
pub(super) fn platform(w: Terms, platform: Platform) -> String {
    match platform {
        Platform::Telegram => "Telegram".to_owned(),
        Platform::Discord => "Discord".to_owned(),
        Platform::Web => w.platform_web(),
        Platform::Terminal => w.platform_terminal(),
    }
}

/// A fact of a centre, as the form calls it.
pub(super) fn fact(w: Terms, field: &str) -> String {
    match field {
        "name" => w.visit_name(),
        "address" => w.centre_address(),
        "postal" => w.centre_postal(),
        "phones" | "municipality_phone" => w.centre_phone(),
        "email" => w.centre_email(),
        "url" => w.centre_url(),
        "hours" => w.centre_hours(),
        "modes" => w.centre_modes(),
        "confirmed" => w.centre_confirmed(),
        "languages" => w.f_lang(),
        "status" => w.f_status(),
        "position" => w.map(),
        other => other.to_owned(),
    }
}

/// A deed of the audit.
pub(super) fn deed(w: Terms, deed: &str) -> String {
    match deed.split(' ').next().unwrap_or("") {
        "read" => w.deed_read(),
        "answered" => w.deed_answered(),
        "took" => w.deed_took(),
        "resolved" => w.deed_resolved(),
        "reopened" => w.deed_reopened(),
        "set" => w.deed_topic(),
        "assigned" | "unassigned" | "moved" => w.deed_assigned(),
        "merged" => w.deed_merged(),
        "split" => w.deed_split(),
        "handed" => w.deed_volunteers(),
        _ => w.deed_other(),
    }
}

/// The name of a colleague.
pub(super) fn name(people: &[Account], id: i64) -> String {
    people.iter().find(|a| a.id == id).map_or_else(|| format!("#{id}"), |a| a.name.clone())
}

/// The author of a revision.
pub(super) fn author(people: &[Account], author: &str) -> String {
    match author.strip_prefix("staff ").and_then(|id| id.parse().ok()) {
        Some(id) => name(people, id),
        None => author.to_owned(),
    }
}

/// A value for an address: everything but letters and digits of ASCII is encoded.
pub(super) fn encoded(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
