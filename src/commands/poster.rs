//! `digidel poster`: a page to print, with a QR code that opens the bot at a centre.

use std::io::Write;

use anyhow::{Context, bail, ensure};
use clap::Args;
use digidel::engine::say;
use digidel::facts::source::Source;
use digidel::model::id::CentreId;
use digidel::model::lang::Lang;
use digidel::poster::{self, Poster};

/// Which poster.
#[derive(Args)]
pub struct Command {
    /// The centre's identifier, as in centres.toml
    centre: CentreId,
    /// The bot's name on Telegram, with or without the @
    #[arg(long, value_name = "NAME", env = "DIGIDEL_TELEGRAM_BOT")]
    bot: String,
    /// The language of the poster: sv, sv-easy or en
    #[arg(long, default_value = "sv")]
    lang: Lang,
}

/// Writes the poster as SVG to standard output.
pub fn poster(command: &Command, source: &Source) -> anyhow::Result<()> {
    let facts = super::load(source);
    let Some(centre) = facts.centres.get(&command.centre) else {
        let known: Vec<&str> = facts.centres.shown().map(|c| c.id.as_str()).collect();
        bail!("there is no centre \"{}\"; there are: {}", command.centre, known.join(", "));
    };
    let bot = command.bot.trim_start_matches('@');
    let fits = (5..=32).contains(&bot.len()) && bot.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    ensure!(fits, "\"{bot}\" is no name of a bot: 5 to 32 of A-Z a-z 0-9 _");
    ensure!(Lang::OFFERED.contains(&command.lang), "there is no poster in {}", command.lang);
    let lang = command.lang;
    let (title, scan, what, free) =
        (say::poster_title(lang), say::poster_scan(lang), say::poster_do(lang), say::poster_free(lang));
    let page = poster::svg(&Poster {
        lang: lang.code().split_once('-').map_or(lang.code(), |(language, _)| language),
        title: &title,
        centre: &centre.name,
        lines: [&scan, &what, &free],
        link: &format!("https://t.me/{bot}?start={}", centre.id),
    });
    let page = page.context("the link is too long for a QR code")?;
    std::io::stdout().lock().write_all(page.as_bytes())?;
    Ok(())
}
