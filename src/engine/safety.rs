//! What cannot wait: fraud going on, a life in danger, a secret sent by mistake, a suspicious message.
//!
//! Says what to do and whom to ring; is never clever. Recognising is done by `facts`.

use super::say;
use super::turn::Turn;
use crate::facts::scam::{Examination, Sign, Verdict};
use crate::facts::urgent::Danger;
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::ArticleId;
use crate::model::markup::Markup;
use crate::model::message::{Choice, Content, Letter, Placement};
use crate::model::request::{RequestKind, RequestStatus};

/// The topic of everything here.
const TOPIC: &str = "fraud";
/// The article that says what to do while a fraud goes on.
const NOW: &str = "bedrageri-pagar";

/// Tells the person what was masked, and takes the message away where the platform can.
pub(super) fn tell_masked(turn: &mut Turn<'_>) {
    let masked = turn.event.masked;
    if !masked.any() {
        return;
    }
    let lang = turn.lang;
    let what = [
        masked.identity_number.then(|| say::masked_identity(lang)),
        masked.card_number.then(|| say::masked_card(lang)),
        masked.code.then(|| say::masked_code(lang)),
    ];
    turn.preface(Markup::lines(what.into_iter().flatten()).and(say::masked(lang)));
    if let Some(message) = turn.event.message.clone().filter(|_| turn.is_private()) {
        let to = turn.here().clone();
        let content = Content::Retract(message);
        turn.effect(Effect::Send(Box::new(Letter {
            to,
            content,
            due: None,
            placement: Placement::Below,
            request: None,
            visit: None,
        })));
    }
}

/// Fraud in progress: what to do now, first and short; then the article with the rest.
pub(super) fn fraud_now(turn: &mut Turn<'_>, text: &str) {
    let mut request = turn.new_request(RequestKind::Question, RequestStatus::Answered, text);
    request.topic = Some(TOPIC.to_owned());
    request.article = NOW.parse().ok();
    let (id, article) = (request.id, request.article.clone());
    turn.save_request(request);
    turn.remember(id, article.clone());
    let mut choices: Vec<Choice> = article.and_then(|a| article_choice(turn, &a)).into_iter().collect();
    choices.push(Turn::choice(say::button_person(turn.lang), Action::Person));
    choices.extend(turn.resume_choice());
    turn.ask(say::fraud_now(turn.lang), choices);
}

/// An emergency that is likely, not sure: whom to ring, above whatever the text is answered with.
pub(super) fn tell_likely(turn: &mut Turn<'_>) {
    let likely = turn.understanding.and_then(|u| u.urgent.as_ref());
    match likely.map(|urgent| urgent.danger) {
        Some(Danger::Fraud) => turn.preface(say::fraud_likely(turn.lang)),
        Some(Danger::Crisis) => turn.preface(say::crisis_likely(turn.lang)),
        None => {}
    }
}

fn article_choice(turn: &Turn<'_>, id: &ArticleId) -> Option<Choice> {
    let (_, text) = turn.facts.knowledge.article(id)?.text(turn.lang)?;
    Some(Turn::choice(text.title.clone(), Action::Article(id.clone())))
}

/// A life in danger: human numbers, nothing else. Nothing of what was written is kept as a request.
pub(super) fn crisis(turn: &mut Turn<'_>) {
    turn.say(say::crisis(turn.lang));
}

/// "Is this a scam?" without the message: asks for it.
pub(super) fn invite_scam(turn: &mut Turn<'_>) {
    turn.say(say::scam_invite(turn.lang));
}

/// A pasted or forwarded message.
pub(super) fn examine(turn: &mut Turn<'_>, text: &str) {
    turn.greet_once();
    let examination = match turn.understanding.and_then(|u| u.examination.clone()) {
        Some(examination) => examination,
        None => turn.facts.scam.examine(text),
    };
    let mut request = turn.new_request(RequestKind::Question, RequestStatus::Answered, text);
    request.topic = Some(TOPIC.to_owned());
    let id = request.id;
    turn.save_request(request);
    turn.remember(id, None);
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_person(lang), Action::Person),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    let text = findings(turn, &examination).and(say::scam_do(lang));
    turn.ask(text, choices);
}

fn findings(turn: &Turn<'_>, examination: &Examination) -> Markup {
    let lang = turn.lang;
    let verdict = match examination.verdict {
        Verdict::Signs => say::scam_signs(lang),
        Verdict::CannotTell => say::scam_cannot_tell(lang),
        Verdict::NothingFound => say::scam_nothing(lang),
    };
    let reasons = examination.signs.iter().map(|sign| reason(turn, sign));
    verdict.and(Markup::lines(reasons))
}

fn reason(turn: &Turn<'_>, sign: &Sign) -> Markup {
    let lang = turn.lang;
    match sign {
        Sign::LookAlikeDomain { seen, like } | Sign::HomoglyphDomain { seen, like } => {
            say::sign_look_alike(lang, seen.as_str(), like.as_str())
        }
        Sign::ShortLink { seen } => say::sign_short_link(lang, seen.as_str()),
        Sign::ForeignNumber { seen } => say::sign_foreign_number(lang, seen.as_str()),
        Sign::Urgency => say::sign_urgency(lang),
        Sign::AsksForCode => say::sign_code(lang),
        Sign::AsksForPayment => say::sign_payment(lang),
        Sign::AsksToInstall => say::sign_install(lang),
        Sign::ClaimsSender { name, seen } => say::sign_sender(lang, name.as_str(), seen.as_str()),
        Sign::IpLink { seen } => say::sign_ip_link(lang, seen.as_str()),
        Sign::OddTld { seen } => say::sign_odd_tld(lang, seen.as_str()),
        Sign::PrizeOrInheritance => say::sign_prize(lang),
        Sign::NewNumberRelative => say::sign_relative(lang),
    }
}
