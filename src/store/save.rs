//! A whole turn: what the engine may ask for, and everything that it decided.

use super::{StoreError, Turnover};
use crate::engine::{Found, Need, Reaction};
use crate::model::chat::{Platform, ReplyHandle, Scope};
use crate::model::deed::Deed;
use crate::model::effect::Effect;
use crate::model::event::{Event, Input};

/// What a saved turn left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    /// Its number: that of its event in the inbox.
    pub number: i64,
    /// How many letters it wrote.
    pub letters: usize,
    /// Whether it changed the facts.
    pub revised: bool,
}

impl Turnover {
    /// Reads what the engine turned out to need.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn find(&mut self, need: Need, event: &Event) -> Result<Found, StoreError> {
        let here = &event.chat.address;
        Ok(match need {
            Need::Taken(centre) => {
                let taken = self.taken(&centre, event.now).await?;
                Found::Taken(centre, taken)
            }
            Need::Visit(id) => Found::Visit(id, self.visit(id).await?.map(Box::new)),
            Need::Code(code) => {
                let visit = self.visit_of_code(&code).await?;
                Found::Code(code, visit.map(Box::new))
            }
            Need::Visits => Found::Visits(self.visits_ahead(here, event.now).await?),
            Need::Queue(centre, date) => {
                let queue = self.queue(&centre, date).await?;
                Found::Queue(centre, date, queue)
            }
            Need::CentreVisits(centre) => {
                let visits = self.centre_visits(&centre, event.now).await?;
                Found::CentreVisits(centre, visits)
            }
            Need::NoShows(since) => Found::NoShows(self.no_shows(here, since).await?),
            Need::Request(id) => Found::Request(id, self.request(id).await?.map(Box::new)),
            Need::Merged(id) => Found::Merged(id, self.merged_into(id).await?),
            Need::Desk(need) => {
                let found = self.find_desk(&need).await?;
                Found::Desk(need, found)
            }
            Need::Kept => Found::Kept(self.kept(here).await?),
        })
    }

    /// Saves a turn: the session and every effect, in order.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a code or a seat was drawn that somebody has: react again with
    /// another seed.
    pub async fn save(
        &mut self,
        inbox: i64,
        event: &Event,
        reaction: &Reaction,
    ) -> Result<Turned, StoreError> {
        let mut reply = event.reply.as_ref();
        let mut turned = Turned { number: inbox, ..Turned::default() };
        let mut first_letter = None;
        let mut forget = false;
        let mut moved = None;
        // A deed of staff belongs to the request that it changed, and to none if it was refused.
        let by_person = matches!(&event.input, Input::Deed(op) if matches!(op.deed, Deed::Answer { .. }));
        let by_deed = matches!(event.input, Input::Deed(_));
        let mut transcript = reaction.session.talk.filter(|_| !by_deed);
        for effect in &reaction.effects {
            match effect {
                Effect::Send(letter) => {
                    let here = letter.to == *event.answered_at() && letter.due.is_none();
                    let handle: Option<&ReplyHandle> = if here { reply.take() } else { None };
                    let id = self.write_letter(letter, handle, event.now).await?;
                    if by_person {
                        self.person_wrote(id, event.now).await?;
                    }
                    first_letter.get_or_insert(id);
                    turned.letters += 1;
                }
                Effect::SaveRequest(request) => {
                    transcript = Some(request.id);
                    self.write_request(request, event.now)?;
                    if let Input::Deed(op) = &event.input {
                        // A deed may touch others: those that wait for the same answer.
                        let own = request.id == op.request || matches!(op.deed, Deed::Answer { .. });
                        let word = if own { op.deed.word() } else { Deed::Split.word() };
                        self.audit(&event.role, &word, &format!("request {}", request.id), event.now).await?;
                    }
                }
                Effect::SaveVisit(visit) => {
                    self.write_visit(visit, &event.role, event.now).await?;
                }
                Effect::DropVisitLetters(visit) => self.drop_visit_letters(*visit, event.now).await?,
                Effect::FenceRequest(request) => self.fence(*request, event.now).await?,
                Effect::Revise(revise) => {
                    self.revise(revise, &event.role, event.now).await?;
                    turned.revised = true;
                }
                Effect::Desk(effect) => {
                    self.do_desk(effect, event).await?;
                    turned.letters += 1;
                }
                Effect::Forget => forget = true,
                Effect::MoveTo(address) => moved = Some(address),
            }
        }
        if event.chat.scope != Scope::Desk {
            self.write_session(&event.chat.address, &reaction.session, event.now)?;
        }
        // Only Discord is read up on after an absence (`Store::followed`).
        if let (Input::Text(_), Some(message), Platform::Discord) =
            (&event.input, &event.message, event.chat.address.platform())
        {
            self.see(&event.chat.address, message).await?;
        }
        if let Some(request) = transcript {
            self.belongs(inbox, request).await?;
        }
        if let Some(to) = moved {
            self.move_conversation(&event.chat.address, to).await?;
        }
        if forget {
            self.forget(&event.chat.address, first_letter.unwrap_or(i64::MAX), event.now).await?;
            self.audit(&event.role, "forgot", "a resident", event.now).await?;
        }
        Ok(turned)
    }
}
