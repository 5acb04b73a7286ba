//! Waiting for what happens by itself: notices to staff, letters that come to an end.

use digidel::model::time::later;

use super::*;

impl Bridge {
    /// Waits until a notice of this kind lies before staff so many times.
    pub async fn staff_are_told(&self, kind: &str, times: usize) -> Tested {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            let notices = self.store.open_notices().await?;
            if notices.iter().filter(|(_, k, _)| k == kind).count() == times {
                return Ok(());
            }
            if tokio::time::Instant::now() > patience {
                return Err(Cannot(format!("staff have {notices:?}, not {times} of {kind}")).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the bot has heard a text in a thread, whatever it made of it.
    pub async fn has_heard(&self, thread: Id, message: Id) -> Tested {
        let patience = tokio::time::Instant::now() + PATIENCE;
        let (place, text) = (format!("t:{thread}"), message.to_string());
        loop {
            let followed = self.store.followed(Platform::Discord).await?;
            let heard = followed
                .iter()
                .any(|f| f.address.id() == place && f.after.as_ref().is_some_and(|after| after.0 >= text));
            if heard {
                return Ok(());
            }
            if tokio::time::Instant::now() > patience {
                return Err(Cannot(format!("{message} was never heard")).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until every letter that is due has come to an end, whatever was wrong with it.
    pub async fn quiet(&self) -> Tested {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            // First what waits, then what is under way: nothing slips between the two.
            let due = self.store.next_due().await?;
            let counts = self.store.letter_counts().await?;
            let any = |wanted: &str| counts.iter().any(|(state, _)| state == wanted);
            let soon = due.is_some_and(|due| due < later(self.clock(), 30));
            if !any("sending") && !any("retry") && !soon {
                return Ok(());
            }
            // What is tried again later is tried now.
            if !any("sending") && due.is_some_and(|due| due > self.clock()) {
                self.later(1);
            }
            if tokio::time::Instant::now() > patience {
                return Err(Cannot(format!("letters never came to an end: {counts:?}")).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
