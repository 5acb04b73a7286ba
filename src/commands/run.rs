//! `digidel run`: every adapter that is configured, the outbox, and a clean end.

use std::path::Path;

use digidel::app::App;
use digidel::facts::source::Source;
use digidel::model::chat::{Chat, Hints, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::message::Content;
use digidel::outbox::{Deliver, Failure, Parcel, Receipt, SendError};
use digidel::settings::Settings;
use futures_util::future::BoxFuture;

/// Brings notes of the bot to itself back as events.
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

/// Runs until it is told to stop.
pub fn run(_source: &Source, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    anyhow::bail!("no platform is configured yet (database: {})", settings.database.display())
}
