//! What the engine knows of the store: just what it has asked for.
//!
//! Holds no connection. Whatever is missing is named as a [`Need`]; the application reads it in the
//! same transaction and asks the engine again.

use std::collections::BTreeMap;

use super::desk::{DeskFound, DeskNeed};
use super::session::Session;
use crate::facts::centres::Taken;
use crate::model::id::{CentreId, RequestId, VisitId};
use crate::model::kept::KeptRow;
use crate::model::request::Request;
use crate::model::time::{Date, Timestamp};
use crate::model::visit::{Visit, VisitCode};

/// Something of the store that an event turned out to depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The seats taken at a centre from now on.
    Taken(CentreId),
    /// One visit.
    Visit(VisitId),
    /// The visit of a code.
    Code(VisitCode),
    /// The resident's own visits that lie ahead.
    Visits,
    /// Who waits for a seat on a day at a centre.
    Queue(CentreId, Date),
    /// Every visit at a centre that a change of its hours may touch.
    CentreVisits(CentreId),
    /// When the resident did not come to a visit, from this instant on.
    NoShows(Timestamp),
    /// One request.
    Request(RequestId),
    /// Everything that is kept about the resident.
    Kept,
    /// The requests that wait for the answer to this one.
    Merged(RequestId),
    /// Something of the volunteers' desk.
    Desk(DeskNeed),
}

/// What the store knows that this event may depend on, read in the same transaction.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The conversation so far.
    pub session: Session,
    taken: BTreeMap<CentreId, Taken>,
    visits: BTreeMap<VisitId, Option<Visit>>,
    codes: Vec<(VisitCode, Option<Visit>)>,
    own_visits: Option<Vec<Visit>>,
    queues: BTreeMap<(CentreId, Date), Vec<Visit>>,
    centre_visits: BTreeMap<CentreId, Vec<Visit>>,
    no_shows: Option<Vec<Timestamp>>,
    requests: BTreeMap<RequestId, Option<Request>>,
    kept: Option<Vec<KeptRow>>,
    merged: BTreeMap<RequestId, Vec<Request>>,
    desk: Vec<(DeskNeed, DeskFound)>,
}

/// The answer to a need.
#[derive(Clone, Debug)]
pub enum Found {
    /// To [`Need::Taken`].
    Taken(CentreId, Taken),
    /// To [`Need::Visit`].
    Visit(VisitId, Option<Box<Visit>>),
    /// To [`Need::Code`].
    Code(VisitCode, Option<Box<Visit>>),
    /// To [`Need::Visits`].
    Visits(Vec<Visit>),
    /// To [`Need::Queue`], the longest waiting first.
    Queue(CentreId, Date, Vec<Visit>),
    /// To [`Need::CentreVisits`], who asked first first.
    CentreVisits(CentreId, Vec<Visit>),
    /// To [`Need::NoShows`], soonest first.
    NoShows(Vec<Timestamp>),
    /// To [`Need::Request`].
    Request(RequestId, Option<Box<Request>>),
    /// To [`Need::Kept`], sorted by kind, oldest first.
    Kept(Vec<KeptRow>),
    /// To [`Need::Merged`].
    Merged(RequestId, Vec<Request>),
    /// To [`Need::Desk`].
    Desk(DeskNeed, DeskFound),
}

impl Situation {
    /// A conversation of which nothing else is known yet.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self { session, ..Self::default() }
    }

    /// Adds what was missing.
    pub fn add(&mut self, found: Found) {
        match found {
            Found::Taken(centre, taken) => drop(self.taken.insert(centre, taken)),
            Found::Visit(id, visit) => drop(self.visits.insert(id, visit.map(|v| *v))),
            Found::Code(code, visit) => self.codes.push((code, visit.map(|v| *v))),
            Found::Visits(visits) => self.own_visits = Some(visits),
            Found::Queue(centre, date, queue) => drop(self.queues.insert((centre, date), queue)),
            Found::CentreVisits(centre, visits) => drop(self.centre_visits.insert(centre, visits)),
            Found::NoShows(times) => self.no_shows = Some(times),
            Found::Request(id, request) => drop(self.requests.insert(id, request.map(|r| *r))),
            Found::Kept(rows) => self.kept = Some(rows),
            Found::Merged(id, requests) => drop(self.merged.insert(id, requests)),
            Found::Desk(need, found) => self.desk.push((need, found)),
        }
    }

    pub(super) fn taken(&self, centre: &CentreId) -> Result<&Taken, Need> {
        self.taken.get(centre).ok_or_else(|| Need::Taken(centre.clone()))
    }

    pub(super) fn visit(&self, id: VisitId) -> Result<Option<&Visit>, Need> {
        self.visits.get(&id).map(Option::as_ref).ok_or(Need::Visit(id))
    }

    pub(super) fn code(&self, code: &VisitCode) -> Result<Option<&Visit>, Need> {
        let known = self.codes.iter().find(|(c, _)| c == code);
        known.map(|(_, visit)| visit.as_ref()).ok_or_else(|| Need::Code(code.clone()))
    }

    pub(super) fn own_visits(&self) -> Result<&[Visit], Need> {
        self.own_visits.as_deref().ok_or(Need::Visits)
    }

    pub(super) fn queue(&self, centre: &CentreId, date: Date) -> Result<&[Visit], Need> {
        let queue = self.queues.get(&(centre.clone(), date));
        queue.map(Vec::as_slice).ok_or_else(|| Need::Queue(centre.clone(), date))
    }

    pub(super) fn centre_visits(&self, centre: &CentreId) -> Result<&[Visit], Need> {
        let visits = self.centre_visits.get(centre);
        visits.map(Vec::as_slice).ok_or_else(|| Need::CentreVisits(centre.clone()))
    }

    pub(super) fn no_shows(&self, since: Timestamp) -> Result<&[Timestamp], Need> {
        self.no_shows.as_deref().ok_or(Need::NoShows(since))
    }

    pub(super) fn request(&self, id: RequestId) -> Result<Option<&Request>, Need> {
        self.requests.get(&id).map(Option::as_ref).ok_or(Need::Request(id))
    }

    pub(super) fn merged(&self, id: RequestId) -> Result<&[Request], Need> {
        self.merged.get(&id).map(Vec::as_slice).ok_or(Need::Merged(id))
    }

    pub(super) fn desk(&self, need: DeskNeed) -> Result<&DeskFound, Need> {
        let known = self.desk.iter().find(|(n, _)| *n == need);
        known.map(|(_, found)| found).ok_or(Need::Desk(need))
    }

    pub(super) fn kept(&self) -> Result<&[KeptRow], Need> {
        self.kept.as_deref().ok_or(Need::Kept)
    }
}
