//! Counts what somebody has said, in teloxide's own dialogue over its own SQLite storage.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use teloxide::dispatching::dialogue::serializer::Json;
use teloxide::dispatching::dialogue::{ErasedStorage, SqliteStorage, Storage};
use teloxide::prelude::*;

#[derive(Clone, Default, Serialize, Deserialize)]
enum State {
    #[default]
    New,
    Talking {
        said: u64,
    },
}

type Talk = Dialogue<State, ErasedStorage<State>>;
type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

async fn answer(bot: Bot, talk: Talk, state: State, message: Message) -> Done {
    let Some(text) = message.text() else { return Ok(()) };
    let said = match state {
        State::New => 1,
        State::Talking { said } => said + 1,
    };
    // Kept before it is answered, so that an answer never runs ahead of the state.
    talk.update(State::Talking { said }).await?;
    bot.send_message(message.chat.id, format!("{said}: {text}")).await?;
    Ok(())
}

#[tokio::main]
async fn main() {
    let bot = Bot::new(std::env::var("TOKEN").expect("TOKEN"));
    let bot = bot.set_api_url(std::env::var("API_URL").expect("API_URL").parse().expect("a URL"));
    let file = std::env::var("DATABASE").expect("DATABASE");
    let storage: Arc<ErasedStorage<State>> = SqliteStorage::open(&file, Json).await.expect("a database").erase();
    let handler =
        Update::filter_message().enter_dialogue::<Message, ErasedStorage<State>, State>().endpoint(answer);
    Dispatcher::builder(bot, handler).dependencies(dptree::deps![storage]).build().dispatch().await;
}
