//! What is remembered between two events of one conversation.
//!
//! Only what the next turn needs: the transcript lives in the store. A stored step that no longer
//! parses becomes `Idle`, so that no version of the program can strand anybody.

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::id::{ArticleId, CentreId, RequestId, VisitId};
use crate::model::lang::Lang;
use crate::model::place::{Municipality, Place};
use crate::model::time::Timestamp;

/// The state of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The language, once chosen or understood.
    pub lang: Option<Lang>,
    /// Whether the person asked for it themselves: then only they change it.
    pub lang_wished: bool,
    /// Whether the bot has said who it is.
    pub greeted: bool,
    /// What the bot waits for.
    #[serde(deserialize_with = "step_or_idle")]
    pub step: Step,
    /// The municipality last spoken of. Positions are not kept.
    pub municipality: Option<Municipality>,
    /// The last question, which a visit or a person may be about.
    pub last: Option<LastQuestion>,
    /// The visit last opened by its code, which may be somebody else's.
    pub shown: Option<VisitId>,
    /// The request that people are to answer, or answer, here.
    pub talk: Option<RequestId>,
}

/// The last question and what it led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastQuestion {
    /// Its request.
    pub request: RequestId,
    /// The article that answered.
    pub article: Option<ArticleId>,
}

/// Why a place is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To show the nearest centres.
    Find,
    /// To book at one of them.
    Book,
}

/// What the bot waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing in particular.
    #[default]
    Idle,
    /// A place.
    Place(Purpose),
    /// Which of several places.
    WhichPlace(Purpose, Vec<Place>),
    /// A day and a time at a centre; `moving` is the visit that gets the new time.
    Time {
        /// The centre.
        centre: CentreId,
        /// The visit that is being moved.
        moving: Option<VisitId>,
        /// Times proposed so far, where the centre answers itself.
        proposed: Vec<Timestamp>,
    },
    /// What a visit is about.
    About(VisitId),
    /// What is wished for at a visit.
    Wishes(VisitId),
    /// The language of an interpreter.
    Interpreter(VisitId),
    /// What else is needed at a visit.
    Note(VisitId),
    /// A name for a visit.
    Name(VisitId),
    /// The last yes to a visit.
    Confirm(VisitId),
    /// What a person is to help with.
    PersonMatter,
    /// Consent to share this with people.
    PersonConsent(String),
}

impl Step {
    /// The visit that the step is about to make, if it makes one.
    #[must_use]
    pub fn visit(&self) -> Option<VisitId> {
        match self {
            Self::About(id)
            | Self::Wishes(id)
            | Self::Interpreter(id)
            | Self::Note(id)
            | Self::Name(id)
            | Self::Confirm(id) => Some(*id),
            Self::Idle
            | Self::Place(_)
            | Self::WhichPlace(..)
            | Self::Time { .. }
            | Self::PersonMatter
            | Self::PersonConsent(_) => None,
        }
    }
}

fn step_or_idle<'de, D: Deserializer<'de>>(from: D) -> Result<Step, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

impl Session {
    /// Whether a flow is under way that the person may want to come back to.
    #[must_use]
    pub fn is_in_flow(&self) -> bool {
        self.step != Step::Idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_another_version_becomes_idle() {
        let session: Session =
            serde_json::from_str(r#"{"lang":"en","step":{"juggling":3},"unknown":1}"#).unwrap_or_default();
        assert_eq!(session, Session { lang: Some(Lang::En), ..Session::default() });
    }
}
