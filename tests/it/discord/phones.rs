//! Residents' telephones: a platform whose screens a test reads, and which can refuse.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use digidel::model::chat::{Address, MessageRef};
use digidel::model::message::{Choice, Content, Message};
use digidel::outbox::{Deliver, Failure, Parcel, Receipt, SendError};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

/// One thing that stands on a resident's screen.
#[derive(Clone, Debug)]
pub struct Shown {
    pub letter: String,
    pub text: String,
    pub choices: Vec<Choice>,
    pub gone: bool,
}

/// What stands on the screen of each, and since when.
#[derive(Clone, Default)]
pub struct Phones {
    pub screens: Arc<Mutex<Vec<(Address, Shown, tokio::time::Instant)>>>,
    pub changed: Arc<Notify>,
    refused: Arc<Mutex<HashMap<Address, SendError>>>,
}

impl Phones {
    /// Refuses whatever comes for somebody, or takes it again.
    pub fn refuse(&self, who: &Address, error: Option<SendError>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) => drop(refused.insert(who.clone(), error)),
            None => drop(refused.remove(who)),
        }
    }

    pub fn with<T>(&self, see: impl FnOnce(&mut Vec<(Address, Shown, tokio::time::Instant)>) -> T) -> T {
        let seen = see(&mut self.screens.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_waiters();
        seen
    }

    fn put(&self, parcel: &Parcel, message: &Message) {
        let letter = parcel.id.to_string();
        let shown = Shown {
            letter: letter.clone(),
            text: message.text.plain(),
            choices: message.ask.choices().to_vec(),
            gone: false,
        };
        self.with(|screens| {
            // A letter that is delivered twice is the same message: the terminal tells by its number.
            if !screens.iter().any(|(_, s, _)| s.letter == letter) {
                screens.push((parcel.to.clone(), shown, tokio::time::Instant::now()));
            }
        });
    }

    fn change(&self, at: &[MessageRef], change: impl Fn(&mut Shown)) {
        self.with(|screens| {
            for (_, shown, _) in screens.iter_mut().filter(|(_, s, _)| at.iter().any(|m| m.0 == s.letter)) {
                change(shown);
            }
        });
    }
}

impl Deliver for Phones {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(&parcel.to).cloned();
        if let Some(error) = refused {
            return Box::pin(async move { Err(error.into()) });
        }
        match &parcel.content {
            Content::Message(message) => self.put(parcel, message),
            Content::Edit { at, message, .. } => self.change(at, |shown| shown.text = message.text.plain()),
            Content::Withdraw { at, .. } => self.change(at, |shown| shown.gone = true),
            _ => {}
        }
        Box::pin(async { Ok(vec![MessageRef(parcel.id.to_string())]) })
    }

    fn repeats_safely(&self) -> bool {
        // Where the answers are lost it is a platform that cannot tell, as Telegram.
        !self
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .any(|e| *e == SendError::Unknown)
    }
}
