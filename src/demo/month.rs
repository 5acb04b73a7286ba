//! The invented month: residents write, staff answer, visits take place, each at its own time.
//!
//! A list of what happens when, played in order. What does not fit (a button that is not there, a day
//! without free times) is left out, as people leave things out.

use std::collections::{BTreeMap, HashSet};

use super::cast::{Cast, Colleague, Talk};
use super::stage::Stage;
use super::{DemoError, Extent};
use crate::model::chat::{Address, Platform, Role};
use crate::model::deed::{Deed, RequestOp};
use crate::model::event::{Command, Input};
use crate::model::id::{CentreId, Fresh, RequestId, VisitId};
use crate::model::request::{Request, RequestStatus};
use crate::model::staff::{StaffOp, WhichVisit};
use crate::model::time::{
    Time, Timestamp, Weekday, from_millis, in_sweden, later, swedish_instant, to_millis,
};
use crate::model::visit::VisitStatus;
use crate::store::worklist::Filter;

/// The hours at which residents write, some more likely than others.
const HOURS: [i8; 14] = [8, 9, 9, 10, 10, 11, 12, 13, 14, 15, 17, 19, 20, 21];
/// What only happens lately happens in the last days.
const LATELY: i64 = 10;

/// Something that happens.
#[derive(Clone, Debug)]
enum Act {
    /// A resident does the next thing of their talk.
    Line(Resident, usize),
    /// A member of staff takes a request over.
    Take(Resident, usize, RequestId),
    /// A member of staff answers; then the resident goes on.
    Answer(Resident, usize, RequestId),
    /// A member of staff ends a conversation; then the resident goes on.
    Resolve(Resident, usize, RequestId),
    /// The person comes, or does not.
    Arrival(VisitId),
    /// Somebody comes without a visit.
    WalkIn(CentreId),
}

/// Somebody in the middle of a talk.
#[derive(Clone, Debug)]
struct Resident {
    address: Address,
    /// The number of the talk.
    talk: usize,
    centre: Option<CentreId>,
    /// Who of the staff deals with it.
    colleague: usize,
}

struct Month<'a> {
    stage: Stage,
    cast: &'a Cast,
    chance: Fresh,
    plan: BTreeMap<(i64, u64), Act>,
    count: u64,
    end: Timestamp,
    expected: HashSet<VisitId>,
}

/// Plays it.
pub(super) async fn play(stage: Stage, cast: &Cast, end: Timestamp, extent: Extent) -> Result<(), DemoError> {
    let chance = Fresh::new(extent.seed);
    let mut month =
        Month { stage, cast, chance, plan: BTreeMap::new(), count: 0, end, expected: HashSet::new() };
    month.fill_plan(extent);
    month.fill_end();
    while let Some(((at, _), act)) = month.plan.pop_first() {
        let at = from_millis(at);
        if at >= end {
            break;
        }
        month.stage.until(at).await?;
        month.act(act).await?;
    }
    Ok(month.stage.until(end).await?)
}

