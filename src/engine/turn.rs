//! One turn under way: what is known, and what has been decided so far.
//!
//! Collects effects for the flows; decides nothing itself but the language and the greeting.

use super::Reaction;
use super::session::{LastQuestion, Session, Step};
use super::situation::{Need, Situation};
use super::{language, say};
use crate::facts::knowledge::{Decision, Found};
use crate::facts::rules::Intent;
use crate::facts::{Facts, Understanding};
use crate::model::action::Action;
use crate::model::chat::{Address, Role, Scope};
use crate::model::effect::Effect;
use crate::model::event::{Event, Input};
use crate::model::id::{Fresh, RequestId};
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card, Choice, Content, Letter, Message, Placement};
use crate::model::place::Resolved;
use crate::model::request::{Request, RequestKind, RequestStatus};
use crate::model::staff::Refusal;
use crate::model::time::Timestamp;
use crate::model::visit::Visit;

pub(super) struct Turn<'a> {
    pub facts: &'a Facts,
    pub situation: &'a Situation,
    pub event: &'a Event,
    pub understanding: Option<&'a Understanding>,
    pub session: Session,
    pub lang: Lang,
    /// Another language, in which they wrote this.
    pub wrote: Option<Lang>,
    pub now: Timestamp,
    pub fresh: Fresh,
    /// Whose transcript this turn's letters belong to.
    pub request: Option<RequestId>,
    /// Said before the first answer of the turn: a greeting, a warning.
    preface: Markup,
    placement: Placement,
    effects: Vec<Effect>,
    /// Why a deed of staff changes nothing.
    pub refusal: Option<Refusal>,
}

impl<'a> Turn<'a> {
    pub fn new(
        facts: &'a Facts,
        situation: &'a Situation,
        event: &'a Event,
        understanding: Option<&'a Understanding>,
    ) -> Self {
        let session = situation.session.clone();
        let language::Spoken { lang, wrote } = language::of(&session, event, understanding);
        Self {
            facts,
            situation,
            event,
            understanding,
            lang,
            wrote,
            now: event.now,
            fresh: event.fresh.clone(),
            request: session.talk,
            session,
            preface: Markup::default(),
            placement: Placement::Below,
            effects: Vec::new(),
            refusal: None,
        }
    }

    pub fn finish(mut self) -> Reaction {
        if !self.preface.is_empty() {
            self.say(Markup::default());
        }
        if self.session.greeted {
            self.session.lang = Some(self.lang);
        }
        Reaction { session: self.session, effects: self.effects, refusal: self.refusal }
    }

    /// Where the event came from.
    pub fn here(&self) -> &Address {
        &self.event.chat.address
    }

    pub fn is_group(&self) -> bool {
        self.event.chat.scope == Scope::Group
    }

    pub fn is_private(&self) -> bool {
        self.event.chat.scope == Scope::Private
    }

    /// Says who the bot is in the first turn, whatever it was about. A bare greeting is answered
    /// by the flow itself.
    pub fn greet_once(&mut self) {
        if self.session.greeted || self.intent() == Some(Intent::Greeting) {
            return;
        }
        self.session.greeted = true;
        self.preface(self.greeting());
    }

    /// Who the bot is and what it does, here.
    pub fn greeting(&self) -> Markup {
        if self.is_group() { say::group_greeting(self.lang) } else { say::greeting(self.lang) }
    }

    /// Puts a text before the first answer of this turn.
    pub fn preface(&mut self, text: Markup) {
        self.preface = std::mem::take(&mut self.preface).and(text);
    }

    /// The next message takes the place of the one whose button was pressed.
    pub fn replace(&mut self) {
        if matches!(self.event.input, Input::Tap(_)) {
            self.placement = Placement::Replace;
        }
    }

    pub fn say(&mut self, text: Markup) {
        self.ask(text, Vec::new());
    }

    pub fn ask(&mut self, text: Markup, choices: Vec<Choice>) {
        let ask = if choices.is_empty() { Ask::Nothing } else { Ask::Choice(choices) };
        self.message(text, None, ask);
    }

    pub fn message(&mut self, text: Markup, card: Option<Card>, ask: Ask) {
        let text = std::mem::take(&mut self.preface).and(text);
        let ask = if self.is_group() { super::group::without_the_personal(&ask) } else { ask };
        let to = self.here().clone();
        let placement = std::mem::take(&mut self.placement);
        let message = Message { text, lang: self.lang, card, ask };
        let request = self.request;
        self.send(Letter {
            to,
            content: Content::Message(message),
            due: None,
            placement,
            request,
            visit: None,
        });
    }

