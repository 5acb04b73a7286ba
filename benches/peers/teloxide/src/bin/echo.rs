//! Says back what it hears and keeps nothing: the most that this library can do.

use teloxide::prelude::*;

#[tokio::main]
async fn main() {
    let bot = Bot::new(std::env::var("TOKEN").expect("TOKEN"));
    let bot = bot.set_api_url(std::env::var("API_URL").expect("API_URL").parse().expect("a URL"));
    teloxide::repl(bot, async |bot: Bot, message: Message| {
        if let Some(text) = message.text() {
            bot.send_message(message.chat.id, text).await?;
        }
        Ok(())
    })
    .await;
}
