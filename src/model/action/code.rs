//! An action as the code of a button, of at most 64 bytes, and back.
//!
//! A code is readable (`book:motala`) and carries identifiers only.

use std::fmt;
use std::str::FromStr;

use super::{Action, Points, UnknownAction};
use crate::model::id::{from_base36, to_base36};
use crate::model::time::Timestamp;

/// The longest code in bytes: Telegram's limit for `callback_data`
/// (core.telegram.org/bots/api#inlinekeyboardbutton). Discord allows 100 characters.
pub const MAX_CODE: usize = 64;

fn minutes(at: Timestamp) -> String {
    to_base36(u64::try_from(at.as_second() / 60).unwrap_or(0))
}

fn from_minutes(code: &str) -> Result<Timestamp, UnknownAction> {
    let minutes = from_base36(code).map_err(|_| UnknownAction)?;
    let seconds = i64::try_from(minutes).ok().and_then(|m| m.checked_mul(60)).ok_or(UnknownAction)?;
    Timestamp::from_second(seconds).map_err(|_| UnknownAction)
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Menu => f.write_str("menu"),
            Self::Resume => f.write_str("resume"),
            Self::Leave => f.write_str("leave"),
            Self::Languages => f.write_str("languages"),
            Self::Speak(lang) => write!(f, "speak:{lang}"),
            Self::Ask => f.write_str("ask"),
            Self::Find => f.write_str("find"),
            Self::Centre(id) => write!(f, "centre:{id}"),
            Self::Book => f.write_str("book"),
            Self::BookAt(id) => write!(f, "book:{id}"),
            Self::Day(id, date) => write!(f, "day:{id}:{date}"),
            Self::Slot(id, at) => write!(f, "slot:{id}:{}", minutes(*at)),
            Self::DaysFrom(id, date) => write!(f, "days:{id}:{date}"),
            Self::About(id) => write!(f, "about:{id}"),
            Self::Topic(id, topic) => write!(f, "topic:{id}:{topic}"),
            Self::NoAbout(id) => write!(f, "noabout:{id}"),
            Self::Wish(id, wish) => write!(f, "wish:{id}:{}", wish.name()),
            Self::Interpreter(id, lang) => write!(f, "interp:{id}:{lang}"),
            Self::NoMoreWishes(id) => write!(f, "nowish:{id}"),
            Self::NoName => f.write_str("noname"),
            Self::Confirm(id) => write!(f, "confirm:{id}"),
            Self::Propose(id, at) => write!(f, "propose:{id}:{}", minutes(*at)),
            Self::SendProposals(id) => write!(f, "sendprop:{id}"),
            Self::Visits => f.write_str("visits"),
            Self::Visit(id) => write!(f, "visit:{id}"),
            Self::Move(id) => write!(f, "move:{id}"),
            Self::Cancel(id) => write!(f, "cancel:{id}"),
            Self::CancelNow(id) => write!(f, "cancelnow:{id}"),
            Self::Retime(id, at) => write!(f, "retime:{id}:{}", minutes(*at)),
            Self::Accept(id) => write!(f, "accept:{id}"),
            Self::Refuse(id) => write!(f, "refuse:{id}"),
            Self::Coming(id) => write!(f, "coming:{id}"),
            Self::Queue(id, date) => write!(f, "queue:{id}:{date}"),
            Self::RemindMe(id) => write!(f, "remindme:{id}"),
            Self::RemindOn(id, date) => write!(f, "remindon:{id}:{date}"),
            Self::NoReminder(id) => write!(f, "noremind:{id}"),
            Self::Pass(id) => write!(f, "pass:{id}"),
            Self::Calendar(id) => write!(f, "ics:{id}"),
            Self::Place(n) => write!(f, "place:{n}"),
            Self::Helped(id) => write!(f, "helped:{id}"),
            Self::NotHelped(id) => write!(f, "nohelp:{id}"),
            Self::Article(id) => write!(f, "article:{id}"),
            Self::Easier(id) => write!(f, "easier:{id}"),
            Self::NoneOfThese(id) => write!(f, "none:{id}"),
            Self::Person => f.write_str("person"),
            Self::PersonYes => f.write_str("personyes"),
            Self::PersonEnd(id) => write!(f, "personend:{id}"),
            Self::Rate(id, points) => write!(f, "rate:{id}:{}", points.get()),
            Self::PersonWait(id) => write!(f, "personwait:{id}"),
            Self::PersonStaff(id) => write!(f, "personstaff:{id}"),
            Self::Desk(button, id) => write!(f, "desk:{button}:{id}"),
            Self::DeskArticle(id, article) => write!(f, "deskart:{id}:{article}"),
            Self::DeskHand(id, to) => write!(f, "deskhand:{id}:{to}"),
            Self::Publish(article, message) => write!(f, "publish:{article}:{}", to_base36(*message)),
            Self::Privacy => f.write_str("privacy"),
            Self::MyData => f.write_str("mydata"),
            Self::Forget => f.write_str("forget"),
            Self::ForgetNow => f.write_str("forgetnow"),
            Self::Private(None) => f.write_str("private"),
            Self::Private(Some(id)) => write!(f, "private:{id}"),
        }
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(code: &str) -> Result<Self, UnknownAction> {
        if code.len() > MAX_CODE {
            return Err(UnknownAction);
        }
        let mut parts = code.split(':');
        let name = parts.next().unwrap_or("");
        let (one, two) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(UnknownAction);
        }
        match (one, two) {
            (None, None) => bare(name),
            (Some(one), None) => with_one(name, one),
            (Some(one), Some(two)) => with_two(name, one, two),
            (None, Some(_)) => Err(UnknownAction),
        }
    }
}

