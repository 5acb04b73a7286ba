//! Letters on their way: as the answer to an interaction while that is possible, else as messages.
//!
//! A message of a channel carries a nonce, and an answer is changed in place, so that a letter may
//! be sent again without being read twice.

use futures_util::future::BoxFuture;
use serde_json::json;
use serenity::all::{ChannelId, CreateAttachment, MessageId};

use super::Discord;
use super::interactions::Handle;
use super::place::Place;
use super::write::{Body, File, as_edit, as_follow_up, bodies, gathered, in_channel};
use super::wrong::{Wrong, ask, code};
use crate::model::chat::MessageRef;
use crate::model::message::{Content, Message, Placement};
use crate::outbox::{Deliver, Failure, Parcel, Receipt, SendError};

/// "Thread is archived".
const ASLEEP: isize = 50_083;
/// So many tries take about a minute: Discord remembers a nonce for "the past few minutes".
const FRESH: u32 = 5;
/// How many turns and tokens are remembered; the oldest are of no use after 15 minutes.
const REMEMBERED: usize = 10_000;

impl Deliver for Discord {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let Some(place) = Place::read(&parcel.to) else {
                return Err(SendError::Refused("not a place of Discord".to_owned()).into());
            };
            match &parcel.content {
                Content::Message(message) => self.message(parcel, place, message).await,
                Content::Edit { at, message, .. } => self.edit(parcel, place, at, message).await,
                Content::Withdraw { at, .. } | Content::Clear(at) => self.take_back(place, at).await,
                Content::Retract(at) => self.take_back(place, std::slice::from_ref(at)).await,
                Content::Desk(letter) => self.desk_letter(parcel, place, letter).await,
                Content::Alarm(_) => Ok(Vec::new()),
            }
        })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}

pub(super) fn attachments(files: &[File]) -> Vec<CreateAttachment> {
    files.iter().map(|file| CreateAttachment::bytes(file.bytes.clone(), file.name.clone())).collect()
}

fn id(message: &MessageRef) -> Option<MessageId> {
    message.0.parse::<u64>().ok().filter(|id| *id != 0).map(MessageId::new)
}

impl Discord {
    async fn message(&self, parcel: &Parcel, place: Place, message: &Message) -> Result<Receipt, Failure> {
        if let Some(handle) = self.handle_for(parcel, place) {
            match self.answer(parcel, place, message, &handle).await {
                Ok(Some(receipt)) => return Ok(receipt),
                // The token has run out: a plain message takes its place.
                Ok(None) => {}
                Err(wrong) => return Err(SendError::from(wrong).into()),
            }
        }
        self.post(parcel, place, &bodies(message, self.labels(), false)).await
    }

    /// How a letter can be an interaction's answer: its own, or that of the turn that it belongs to.
    fn handle_for(&self, parcel: &Parcel, place: Place) -> Option<Handle> {
        let own = parcel.reply.as_ref().and_then(Handle::read);
        let Place::User(user) = place else { return own };
        let memory = self.memory();
        let turn = memory.turns.get(&user).filter(|(at, _, private)| *at == parcel.written_at && *private);
        // A further answer that may have arrived cannot be told from one that has not: then the
        // direct conversation is the safe place.
        let turn = turn.filter(|_| parcel.unanswered == 0);
        own.or_else(|| {
            turn.map(|(_, token, private)| Handle { token: token.clone(), open: false, private: *private })
        })
    }

    /// Answers an interaction. `None`: it can no longer be answered. What only the person sees has no
    /// number by which it could be deleted, and goes by itself.
    async fn answer(
        &self,
        parcel: &Parcel,
        place: Place,
        message: &Message,
        handle: &Handle,
    ) -> Result<Option<Receipt>, Wrong> {
        let (first, rest) = gathered(bodies(message, self.labels(), handle.private));
        let in_place = parcel.reply.is_some() && (handle.open || parcel.placement == Placement::Replace);
        let done = if in_place {
            self.fill_in(&handle.token, &without_flags(&first), &first.files).await
        } else if handle.private {
            self.follow_up(&first, handle).await.map(|()| 0)
        } else {
            // In a direct conversation a plain message is as good, and carries a nonce.
            return Ok(None);
        };
        let number = match done {
            Ok(number) => number,
            Err(wrong) if wrong.is_token_gone() => return Ok(None),
            Err(wrong) => return Err(wrong),
        };
        self.remember(parcel, place, handle);
        for body in &rest {
            if let Err(wrong) = self.follow_up(body, handle).await {
                tracing::warn!(?wrong, "the end of a long answer was not delivered");
            }
        }
        let seen_by_one = handle.private || number == 0;
        Ok(Some(if seen_by_one { Vec::new() } else { vec![MessageRef(number.to_string())] }))
    }

    fn remember(&self, parcel: &Parcel, place: Place, handle: &Handle) {
        let mut memory = self.memory();
        if memory.turns.len() > REMEMBERED {
            memory.turns.clear();
        }
        if memory.answered.len() > REMEMBERED {
            memory.answered.clear();
        }
        if handle.open {
            memory.answered.insert(handle.token.clone());
        }
        if let Place::User(user) = place {
            memory.turns.insert(user, (parcel.written_at, handle.token.clone(), handle.private));
        }
    }

    async fn follow_up(&self, body: &Body, handle: &Handle) -> Result<(), Wrong> {
        let json = as_follow_up(body, handle.private);
        self.add(&handle.token, &json, &body.files).await
    }

