//! What staff decide, and what becomes of it.
//!
//! Staff act through the console; each deed is one event of `Role::Staff`. Residents are told by
//! letters in their own chats, which stay as they were.

use serde::{Deserialize, Serialize};

use super::code::VisitCode;
use super::id::{CentreId, VisitId};
use super::time::{Date, Timestamp};

/// A visit as staff know it: from a list, or from the code that somebody shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichVisit {
    /// From a list.
    Id(VisitId),
    /// Read aloud, typed, or scanned as a QR code.
    Code(VisitCode),
}

/// One deed of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffOp {
    /// Says yes to one of the times that the resident proposed.
    ConfirmVisit {
        /// The visit.
        visit: VisitId,
        /// The time.
        at: Timestamp,
    },
    /// Says no to every proposal.
    DeclineVisit {
        /// The visit.
        visit: VisitId,
        /// A word to the resident.
        word: Option<String>,
    },
    /// Proposes another time; the resident answers by button.
    ProposeTime {
        /// The visit.
        visit: VisitId,
        /// The time.
        at: Timestamp,
    },
    /// Calls a visit off.
    CancelVisit {
        /// The visit.
        visit: VisitId,
        /// A word to the resident.
        word: Option<String>,
    },
    /// The person has come.
    CheckIn(WhichVisit),
    /// The person did not come.
    NoShow(VisitId),
    /// Somebody came without a visit.
    WalkIn {
        /// The centre.
        centre: CentreId,
        /// What it was about, in staff's words.
        about: Option<String>,
    },
    /// Closes days; everyone booked is told and offered other times.
    CloseDays {
        /// The centre.
        centre: CentreId,
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
        /// Why, for those who are told.
        reason: Option<String>,
    },
    /// Takes closed days back, as far as staff closed them.
    OpenDays {
        /// The centre.
        centre: CentreId,
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// Says how the centre is from now on: hours, ways to visit, rules of booking.
    Arrange {
        /// The centre.
        centre: CentreId,
        /// All that staff say of it: the TOML of `facts::centres::Override`.
        said: String,
        /// Why, for the record.
        note: Option<String>,
        /// What they saw that staff had said before; if that is no longer so, nothing happens. `None`
        /// for who speaks whatever was said.
        before: Option<String>,
    },
}

impl StaffOp {
    /// The centre that it names, if it names one.
    #[must_use]
    pub fn centre(&self) -> Option<&CentreId> {
        match self {
            Self::WalkIn { centre, .. }
            | Self::CloseDays { centre, .. }
            | Self::OpenDays { centre, .. }
            | Self::Arrange { centre, .. } => Some(centre),
            Self::ConfirmVisit { .. }
            | Self::DeclineVisit { .. }
            | Self::ProposeTime { .. }
            | Self::CancelVisit { .. }
            | Self::CheckIn(_)
            | Self::NoShow(_) => None,
        }
    }
}

/// Why a deed of staff changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No member of staff asked for it.
    NotStaff,
    /// There is no such visit, or no such centre.
    Unknown,
    /// It has come too far for that: cancelled, over, or answered already.
    TooLate,
    /// No seat is free then.
    SeatTaken,
    /// The time has passed, or lies outside open time.
    NotOpen,
    /// Somebody else has changed it since it was seen.
    Stale,
    /// What was written cannot be read, or does not fit together.
    Unreadable(String),
}