fn bare(name: &str) -> Result<Action, UnknownAction> {
    Ok(match name {
        "menu" => Action::Menu,
        "resume" => Action::Resume,
        "leave" => Action::Leave,
        "languages" => Action::Languages,
        "ask" => Action::Ask,
        "find" => Action::Find,
        "book" => Action::Book,
        "noname" => Action::NoName,
        "visits" => Action::Visits,
        "person" => Action::Person,
        "personyes" => Action::PersonYes,
        "privacy" => Action::Privacy,
        "mydata" => Action::MyData,
        "forget" => Action::Forget,
        "forgetnow" => Action::ForgetNow,
        "private" => Action::Private(None),
        _ => return Err(UnknownAction),
    })
}

/// Reads one part of a code.
fn part<T: FromStr>(text: &str) -> Result<T, UnknownAction> {
    text.parse().map_err(|_| UnknownAction)
}

fn with_one(name: &str, one: &str) -> Result<Action, UnknownAction> {
    Ok(match name {
        "speak" => Action::Speak(part(one)?),
        "centre" => Action::Centre(part(one)?),
        "book" => Action::BookAt(part(one)?),
        "sendprop" => Action::SendProposals(part(one)?),
        "confirm" => Action::Confirm(part(one)?),
        "visit" => Action::Visit(part(one)?),
        "move" => Action::Move(part(one)?),
        "cancel" => Action::Cancel(part(one)?),
        "cancelnow" => Action::CancelNow(part(one)?),
        "about" => Action::About(part(one)?),
        "noabout" => Action::NoAbout(part(one)?),
        "nowish" => Action::NoMoreWishes(part(one)?),
        "accept" => Action::Accept(part(one)?),
        "refuse" => Action::Refuse(part(one)?),
        "coming" => Action::Coming(part(one)?),
        "remindme" => Action::RemindMe(part(one)?),
        "noremind" => Action::NoReminder(part(one)?),
        "pass" => Action::Pass(part(one)?),
        "ics" => Action::Calendar(part(one)?),
        "place" => Action::Place(part(one)?),
        "helped" => Action::Helped(part(one)?),
        "nohelp" => Action::NotHelped(part(one)?),
        "article" => Action::Article(part(one)?),
        "easier" => Action::Easier(part(one)?),
        "none" => Action::NoneOfThese(part(one)?),
        "personend" => Action::PersonEnd(part(one)?),
        "private" => Action::Private(Some(part(one)?)),
        "personwait" => Action::PersonWait(part(one)?),
        "personstaff" => Action::PersonStaff(part(one)?),
        _ => return Err(UnknownAction),
    })
}

fn with_two(name: &str, one: &str, two: &str) -> Result<Action, UnknownAction> {
    Ok(match name {
        "day" => Action::Day(part(one)?, part(two)?),
        "days" => Action::DaysFrom(part(one)?, part(two)?),
        "topic" => Action::Topic(part(one)?, part(two)?),
        "wish" => Action::Wish(part(one)?, part(two)?),
        "interp" => Action::Interpreter(part(one)?, part(two)?),
        "retime" => Action::Retime(part(one)?, from_minutes(two)?),
        "queue" => Action::Queue(part(one)?, part(two)?),
        "remindon" => Action::RemindOn(part(one)?, part(two)?),
        "slot" => Action::Slot(part(one)?, from_minutes(two)?),
        "propose" => Action::Propose(part(one)?, from_minutes(two)?),
        "desk" => Action::Desk(part(one)?, part(two)?),
        "deskart" => Action::DeskArticle(part(one)?, part(two)?),
        "deskhand" => Action::DeskHand(part(one)?, part(two)?),
        "publish" => Action::Publish(part(one)?, from_base36(two).map_err(|_| UnknownAction)?),
        "rate" => Action::Rate(part(one)?, Points::new(part(two)?).ok_or(UnknownAction)?),
        _ => return Err(UnknownAction),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::action::Wish;
    use crate::model::id::{CentreId, RequestId, TopicId, VisitId};
    use crate::model::lang::Lang;

    #[test]
    fn the_longest_codes_fit_and_read_back() {
        let centre: CentreId = "a".repeat(32).parse().unwrap();
        let topic: TopicId = "helping_someone_else".parse().unwrap();
        let visit = VisitId::from_number(i64::MAX);
        let at = Timestamp::from_second(4_000_000_020).unwrap();
        for action in [
            Action::DaysFrom(centre.clone(), date(2026, 11, 21)),
            Action::RemindOn(centre.clone(), date(2026, 11, 21)),
            Action::Propose(centre.clone(), at),
            Action::Queue(centre, date(2026, 11, 21)),
            Action::Topic(visit, topic),
            Action::Wish(visit, Wish::Interpreter),
            Action::Interpreter(visit, Lang::SvEasy),
            Action::Retime(visit, at),
            Action::NoMoreWishes(visit),
            Action::NoReminder(RequestId::from_number(i64::MAX)),
        ] {
            let code = action.to_string();
            assert!(code.len() <= MAX_CODE, "{code}");
            assert_eq!(code.parse(), Ok(action));
        }
    }
}
