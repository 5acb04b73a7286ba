//! The volunteers' desk: where it is, the posts of its requests, and what happens at it.
//!
//! Neutral words for what a platform with threads offers. What is decided of it is the engine's,
//! how it looks is the adapter's.

use serde::{Deserialize, Serialize};

use super::chat::{Address, MessageRef};
use super::id::{RequestId, VolunteerId};
use super::lang::Lang;
use super::message::Message;
use super::request::words;
use super::time::Timestamp;

/// A desk: a place whose threads are requests, in a community, kept by a group of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// The community that it is in.
    pub community: Address,
    /// Where posts are opened.
    pub place: Address,
    /// The group whose members may answer, as the platform names it.
    pub group: String,
    /// The language of the desk.
    pub lang: Lang,
}

impl Desk {
    /// Where the post of a request is to be opened: an address of its own, so that one post that
    /// cannot be opened does not hold up the others.
    #[must_use]
    pub fn opening(&self, request: RequestId) -> Address {
        Address::new(self.place.platform(), format!("{}:{request}", self.place.id()))
    }
}

/// The thread of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Whose thread it is.
    pub request: RequestId,
    /// The thread.
    pub thread: Address,
    /// Its first message, which carries the buttons.
    pub head: MessageRef,
    /// The community of its desk.
    pub community: Address,
    /// When its owner was last heard of.
    pub heard_at: Timestamp,
    /// Whether the owner has been warned of the silence.
    pub warned: bool,
    /// Whether those who write in it have been told why it does not reach the resident.
    pub told: bool,
}

/// Somebody who answers at a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volunteer {
    /// Their number, for buttons.
    pub id: VolunteerId,
    /// Their own address; residents never see it.
    pub who: Address,
    /// The name that residents see.
    pub alias: String,
}

words! {
    /// What the bot must be allowed to do at a desk's place.
    Right {
        /// See it.
        See = "see",
        /// Write in it.
        Write = "write",
        /// Write in its threads.
        WriteInThreads = "write_in_threads",
        /// Open threads.
        OpenThreads = "open_threads",
        /// Read what was written while the bot was away.
        ReadBack = "read_back",
        /// Wake, archive and delete threads.
        ManageThreads = "manage_threads",
        /// Show links and cards.
        Embed = "embed",
        /// Send files.
        Attach = "attach",
    }
}

/// What the desk's people and platform do, besides writing in a thread and pressing its buttons.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskInput {
    /// Somebody sets up a desk.
    SetUp {
        /// The desk.
        desk: Desk,
        /// What the bot is not yet allowed to do there.
        missing: Vec<Right>,
        /// Whether the platform lets this person decide on such things.
        allowed: bool,
        /// Whether the platform lets the bot read what is written in threads.
        reads: bool,
    },
    /// A volunteer chooses the name that residents see.
    Alias(String),
    /// The post of a request was opened in the chat of this event.
    Opened {
        /// Whose it is.
        request: RequestId,
        /// Its first message.
        head: MessageRef,
        /// The community that it is in.
        community: Address,
        /// Whether it stood there before, and may show what no longer holds.
        stood: bool,
    },
    /// An answer that was written in a form, not in the thread.
    Answer(String),
    /// An answer is wanted for what somebody wrote in the community.
    Advise {
        /// What they wrote.
        text: String,
        /// The number of the message.
        message: u64,
    },
    /// Something that the desk needs is gone.
    Lost(Loss),
}

/// What is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The thread of this event.
    Thread,
    /// A desk's place.
    Place(Address),
    /// A group, in the community of this event.
    Group(String),
    /// The whole community of this event: the bot was removed from it.
    Community,
}

words! {
    /// What a button at the desk does with a request.
    DeskButton {
        /// Take it.
        Take = "take",
        /// Let it go, back to the queue.
        Release = "release",
        /// Show whom it can be handed to.
        Hand = "hand",
        /// Leave it for staff.
        Staff = "staff",
        /// Show the articles that may answer it.
        Suggest = "suggest",
        /// Write an answer in a form.
        Answer = "answer",
        /// It is done.
        Resolve = "resolve",
        /// Its answer is worth keeping.
        Keep = "keep",
    }
}

impl std::fmt::Display for DeskButton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for DeskButton {
    type Err = super::action::UnknownAction;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::from_word(word).ok_or(super::action::UnknownAction)
    }
}

/// What is done to a post.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskLetter {
    /// Open one; the recipient is [`Desk::opening`].
    Open {
        /// Whose it is.
        request: RequestId,
        /// Its title, plain text with the request's identifier at the end, by which a post is found
        /// again when nobody knows whether it was opened.
        title: String,
        /// Its first message.
        head: Message,
        /// What it is sorted under, the most important first.
        labels: Vec<String>,
        /// What is written below the first message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<Message>,
        /// Whether an earlier letter may have opened it already: then it is looked for first.
        #[serde(default)]
        again: bool,
    },
    /// Change its first message and its labels; a sleeping thread wakes.
    Show {
        /// The first message.
        head: MessageRef,
        /// What it says now.
        message: Message,
        /// What it is sorted under now.
        labels: Vec<String>,
    },
    /// As `Show`, and put the thread to sleep.
    Close {
        /// The first message.
        head: MessageRef,
        /// What it says now.
        message: Message,
        /// What it is sorted under now.
        labels: Vec<String>,
    },
    /// Delete the thread with all that is in it.
    Remove,
}

words! {
    /// What staff are told of.
    NoticeKind {
        /// A request is left for them.
        Handed = "handed",
        /// A request lost its thread, its owner or its desk, or got no thread, and waits.
        Requeued = "requeued",
        /// A desk is gone.
        DeskLost = "desk_lost",
    }
}

/// A word to staff: a row that the console shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Of what.
    pub kind: NoticeKind,
    /// The request that it is about.
    pub request: Option<RequestId>,
}

/// An answer that a volunteer found worth keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The request that it answered.
    pub request: RequestId,
    /// What was asked, masked.
    pub question: String,
    /// What was answered, masked.
    pub answer: String,
    /// The language of both.
    pub lang: Lang,
}

/// What the desk's turns add to [`super::effect::Effect`].
#[derive(Clone, Debug, PartialEq)]
pub enum DeskEffect {
    /// Write this desk, new or changed; it is the one in use from now on.
    SaveDesk(Desk),
    /// The desk of this community is gone.
    DropDesk(Address),
    /// Write this post, new or changed.
    SavePost(Post),
    /// The post of this request is gone.
    DropPost(RequestId),
    /// Write this volunteer, new or changed.
    SaveVolunteer(Volunteer),
    /// Send a letter that carries on what the event's message says, so that the letter can follow
    /// the message's changes.
    Relay(Box<super::message::Letter>),
    /// The event's message was changed: so is the letter that carried it on, which now says this.
    Amend(Box<Message>),
    /// The event's message was deleted: so is the letter that carried it on.
    Withdraw,
    /// Tell staff.
    TellStaff(Notice),
    /// Propose an answer to staff.
    Propose(Proposal),
}

/// A conversation that goes on while the bot is away, and how far it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Where it goes on.
    pub address: Address,
    /// The last message that was read; `None`: none yet.
    pub after: Option<MessageRef>,
    /// What was written before this instant has been heard.
    pub since: Timestamp,
}
