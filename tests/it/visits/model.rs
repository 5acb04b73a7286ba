//! Random lives of a centre, held against a simple model: whatever residents, staff and the clock do,
//! no seat is sold twice, nobody is booked outside open time, the lead time is kept, every visit can
//! be cancelled, and nothing is kept for ever.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use digidel::facts::Facts;
use digidel::facts::centres::holidays::Holiday;
use digidel::facts::centres::{
    Booking, Centre, Centres, Closure, Hours, HoursOf, Override, Period, VisitMode, Week,
};
use digidel::model::action::Action;
use digidel::model::chat::Address;
use digidel::model::event::Input;
use digidel::model::id::{CentreId, VisitId};
use digidel::model::staff::{StaffOp, WhichVisit};
use digidel::model::time::{Date, Time, Timestamp, in_sweden, later, swedish_instant};
use digidel::model::visit::{Visit, VisitStatus};
use digidel::store::Store;
use jiff::ToSpan;
use proptest::prelude::*;

use super::holidays::table;
use crate::support::house::{House, facts};

static HOLIDAYS: LazyLock<BTreeMap<Date, Vec<(Holiday, bool)>>> = LazyLock::new(table);
/// The eves on which a centre is closed without saying so.
const CLOSING: [Holiday; 4] =
    [Holiday::EasterEve, Holiday::MidsummerEve, Holiday::ChristmasEve, Holiday::NewYearsEve];
const PEOPLE: usize = 4;

/// What can happen.
#[derive(Clone, Debug)]
enum Op {
    Book { who: usize, day: usize, time: usize, confirmed: bool },
    Move { who: usize, day: usize, time: usize },
    Cancel { who: usize },
    Queue { who: usize, day: i32 },
    Answer { who: usize, yes: bool },
    Jump { minutes: i64 },
    Close { day: i32, days: i32 },
    Rule { minutes: u16, seats: u16 },
    Attend { who: usize, came: bool },
}

/// A centre and its life.
#[derive(Clone, Debug)]
struct Life {
    begins: Date,
    hours: Hours,
    booking: Booking,
    ops: Vec<Op>,
}

fn period(from: u8, length: u8) -> Period {
    let clock =
        |quarters: u8| Time::new((quarters / 4).cast_signed(), (quarters % 4 * 15).cast_signed(), 0, 0);
    let until = (from + length).min(95);
    Period { from: clock(from).expect("a time"), until: clock(until).expect("a time") }
}

/// Up to three periods, one of them in the hours of the night when clocks are changed.
fn day() -> impl Strategy<Value = Vec<Period>> {
    let night = proptest::option::weighted(0.3, (2_u8..8, 2_u8..10).prop_map(|(f, l)| period(f, l)));
    let morning = proptest::option::weighted(0.7, (28_u8..36, 3_u8..12).prop_map(|(f, l)| period(f, l)));
    let evening = proptest::option::weighted(0.6, (50_u8..70, 3_u8..22).prop_map(|(f, l)| period(f, l)));
    (night, morning, evening).prop_map(|(a, b, c)| a.into_iter().chain(b).chain(c).collect())
}

/// Any day of 2024–2030, often one just before the clocks change or Easter.
fn begins() -> impl Strategy<Value = Date> {
    let any = (0_i32..2_500).prop_map(|n| jiff::civil::date(2024, 1, 1) + n.days());
    let edge = (2024_i16..=2030, 0_usize..4, 0_i32..4).prop_map(|(year, which, before)| {
        let edges = [(3, 25), (10, 25), (4, 1), (12, 20)];
        let (month, day) = edges[which];
        jiff::civil::date(year, month, day) - before.days()
    });
    prop_oneof![any, edge]
}

/// A week, days with other periods, closures, and whether some holidays and eves are unusual.
type Drawn = (Vec<Vec<Period>>, Vec<(i32, Vec<Period>)>, Vec<(i32, i32)>, bool, bool);

fn hours() -> impl Strategy<Value = Drawn> {
    (
        prop::collection::vec(day(), 7),
        prop::collection::vec((0_i32..30, day()), 0..3),
        prop::collection::vec((0_i32..30, 0_i32..5), 0..3),
        any::<bool>(),
        any::<bool>(),
    )
}

