//! What a button does. How it is written into a button is in `code`.
//!
//! An action is a request, not proof: the engine checks every one against the situation, as its code can
//! be old or forged.

mod code;

use std::str::FromStr;

pub use self::code::MAX_CODE;
use super::desk::DeskButton;
use super::id::{ArticleId, CentreId, RequestId, TopicId, VisitId, VolunteerId};
use super::lang::Lang;
use super::time::{Date, Timestamp};

/// The code is no action of ours, or of a version that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the code of an action")]
pub struct UnknownAction;

/// How many points a resident gives a conversation, 1 (bad) to 5 (good).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points(u8);

impl Points {
    /// `None` unless 1–5.
    #[must_use]
    pub fn new(points: u8) -> Option<Self> {
        (1..=5).contains(&points).then_some(Self(points))
    }

    /// 1–5.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

/// What can be wished for at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// An interpreter.
    Interpreter,
    /// To bring somebody along.
    Company,
    /// Something else, in the person's own words.
    Note,
}

impl Wish {
    const ALL: [Self; 3] = [Self::Interpreter, Self::Company, Self::Note];

    fn name(self) -> &'static str {
        match self {
            Self::Interpreter => "interp",
            Self::Company => "company",
            Self::Note => "note",
        }
    }
}

impl FromStr for Wish {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, UnknownAction> {
        Self::ALL.into_iter().find(|w| w.name() == name).ok_or(UnknownAction)
    }
}

/// Everything that a button can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show the menu.
    Menu,
    /// Go on with the flow that was interrupted.
    Resume,
    /// Leave the flow.
    Leave,
    /// Show the languages.
    Languages,
    /// Speak this language from now on.
    Speak(Lang),
    /// Invite a question.
    Ask,
    /// Ask for a place, to show the nearest centres.
    Find,
    /// Show what is known of a centre.
    Centre(CentreId),
    /// Book: ask where.
    Book,
    /// Book at this centre: ask when.
    BookAt(CentreId),
    /// Show the free times of a day.
    Day(CentreId, Date),
    /// Hold this time.
    Slot(CentreId, Timestamp),
    /// Show the days from this one on.
    DaysFrom(CentreId, Date),
    /// Say what a held visit is about.
    About(VisitId),
    /// It is about this.
    Topic(VisitId, TopicId),
    /// It is about nothing that needs saying.
    NoAbout(VisitId),
    /// Wish for something at the visit, or take the wish back.
    Wish(VisitId, Wish),
    /// An interpreter into this language is wished for.
    Interpreter(VisitId, Lang),
    /// Nothing more is wished for.
    NoMoreWishes(VisitId),
    /// The person does not want to give a name.
    NoName,
    /// Turn the hold into a visit.
    Confirm(VisitId),
    /// Propose this time to a centre that takes no direct bookings (again: withdraw it).
    Propose(CentreId, Timestamp),
    /// Send the proposals to the centre.
    SendProposals(CentreId),
    /// Show the person's coming visits.
    Visits,
    /// Show one visit.
    Visit(VisitId),
    /// Choose another time for a visit.
    Move(VisitId),
    /// Ask whether to cancel a visit.
    Cancel(VisitId),
    /// Cancel a visit.
    CancelNow(VisitId),
    /// Give the visit this time.
    Retime(VisitId, Timestamp),
    /// Take the time that is kept for the visit.
    Accept(VisitId),
    /// Leave the time that is kept for the visit.
    Refuse(VisitId),
    /// "I'm coming."
    Coming(VisitId),
    /// Tell me if a time becomes free on this day.
    Queue(CentreId, Date),
    /// Ask on which day to be reminded to go where one need not book.
    RemindMe(CentreId),
    /// Remind me on this day.
    RemindOn(CentreId, Date),
    /// Do not remind me after all.
    NoReminder(RequestId),
    /// Show the visit's code as a picture.
    Pass(VisitId),
    /// Send the visit for the person's calendar.
    Calendar(VisitId),
    /// Take the place that a position or name was understood as.
    Place(u8),
    /// The answer helped.
    Helped(RequestId),
    /// The answer did not help.
    NotHelped(RequestId),
    /// Show this article.
    Article(ArticleId),
    /// The article again in easier words.
    Easier(ArticleId),
    /// None of the suggested articles.
    NoneOfThese(RequestId),
    /// Talk to a person: ask what may be shared.
    Person,
    /// Agree to share, and send the request to people.
    PersonYes,
    /// Take back a request to people, or end the conversation.
    PersonEnd(RequestId),
    /// Rate a conversation.
    Rate(RequestId, Points),
    /// Go on waiting for a person.
    PersonWait(RequestId),
    /// Leave the request for staff.
    PersonStaff(RequestId),
    /// A button at the volunteers' desk.
    Desk(DeskButton, RequestId),
    /// At the desk: send this article to the resident.
    DeskArticle(RequestId, ArticleId),
    /// At the desk: hand the request to this volunteer.
    DeskHand(RequestId, VolunteerId),
    /// In a community: answer the message of this number with an article, for all to read.
    Publish(ArticleId, u64),
    /// Say how personal data is treated.
    Privacy,
    /// Send everything that is kept about the person.
    MyData,
    /// Ask whether to delete everything about the person.
    Forget,
    /// Delete everything about the person.
    ForgetNow,
    /// Go on in the private chat, perhaps by booking at a centre. A platform that can, makes it a link.
    Private(Option<CentreId>),
}
