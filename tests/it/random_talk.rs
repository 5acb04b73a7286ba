//! Whatever arrives has an answer: random events through the pure engine, 100,000 of them.

use std::collections::BTreeMap;

use digidel::engine::{DeskFound, DeskNeed, Found, Need, Situation, react};
use digidel::facts::centres::Taken;
use digidel::model::action::{Action, MAX_CODE, Points};
use digidel::model::chat::{Address, Chat, Hints, Platform, Role};
use digidel::model::effect::Effect;
use digidel::model::event::{Command, Event, Input, Masked, Unreadable};
use digidel::model::id::{Fresh, RequestId, VisitId};
use digidel::model::lang::Lang;
use digidel::model::message::Content;
use digidel::model::place::Position;
use digidel::model::request::Request;
use digidel::model::time::{Timestamp, in_sweden, later};
use digidel::model::visit::{Visit, VisitStatus};

use crate::support::house::{MONDAY, facts, instant};

const EVENTS: usize = 100_000;
const TEXTS: &[&str] = &[
    "hej",
    "boka",
    "Motala",
    "ja",
    "nej",
    "Amina",
    "bankid funkar inte",
    "avboka",
    "591 32",
    "?",
    "",
    " ",
    "jag vill prata med en människa",
    "någon är på min skärm nu",
    "Berga",
    "\u{202e}\u{0}x",
    "tack",
    "lättare ord",
    "är det här bluff https://bankid.se.example.com/x",
    "öppettider",
    "byt språk",
    "1",
    "😀",
    "Göteborg i Sverige",
];

/// A store that a test can hold in its hand.
#[derive(Default)]
struct Shelf {
    visits: BTreeMap<VisitId, Visit>,
    requests: BTreeMap<RequestId, Request>,
}

impl Shelf {
    fn find(&self, need: Need, who: &Address, now: Timestamp) -> Found {
        match need {
            Need::Taken(centre) => {
                let mut taken = Taken::default();
                for visit in self.visits.values().filter(|v| v.centre == centre && v.takes_seat_at(now)) {
                    taken.add(visit.starts_at, visit.minutes, visit.seat);
                }
                Found::Taken(centre, taken)
            }
            Need::Visit(id) => Found::Visit(id, self.visits.get(&id).cloned().map(Box::new)),
            Need::Code(code) => {
                let visit = self.visits.values().find(|v| v.code == code).cloned();
                Found::Code(code, visit.map(Box::new))
            }
            Need::Visits => {
                let own = self.visits.values().filter(|v| v.resident == *who && v.starts_at > now);
                Found::Visits(own.cloned().collect())
            }
            Need::Queue(centre, date) => {
                let waits = |v: &&Visit| {
                    v.centre == centre
                        && v.status == VisitStatus::Queued
                        && in_sweden(v.starts_at).date() == date
                };
                let mut queue: Vec<Visit> = self.visits.values().filter(waits).cloned().collect();
                queue.sort_by_key(|v| (v.asked_at, v.id));
                Found::Queue(centre, date, queue)
            }
            Need::CentreVisits(centre) => {
                let here = self.visits.values().filter(|v| v.centre == centre && v.starts_at > now);
                let visits = here.cloned().collect();
                Found::CentreVisits(centre, visits)
            }
            Need::NoShows(since) => {
                let missed = |v: &&Visit| {
                    v.resident == *who && v.status == VisitStatus::NoShow && v.starts_at >= since
                };
                Found::NoShows(self.visits.values().filter(missed).map(|v| v.starts_at).collect())
            }
            Need::Request(id) => Found::Request(id, self.requests.get(&id).cloned().map(Box::new)),
            Need::Merged(id) => {
                let same = self.requests.values().filter(|r| r.merged_into == Some(id));
                Found::Merged(id, same.cloned().collect())
            }
            // A house without volunteers.
            Need::Desk(need) => {
                let nothing = match &need {
                    DeskNeed::Current | DeskNeed::Of(_) => DeskFound::Desk(None),
                    DeskNeed::PostAt(_)
                    | DeskNeed::PostOf(_)
                    | DeskNeed::PostsFor(_)
                    | DeskNeed::OpenPostsIn(_) => DeskFound::Posts(Vec::new()),
                    DeskNeed::Unposted(_) => DeskFound::Requests(Vec::new()),
                    DeskNeed::Volunteer(_) | DeskNeed::Volunteers => DeskFound::Volunteers(Vec::new()),
                    DeskNeed::Opening(_) => DeskFound::Opening(digidel::engine::Opening::Never),
                    DeskNeed::Ahead(_) => DeskFound::Ahead(0),
                    DeskNeed::Heard(_) => DeskFound::Heard(Vec::new()),
                };
                Found::Desk(need, nothing)
            }
            Need::Kept => Found::Kept(Vec::new()),
        }
    }
}

fn pick<'a, T>(fresh: &mut Fresh, from: &'a [T]) -> Option<&'a T> {
    let at = usize::try_from(fresh.bits() % from.len().max(1) as u64).ok()?;
    from.get(at)
}