    pub fn send(&mut self, letter: Letter) {
        self.effects.push(Effect::Send(Box::new(letter)));
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Writes a request and makes it the one that this turn belongs to.
    pub fn save_request(&mut self, request: Request) {
        self.request = Some(request.id);
        // Letters written earlier in the turn belong to it too.
        for effect in &mut self.effects {
            if let Effect::Send(letter) = effect {
                letter.request.get_or_insert(request.id);
            }
        }
        self.effects.push(Effect::SaveRequest(Box::new(request)));
    }

    /// A new request of this resident.
    pub fn new_request(&mut self, kind: RequestKind, status: RequestStatus, question: &str) -> Request {
        Request {
            id: self.fresh.request(),
            resident: self.here().clone(),
            kind,
            status,
            // Nothing that was written in a group is kept.
            question: if self.is_group() { String::new() } else { super::mask::mask_contacts(question) },
            topic: None,
            article: None,
            confidence: None,
            centre: None,
            visit: None,
            municipality: self.session.municipality.clone(),
            lang: self.lang,
            outcome: None,
            points: None,
            owner: None,
            for_staff: false,
            epoch: 0,
            opened_at: self.now,
            changed_at: self.now,
            assignee: None,
            merged_into: None,
        }
    }

    /// Changes a request of this resident; one of somebody else, or gone, is left alone.
    pub fn change_request(&mut self, id: RequestId, change: impl FnOnce(&mut Request)) -> Result<bool, Need> {
        let Some(request) = self.own_request(id)? else { return Ok(false) };
        let mut request = request.clone();
        change(&mut request);
        self.save_request(request);
        Ok(true)
    }

    /// Changes the request that a visit belongs to, whoever acts on the visit.
    pub fn change_request_of(
        &mut self,
        visit: &Visit,
        change: impl FnOnce(&mut Request),
    ) -> Result<(), Need> {
        let request = self.situation.request(visit.request)?.filter(|r| r.visit == Some(visit.id));
        if let Some(request) = request {
            let mut request = request.clone();
            change(&mut request);
            self.save_request(request);
        }
        Ok(())
    }

    /// Whether somebody who seeks help acts, rather than staff or the clock.
    pub fn is_resident(&self) -> bool {
        self.event.role == Role::Resident
    }

    pub fn own_request(&self, id: RequestId) -> Result<Option<&'a Request>, Need> {
        let request = self.situation.request(id)?;
        Ok(request.filter(|r| r.resident == *self.here()))
    }

    /// Whether a person owns the conversation: the bot is then silent in it.
    pub fn is_with_people(&mut self) -> Result<bool, Need> {
        let Some(id) = self.session.talk else { return Ok(false) };
        let status = self.situation.request(id)?.map(|r| r.status);
        if !status.is_some_and(RequestStatus::is_with_people) {
            // It ended on the other side: from here on the conversation is the bot's again.
            self.session.talk = None;
            self.request = None;
        }
        Ok(status == Some(RequestStatus::Claimed))
    }

    pub fn remember(&mut self, request: RequestId, article: Option<crate::model::id::ArticleId>) {
        self.session.last = Some(LastQuestion { request, article });
    }

    pub fn forget_step(&mut self) {
        self.session.step = Step::Idle;
    }

    pub fn intent(&self) -> Option<Intent> {
        self.understanding.and_then(|u| u.intent)
    }

    pub fn found(&self) -> Option<&'a Found> {
        self.understanding.map(|u| &u.found)
    }

    pub fn is_only_place(&self) -> bool {
        self.understanding.is_some_and(|u| u.only_place)
    }

    /// Whether a place that can be found is named somewhere in the text.
    pub fn names_place(&self) -> bool {
        let named = self.understanding.and_then(|u| u.place.as_ref());
        named.is_some_and(|place| !matches!(place, Resolved::Unknown))
    }

    /// What is wanted at the place that the text names.
    pub fn wish_there(&self) -> Option<Intent> {
        self.understanding.and_then(|u| u.there)
    }

    pub fn understands_scam(&self) -> bool {
        self.understanding.is_some_and(|u| u.examination.is_some())
    }

    /// Whether the text reads as a question or a wish, rather than as a name or a place that a flow
    /// waits for.
    pub fn is_question(&self) -> bool {
        let Input::Text(text) = &self.event.input else { return false };
        let words = text.split_whitespace().count();
        let answered = self.found().is_some_and(|f| matches!(f.decision, Decision::Answer(_)));
        text.contains('?') || words > 4 || (words > 2 && answered)
    }

    /// A button.
    pub fn choice(label: String, action: Action) -> Choice {
        Choice { label, action }
    }

    /// The language that they wrote in, if it is not the one that they asked for.
    pub fn language_choice(&self) -> Option<Choice> {
        self.wrote.map(|lang| Self::choice(lang.own_name().to_owned(), Action::Speak(lang)))
    }

    /// "Go on with …" where a flow was interrupted.
    pub fn resume_choice(&self) -> Option<Choice> {
        self.session.is_in_flow().then(|| Self::choice(say::button_resume(self.lang), Action::Resume))
    }
}