impl Month<'_> {
    /// A number below another.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(1);
        usize::try_from(self.chance.bits() % end).unwrap_or(0)
    }

    fn later_by(&mut self, from: i64, to: i64) -> Timestamp {
        let span = usize::try_from(to - from).unwrap_or(1);
        let more = i64::try_from(self.below(span)).unwrap_or(0);
        later(self.stage.now(), from + more)
    }

    fn at(&mut self, when: Timestamp, act: Act) {
        self.count += 1;
        self.plan.insert((to_millis(when), self.count), act);
    }

    /// When each talk begins.
    fn fill_plan(&mut self, extent: Extent) {
        for ago in (0..=i64::from(extent.days)).rev() {
            let date = in_sweden(later(self.end, -ago * 86_400)).date();
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            let talks = if weekend { extent.a_day / 3 } else { extent.a_day };
            let possible = self.cast.talks.iter().enumerate().filter(|(_, t)| !t.late || ago <= LATELY);
            let possible: Vec<usize> =
                possible.flat_map(|(n, t)| std::iter::repeat_n(n, usize::from(t.times))).collect();
            for _ in 0..talks {
                let Some(talk) = possible.get(self.below(possible.len())).copied() else { continue };
                let hour = HOURS.get(self.below(HOURS.len())).copied().unwrap_or(12);
                let minute = i8::try_from(self.below(60)).unwrap_or(0);
                let Some(when) = swedish_instant(date, Time::constant(hour, minute, 0, 0)) else { continue };
                let resident = self.somebody(talk);
                self.at(when, Act::Line(resident, 0));
            }
            if !weekend && !self.cast.centres.is_empty() {
                let centre = self.below(self.cast.centres.len());
                let hour = i8::try_from(10 + self.below(5)).unwrap_or(10);
                let when = swedish_instant(date, Time::constant(hour, 20, 0, 0));
                if let (Some(when), Some(centre)) = (when, self.cast.centres.get(centre)) {
                    self.at(when, Act::WalkIn(centre.clone()));
                }
            }
        }
    }

    /// Whoever an evaluator finds waiting.
    fn fill_end(&mut self) {
        let now = self.cast.talks.iter().enumerate().filter(|(_, talk)| talk.now);
        for (n, _) in now.collect::<Vec<_>>() {
            let minutes = i64::try_from(20 + self.below(150)).unwrap_or(20);
            let resident = self.somebody(n);
            self.at(later(self.end, -minutes * 60), Act::Line(resident, 0));
        }
    }

    fn somebody(&mut self, talk: usize) -> Resident {
        self.count += 1;
        let platform = self.cast.talks.get(talk).map_or(Platform::Web, Talk::platform);
        let bookable = self.below(self.cast.bookable.len());
        Resident {
            address: Address::new(platform, format_args!("demo-{}", self.count)),
            talk,
            centre: self.cast.bookable.get(bookable).cloned(),
            colleague: self.below(self.cast.staff.len()),
        }
    }

    async fn act(&mut self, act: Act) -> Result<(), DemoError> {
        match act {
            Act::Line(resident, line) => self.line(resident, line).await,
            Act::Take(resident, line, id) => {
                let colleague = self.colleague(&resident);
                let take = Deed::Take { account: colleague.account, name: colleague.name };
                self.deed(&resident, id, take).await?;
                let then = self.later_by(60, 400);
                self.at(then, Act::Answer(resident, line, id));
                Ok(())
            }
            Act::Answer(resident, line, id) => self.answer(resident, line, id).await,
            Act::Resolve(resident, line, id) => {
                self.deed(&resident, id, Deed::Resolve).await?;
                let then = self.later_by(30, 300);
                self.at(then, Act::Line(resident, line));
                Ok(())
            }
            Act::Arrival(visit) => self.arrival(visit).await,
            Act::WalkIn(centre) => self.staff_does(StaffOp::WalkIn { centre, about: None }).await,
        }
    }

    fn talk(&self, resident: &Resident) -> Option<Talk> {
        self.cast.talks.get(resident.talk).cloned()
    }

    fn colleague(&self, resident: &Resident) -> Colleague {
        let found = self.cast.staff.get(resident.colleague).cloned();
        found.unwrap_or(Colleague { account: 0, name: String::new() })
    }

    /// The resident's request of this status, the newest.
    async fn request(
        &self,
        resident: &Resident,
        status: RequestStatus,
    ) -> Result<Option<Request>, DemoError> {
        let filter = Filter { statuses: vec![status], ..Filter::default() };
        let found = self.stage.store.requests(&filter, 60).await?;
        Ok(found.into_iter().find(|r| r.resident == resident.address))
    }

    async fn line(&mut self, resident: Resident, line: usize) -> Result<(), DemoError> {
        let Some(talk) = self.talk(&resident) else { return Ok(()) };
        let Some(words) = talk.lines.get(line) else { return self.expect_visits(&resident).await };
        match words.as_str() {
            "@answer" | "@reply" => {
                let (status, taken) = match words.as_str() {
                    "@answer" => (RequestStatus::Waiting, true),
                    _ => (RequestStatus::Unanswered, false),
                };
                let Some(request) = self.request(&resident, status).await? else { return Ok(()) };
                let then = self.later_by(180, 9_000);
                let next = if taken { Act::Take } else { Act::Answer };
                self.at(then, next(resident, line + 1, request.id));
                return Ok(());
            }
            "@end" => {
                let Some(request) = self.request(&resident, RequestStatus::Claimed).await? else {
                    return Ok(());
                };
                let then = self.later_by(60, 600);
                self.at(then, Act::Resolve(resident, line + 1, request.id));
                return Ok(());
            }
            _ => {}
        }
        let Some(input) = self.input(&resident, words) else { return Ok(()) };
        self.stage.happens(&resident.address, Role::Resident, Some(talk.lang), input).await?;
        let then = self.later_by(20, 90);
        self.at(then, Act::Line(resident, line + 1));
        Ok(())
    }

    /// What a line of a talk does; `None` if the button is not there.
    fn input(&mut self, resident: &Resident, words: &str) -> Option<Input> {
        if let Some(begin) = words.strip_prefix('[') {
            let buttons = self.stage.buttons(&resident.address, begin);
            let any = matches!(begin, "day" | "slot" | "topic");
            let one = if any {
                self.below(buttons.len())
            } else if begin == "rate" {
                buttons.len().checked_sub(1 + self.below(2))?
            } else {
                buttons.len().checked_sub(1)?
            };
            return buttons.get(one).cloned().map(Input::Tap);
        }
        if let Some(command) = words.strip_prefix('/') {
            let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
            let centre = resident.centre.as_ref().map(ToString::to_string);
            if rest.contains("{centre}") && centre.is_none() {
                return None;
            }
            let rest = rest.replace("{centre}", &centre.unwrap_or_default());
            return name.parse::<Command>().ok().map(|command| Input::Command(command, rest));
        }
        Some(Input::Text(words.to_owned()))
    }

    async fn deed(&mut self, resident: &Resident, id: RequestId, deed: Deed) -> Result<(), DemoError> {
        let Some(request) = self.stage.store.one_request(id).await? else { return Ok(()) };
        let op = RequestOp { request: id, seen: request.changed_at, deed };
        let role = Role::Staff(self.colleague(resident).account);
        self.stage.happens(&resident.address, role, None, Input::Deed(Box::new(op))).await?;
        Ok(())
    }

    async fn answer(&mut self, resident: Resident, line: usize, id: RequestId) -> Result<(), DemoError> {
        let Some(talk) = self.talk(&resident) else { return Ok(()) };
        let colleague = self.colleague(&resident);
        self.deed(&resident, id, Deed::Answer { name: colleague.name, text: talk.answer.clone() }).await?;
        if !talk.note.is_empty() {
            let now = self.stage.now();
            self.stage.store.add_note(id, colleague.account, &talk.note, now).await?;
        }
        let then = self.later_by(60, 900);
        self.at(then, Act::Line(resident, line));
        Ok(())
    }

    /// What has been booked takes place, if it does before the end.
    async fn expect_visits(&mut self, resident: &Resident) -> Result<(), DemoError> {
        let Some(centre) = &resident.centre else { return Ok(()) };
        let (now, end) = (self.stage.now(), self.end);
        for visit in self.stage.store.visits_between(centre, now, end).await? {
            if visit.status == VisitStatus::Booked && self.expected.insert(visit.id) {
                self.at(later(visit.starts_at, 120), Act::Arrival(visit.id));
            }
        }
        Ok(())
    }

    async fn arrival(&mut self, id: VisitId) -> Result<(), DemoError> {
        let Some(visit) = self.stage.store.one_visit(Some(id), None).await? else { return Ok(()) };
        let begun = self.stage.now() >= later(visit.starts_at, i64::from(visit.minutes) * 60);
        if begun {
            return self.staff_does(StaffOp::NoShow(id)).await;
        }
        if self.below(8) == 0 {
            self.at(later(visit.starts_at, i64::from(visit.minutes) * 60 + 60), Act::Arrival(id));
            return Ok(());
        }
        self.staff_does(StaffOp::CheckIn(WhichVisit::Id(id))).await
    }

    async fn staff_does(&mut self, op: StaffOp) -> Result<(), DemoError> {
        let account = self.cast.staff.first().map_or(0, |c| c.account);
        let desk = Address::new(Platform::Web, format_args!("staff:{account}"));
        self.stage.happens(&desk, Role::Staff(account), None, Input::Staff(op)).await?;
        Ok(())
    }
}