/// Mostly a button that is really there, else anything at all.
fn input(fresh: &mut Fresh, shown: &[Action], shelf: &Shelf) -> Input {
    match fresh.bits() % 10 {
        0..=4 => pick(fresh, shown).cloned().map_or(Input::OldTap, Input::Tap),
        5 | 6 => Input::Text(pick(fresh, TEXTS).copied().unwrap_or_default().to_owned()),
        7 => {
            let command = *pick(fresh, &Command::ALL).expect("a command");
            Input::Command(command, pick(fresh, TEXTS).copied().unwrap_or_default().to_owned())
        }
        8 => {
            let visit = shelf.visits.keys().next().copied().unwrap_or(VisitId::from_number(7));
            let request = shelf.requests.keys().next().copied().unwrap_or(RequestId::from_number(7));
            let forged = [
                Action::Confirm(visit),
                Action::CancelNow(visit),
                Action::Move(visit),
                Action::Accept(visit),
                Action::Refuse(visit),
                Action::Coming(visit),
                Action::Retime(visit, Timestamp::MAX),
                Action::Queue("motala".parse().expect("an id"), jiff::civil::Date::MAX),
                Action::DaysFrom("motala".parse().expect("an id"), jiff::civil::Date::MIN),
                Action::RemindOn("norrkoping".parse().expect("an id"), jiff::civil::Date::MAX),
                Action::NoMoreWishes(visit),
                Action::Place(200),
                Action::Helped(request),
                Action::PersonEnd(request),
                Action::Rate(request, Points::new(3).expect("3")),
                Action::Slot("motala".parse().expect("an id"), Timestamp::MIN),
                Action::Slot("motala".parse().expect("an id"), Timestamp::MAX),
                Action::Propose("torsby".parse().expect("an id"), Timestamp::MAX),
                Action::SendProposals("nowhere".parse().expect("an id")),
                Action::ForgetNow,
                Action::Speak(Lang::Ar),
            ];
            Input::Tap(pick(fresh, &forged).cloned().unwrap_or(Action::Menu))
        }
        _ => match fresh.bits() % 4 {
            0 => Input::Location(Position::new(58.5, 15.0).expect("a position")),
            1 => Input::Location(Position::new(-58.5, -150.0).expect("a position")),
            2 => Input::Unreadable(Unreadable::Voice),
            _ => Input::Forwarded("Ditt paket väntar: http://bit.ly/x".to_owned()),
        },
    }
}

#[test]
fn a_hundred_thousand_random_events_all_have_an_answer() {
    let facts = facts();
    let texts: BTreeMap<&str, _> = TEXTS.iter().map(|t| (*t, facts.understand(t))).collect();
    let mut fresh = Fresh::new(20_270_301);
    let mut shelf = Shelf::default();
    let mut now = instant(MONDAY);
    let people: Vec<Address> = (0..20).map(|n| Address::new(Platform::Terminal, n)).collect();
    let mut sessions = BTreeMap::new();
    let mut shown: BTreeMap<Address, Vec<Action>> = BTreeMap::new();
    let mut booked = 0;
    for _ in 0..EVENTS {
        let who = pick(&mut fresh, &people).expect("somebody").clone();
        now = later(now, i64::try_from(fresh.bits() % 900).expect("small"));
        let input = input(&mut fresh, shown.get(&who).map_or(&[], Vec::as_slice), &shelf);
        let understanding = match &input {
            Input::Text(text) | Input::Command(_, text) => texts.get(text.as_str()),
            _ => None,
        };
        let event = Event {
            chat: Chat::private(who.clone()),
            role: Role::Resident,
            input,
            masked: Masked::default(),
            hints: Hints::default(),
            reply: None,
            message: None,
            now,
            fresh: Fresh::new(fresh.bits()),
        };
        let mut situation = Situation::of(sessions.get(&who).cloned().unwrap_or_default());
        let reaction = loop {
            match react(&facts, &situation, &event, understanding) {
                Ok(reaction) => break reaction,
                Err(need) => situation.add(shelf.find(need, &who, now)),
            }
        };
        let mut answered = false;
        for effect in reaction.effects {
            match effect {
                Effect::Send(letter) => {
                    if let Content::Message(message) = letter.content {
                        answered |= !message.text.is_empty();
                        let actions: Vec<Action> =
                            message.ask.choices().iter().map(|c| c.action.clone()).collect();
                        assert!(actions.iter().all(|a| a.to_string().len() <= MAX_CODE));
                        assert!(
                            actions.iter().all(|a| a.to_string().parse().as_ref() == Ok(a)),
                            "{actions:?}"
                        );
                        shown.insert(who.clone(), actions);
                    }
                }
                Effect::SaveVisit(visit) => {
                    let clash = shelf.visits.values().any(|v| {
                        v.id != visit.id
                            && (&v.centre, v.starts_at, v.seat)
                                == (&visit.centre, visit.starts_at, visit.seat)
                            && v.takes_seat_at(now)
                            && visit.takes_seat_at(now)
                    });
                    assert!(!clash, "a seat was sold twice: {visit:?}");
                    booked += 1;
                    shelf.visits.insert(visit.id, *visit);
                }
                Effect::SaveRequest(request) => drop(shelf.requests.insert(request.id, *request)),
                Effect::Forget => {
                    shelf.visits.retain(|_, v| v.resident != who);
                    shelf.requests.retain(|_, r| r.resident != who);
                }
                Effect::DropVisitLetters(_)
                | Effect::FenceRequest(_)
                | Effect::Revise(_)
                | Effect::Desk(_)
                | Effect::MoveTo(_) => {}
            }
        }
        assert!(answered, "no answer to {:?} in {:?}", event.input, situation.session);
        sessions.insert(who, reaction.session);
    }
    assert!(booked > 100, "the talk reached bookings: {booked}");
}
