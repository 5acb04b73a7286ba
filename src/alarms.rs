//! Brings the notes of the bot to itself back as events when they come due.
//!
//! A carrier of the outbox whose recipient is the application. Decides nothing.

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::model::chat::{Chat, Hints, Role};
use crate::model::event::{Incoming, Input};
use crate::model::message::Content;
use crate::outbox::{Deliver, Failure, Parcel, Receipt, SendError};

/// Where alarms are delivered.
pub struct AlarmClock(pub App);

impl Deliver for AlarmClock {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let Content::Alarm(alarm) = &parcel.content else { return Ok(Vec::new()) };
            let incoming = Incoming {
                key: format!("alarm:{}", parcel.id),
                chat: Chat::private(parcel.to.clone()),
                role: Role::Clock,
                input: Input::Alarm(alarm.clone()),
                hints: Hints::default(),
                reply: None,
                message: None,
            };
            match self.0.handle(incoming).await {
                Ok(_) => Ok(Vec::new()),
                Err(error) => Err(SendError::Retry { after: None, why: error.to_string() }.into()),
            }
        })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}