fn rules() -> impl Strategy<Value = Booking> {
    let minutes = prop::sample::select(vec![15_u16, 20, 30, 40, 60]);
    let lead = prop::sample::select(vec![0_u32, 60, 120, 1_440]);
    let breaks = proptest::option::of((30_u8..50, 1_u8..4).prop_map(|(f, l)| period(f, l)));
    (minutes, 1_u16..3, lead, 5_u16..30, breaks).prop_map(
        |(minutes, seats, lead_minutes, horizon_days, b)| Booking {
            minutes,
            seats,
            lead_minutes,
            horizon_days,
            breaks: b.into_iter().collect(),
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    let who = 0..PEOPLE;
    prop_oneof![
        6 => (who.clone(), 0_usize..4, 0_usize..4, prop::bool::weighted(0.8))
            .prop_map(|(who, day, time, confirmed)| Op::Book { who, day, time, confirmed }),
        2 => (who.clone(), 0_usize..4, 0_usize..4).prop_map(|(who, day, time)| Op::Move { who, day, time }),
        2 => who.clone().prop_map(|who| Op::Cancel { who }),
        2 => (who.clone(), 0_i32..10).prop_map(|(who, day)| Op::Queue { who, day }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, yes)| Op::Answer { who, yes }),
        4 => prop_oneof![1_i64..40, 60_i64..3_000].prop_map(|minutes| Op::Jump { minutes }),
        1 => (0_i32..14, 0_i32..4).prop_map(|(day, days)| Op::Close { day, days }),
        1 => (prop::sample::select(vec![15_u16, 30, 45]), 1_u16..3)
            .prop_map(|(minutes, seats)| Op::Rule { minutes, seats }),
        1 => (who, any::<bool>()).prop_map(|(who, came)| Op::Attend { who, came }),
    ]
}

fn life() -> impl Strategy<Value = Life> {
    (begins(), hours(), rules(), prop::collection::vec(op(), 8..28)).prop_map(
        |(begins, hours, booking, ops)| {
            let (week, exceptions, closures, open, eves) = hours;
            let [mon, tue, wed, thu, fri, sat, sun] = week.try_into().expect("seven days");
            let on = |n: i32| begins + n.days();
            let hours = Hours {
                week: Week { mon, tue, wed, thu, fri, sat, sun },
                exceptions: exceptions.into_iter().map(|(n, periods)| (on(n), periods)).collect(),
                closures: closures.into_iter().map(|(n, l)| closure(on(n), l)).collect(),
                open_on: if open { vec![Holiday::GoodFriday, Holiday::ChristmasEve] } else { Vec::new() },
                closed_eves: if eves { vec![Holiday::WalpurgisEve, Holiday::WhitsunEve] } else { Vec::new() },
            };
            Life { begins, hours, booking, ops }
        },
    )
}

fn closure(from: Date, days: i32) -> Closure {
    Closure { from, until: from + days.days(), reason: None }
}

/// The world under test, and the model beside it.
struct World {
    house: House,
    centre: CentreId,
    hours: Hours,
    booking: Booking,
    said: Override,
    seen: BTreeMap<VisitId, Visit>,
}

fn who(n: usize) -> Address {
    format!("terminal:p{n}").parse().expect("an address")
}

impl World {
    async fn new(life: &Life) -> Self {
        let usual = facts();
        let motala: CentreId = "motala".parse().expect("a centre");
        let centre = Centre {
            modes: vec![VisitMode::Slots],
            hours: Some((HoursOf::Help, life.hours.clone())),
            booking: life.booking.clone(),
            ..usual.centres.get(&motala).expect("the centre").clone()
        };
        let facts = Facts { centres: Centres::new(vec![centre]), ..(*usual).clone() };
        let house = House::with(Store::in_memory().await.expect("a database"), Arc::new(facts));
        house.set_clock(swedish_instant(life.begins, Time::constant(9, 0, 0, 0)).expect("a time"));
        let (hours, booking) = (life.hours.clone(), life.booking.clone());
        Self { house, centre: motala, hours, booking, said: Override::default(), seen: BTreeMap::new() }
    }

    fn today(&self) -> Date {
        in_sweden(self.house.now()).date()
    }

    /// Presses a button, and returns the buttons of the answer.
    async fn tap(&mut self, n: usize, action: Action) -> Vec<Action> {
        let incoming = self.house.incoming(&who(n), None, Input::Tap(action));
        self.house.app.handle(incoming).await.expect("a turn");
        self.house.deliver().await;
        let read = self.house.read();
        let own = read.iter().rev().find(|(reader, _)| *reader == who(n));
        own.map(|(_, m)| m.ask.choices().iter().map(|c| c.action.clone()).collect()).unwrap_or_default()
    }

    /// Chooses a day and a time among those that are offered.
    async fn choose(&mut self, n: usize, first: Action, day: usize, time: usize) {
        let days = self.tap(n, first).await;
        let days: Vec<_> = days.into_iter().filter(|a| matches!(a, Action::Day(..))).collect();
        if days.is_empty() {
            return;
        }
        let times = self.tap(n, days[day % days.len()].clone()).await;
        let times: Vec<_> = times.into_iter().filter(|a| matches!(a, Action::Slot(..))).collect();
        if !times.is_empty() {
            self.tap(n, times[time % times.len()].clone()).await;
        }
    }

    async fn visits(&self, n: usize) -> Vec<Visit> {
        self.house.store.visits_of(&who(n)).await.expect("the database answers")
    }

    async fn first(&self, n: usize, wanted: impl Fn(&Visit) -> bool) -> Option<VisitId> {
        self.visits(n).await.into_iter().find(|v| wanted(v)).map(|v| v.id)
    }

    async fn happen(&mut self, op: &Op) {
        match op {
            Op::Book { who, day, time, confirmed } => {
                self.choose(*who, Action::BookAt(self.centre.clone()), *day, *time).await;
                let held = self.first(*who, |v| v.status == VisitStatus::Held).await;
                if let (Some(id), true) = (held, confirmed) {
                    self.tap(*who, Action::Confirm(id)).await;
                }
            }
            Op::Move { who, day, time } => {
                let visit = self.first(*who, |v| v.status.can_move() || v.status == VisitStatus::Held).await;
                if let Some(id) = visit {
                    self.choose(*who, Action::Move(id), *day, *time).await;
                }
            }
            Op::Cancel { who } => {
                if let Some(id) = self.first(*who, |v| v.status.is_open()).await {
                    self.tap(*who, Action::CancelNow(id)).await;
                }
            }
            Op::Queue { who, day } => {
                self.tap(*who, Action::Queue(self.centre.clone(), self.today() + day.days())).await;
            }
            Op::Answer { who, yes } => {
                if let Some(id) = self.first(*who, |v| v.status == VisitStatus::Offered).await {
                    self.tap(*who, if *yes { Action::Accept(id) } else { Action::Refuse(id) }).await;
                }
            }
            Op::Jump { minutes } => {
                self.house.set_clock(later(self.house.now(), minutes * 60));
                self.house.deliver().await;
            }
            Op::Close { .. } | Op::Rule { .. } | Op::Attend { .. } => self.staff(op).await,
        }
        self.house.read();
    }

    async fn staff(&mut self, op: &Op) {
        match op {
            Op::Close { day, days } => {
                let closure = closure(self.today() + day.days(), *days);
                let (centre, from, until) = (self.centre.clone(), closure.from, closure.until);
                self.said.closures.push(closure);
                // The same rule as the engine's: a closure outweighs what was said of single days by
                // staff, but not what the file says of them.
                self.house.staff(StaffOp::CloseDays { centre, from, until, reason: None }).await;
            }
            Op::Rule { minutes, seats } => {
                self.booking = Booking { minutes: *minutes, seats: *seats, ..self.booking.clone() };
                self.said.booking = Some(self.booking.clone());
                let (centre, said) = (self.centre.clone(), self.said.to_toml());
                self.house.staff(StaffOp::Arrange { centre, said, note: None, before: None }).await;
            }
            Op::Attend { who, came } => {
                let now = self.house.now();
                let begun = self.first(*who, |v| v.status == VisitStatus::Booked && v.starts_at <= now).await;
                if let Some(id) = begun {
                    let op = if *came { StaffOp::CheckIn(WhichVisit::Id(id)) } else { StaffOp::NoShow(id) };
                    self.house.staff(op).await;
                }
            }
            _ => {}
        }
    }

    /// The model's own idea of when the centre is open.
    fn periods(&self, date: Date) -> Vec<Period> {
        if let Some(periods) = self.hours.exceptions.get(&date) {
            return periods.clone();
        }
        if self.hours.closures.iter().chain(&self.said.closures).any(|c| c.from <= date && date <= c.until) {
            return Vec::new();
        }
        let days = HOLIDAYS.get(&date).map(Vec::as_slice).unwrap_or_default();
        let closes = |(day, public): &(Holiday, bool)| {
            let usual = *public || CLOSING.contains(day);
            self.hours.closed_eves.contains(day) || (usual && !self.hours.open_on.contains(day))
        };
        if days.iter().any(closes) { Vec::new() } else { self.hours.week.on(date.weekday()).to_vec() }
    }

    fn is_open(&self, from: Timestamp, minutes: u16) -> bool {
        let (start, end) = (in_sweden(from), in_sweden(later(from, i64::from(minutes) * 60)));
        let clear = |b: &Period| end.time() <= b.from || b.until <= start.time();
        start.date() == end.date()
            && self.periods(start.date()).iter().any(|p| p.from <= start.time() && end.time() <= p.until)
            && self.booking.breaks.iter().all(clear)
    }

    async fn check(&mut self) {
        let now = self.house.now();
        let mut all = Vec::new();
        for n in 0..PEOPLE {
            let visits = self.visits(n).await;
            let ahead = visits.iter().filter(|v| v.status.is_coming() && v.starts_at > now);
            assert!(
                ahead.filter(|v| v.status != VisitStatus::Offered).count() <= 2,
                "at most two visits ahead"
            );
            all.extend(visits);
        }
        let seated: Vec<&Visit> = all.iter().filter(|v| v.takes_seat_at(now)).collect();
        for (i, a) in seated.iter().enumerate() {
            for b in seated.iter().skip(i + 1) {
                let apart = a.ends_at() <= b.starts_at || b.ends_at() <= a.starts_at;
                assert!(apart || a.seat != b.seat, "a seat is sold twice: {a:#?} {b:#?}");
            }
        }
        for visit in seated.iter().filter(|v| v.starts_at > now) {
            let local = in_sweden(visit.starts_at);
            assert_eq!(
                swedish_instant(local.date(), local.time()),
                Some(visit.starts_at),
                "a time that exists once"
            );
            assert!(self.is_open(visit.starts_at, visit.minutes), "outside open time: {visit:#?}");
            assert!(visit.seat < self.booking.seats, "no such seat: {visit:#?}");
            let is_new = self.seen.get(&visit.id).is_none_or(|old| old.starts_at != visit.starts_at);
            if is_new {
                let lead = i64::from(self.booking.lead_minutes) * 60;
                assert!(visit.starts_at >= later(now, lead), "the lead time is broken: {visit:#?}");
                let horizon = in_sweden(later(now, i64::from(self.booking.horizon_days) * 86_400)).date();
                assert!(local.date() <= horizon, "beyond the horizon: {visit:#?}");
            }
        }
        self.seen = all.into_iter().map(|v| (v.id, v)).collect();
    }

    /// Everybody cancels, time passes: nothing is left.
    async fn end(&mut self) {
        for n in 0..PEOPLE {
            let now = self.house.now();
            for visit in self.visits(n).await {
                if visit.status.is_open() && visit.starts_at > now {
                    self.tap(n, Action::CancelNow(visit.id)).await;
                    let after = self.house.store.find_visit(visit.id).await.expect("the database answers");
                    assert_eq!(
                        after.map(|v| v.status),
                        Some(VisitStatus::Cancelled),
                        "every visit can be cancelled"
                    );
                }
            }
        }
        self.house.set_clock(later(self.house.now(), 60 * 86_400));
        self.house.deliver().await;
        for n in 0..PEOPLE {
            for visit in self.visits(n).await {
                let kept = visit.status.is_kept_for_a_while()
                    || matches!(visit.status, VisitStatus::Draft | VisitStatus::Queued);
                assert!(!kept, "kept for ever: {visit:#?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_promises_hold(life in life()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new(&life).await;
            for op in &life.ops {
                world.happen(op).await;
                world.check().await;
            }
            world.end().await;
        });
    }
}