    /// The channel behind a place.
    async fn channel(&self, place: Place) -> Result<ChannelId, Wrong> {
        let channel = match place {
            Place::User(user) => self.dm(user).await?,
            Place::Group { channel, .. } | Place::Public { channel, .. } | Place::Desk { channel, .. } => {
                channel
            }
            Place::Thread(thread) => thread,
            Place::Guild(_) => return Err(Wrong::Refused(404, code::UNKNOWN_CHANNEL)),
        };
        Ok(ChannelId::new(channel))
    }

    /// Writes the parts that have not arrived.
    async fn post(&self, parcel: &Parcel, place: Place, bodies: &[Body]) -> Result<Receipt, Failure> {
        let channel = match self.channel(place).await {
            Ok(channel) => channel,
            Err(wrong) => return Err(SendError::from(wrong).into()),
        };
        let reply = parcel.reply.as_ref().and_then(|r| r.0.strip_prefix('m')?.parse().ok());
        let mut receipt = Vec::new();
        // Parts that have arrived are sent again only while Discord surely knows their nonce, which
        // gives back their numbers: for changes to follow, all of them are needed.
        let arrived =
            if parcel.attempts > FRESH { usize::try_from(parcel.parts_done).unwrap_or(0) } else { 0 };
        for (n, body) in bodies.iter().enumerate().skip(arrived) {
            let json = in_channel(body, parcel.id, parcel.written_at, n, place, reply);
            match self.write(channel, &json, &body.files).await {
                Ok(sent) => receipt.push(MessageRef(sent.to_string())),
                Err(wrong) => {
                    self.look_after(place, &wrong).await;
                    let parts_done = u32::try_from(n).unwrap_or(0).max(parcel.parts_done);
                    return Err(Failure { error: wrong.into(), parts_done });
                }
            }
        }
        Ok(receipt)
    }

    /// A place that turns out to be gone is said to be.
    pub(super) async fn look_after(&self, place: Place, wrong: &Wrong) {
        match place {
            Place::Thread(thread) if wrong.is_channel_gone() => {
                self.memory().threads.insert(thread);
                self.thread_gone(thread).await;
            }
            Place::User(user) if wrong.is_channel_gone() => {
                self.memory().channel_of_user.remove(&user);
            }
            _ => {}
        }
    }

    /// Changes a letter that has arrived.
    async fn edit(
        &self,
        parcel: &Parcel,
        place: Place,
        at: &[MessageRef],
        message: &Message,
    ) -> Result<Receipt, Failure> {
        let wrong = |wrong: Wrong| Failure::from(SendError::from(wrong));
        let channel = self.channel(place).await.map_err(wrong)?;
        let old: Vec<MessageId> = at.iter().filter_map(id).collect();
        let new = bodies(message, self.labels(), false);
        for (n, body) in new.iter().enumerate() {
            let done = match old.get(n) {
                Some(at) => self.change(place, channel, *at, body).await,
                None if old.is_empty() => Ok(()),
                None => {
                    let json = in_channel(body, parcel.id, parcel.written_at, n, place, None);
                    self.write(channel, &json, &[]).await.map(drop)
                }
            };
            done.map_err(wrong)?;
        }
        for surplus in old.iter().skip(new.len()) {
            self.delete(channel, *surplus).await.map_err(wrong)?;
        }
        Ok(at.to_vec())
    }

    /// Changes one message; a thread that sleeps is woken first.
    pub(super) async fn change(
        &self,
        place: Place,
        channel: ChannelId,
        at: MessageId,
        body: &Body,
    ) -> Result<(), Wrong> {
        let json = without_flags_json(as_edit(body));
        let mut done = self.rewrite(channel, at, &json, &body.files).await;
        if matches!(place, Place::Thread(_)) && done.as_ref().is_err_and(|wrong| wrong.is(&[ASLEEP])) {
            ask(self.http().edit_thread(channel, &json!({"archived": false}), None)).await?;
            done = self.rewrite(channel, at, &json, &body.files).await;
        }
        match done {
            // Somebody has deleted it: there is nothing to change.
            Err(wrong) if wrong.is(&[code::UNKNOWN_MESSAGE]) => Ok(()),
            Err(wrong) => {
                self.look_after(place, &wrong).await;
                Err(wrong)
            }
            Ok(()) => Ok(()),
        }
    }

    async fn delete(&self, channel: ChannelId, at: MessageId) -> Result<(), Wrong> {
        match ask(self.http().delete_message(channel, at, None)).await {
            // Gone already, or somebody else's words in a direct conversation: nothing to be done.
            Err(wrong) if !wrong.may_pass() => Ok(()),
            other => other,
        }
    }

    /// Deletes messages.
    async fn take_back(&self, place: Place, at: &[MessageRef]) -> Result<Receipt, Failure> {
        let wrong = |wrong: Wrong| Failure::from(SendError::from(wrong));
        let channel = self.channel(place).await.map_err(wrong)?;
        for message in at.iter().filter_map(id) {
            self.delete(channel, message).await.map_err(wrong)?;
        }
        Ok(Vec::new())
    }
}

/// Who sees a message, and whether its links unfold, is settled when it is written.
fn without_flags(body: &Body) -> serde_json::Value {
    without_flags_json(as_edit(body))
}

fn without_flags_json(mut json: serde_json::Value) -> serde_json::Value {
    if let Some(map) = json.as_object_mut() {
        map.remove("flags");
    }
    json
}
