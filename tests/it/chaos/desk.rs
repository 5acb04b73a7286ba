//! Cases: a resident on Telegram asks for a person, a volunteer on Discord takes the request, both
//! write, the volunteer ends it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use digidel::model::id::Fresh;
use serde_json::json;

use super::bot::Scene;
use super::evidence::{Journal, Relayed};
use super::people::{GoingOn, draw, pause};
use crate::support::discord::{Cannot, Id, Person, Server, permissions};
use crate::support::telegram::User;

pub type Tried<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A press that nobody answered is tried again after so long: Discord tells people after three seconds
/// that the bot did not respond.
const AGAIN: Duration = Duration::from_secs(4);

/// The desk in a guild, and who sits there.
#[derive(Clone)]
pub struct Desk {
    pub server: Server,
    pub forum: Id,
    pub volunteers: Vec<Person>,
}

impl Desk {
    /// Sets it up; the bot must run.
    pub async fn set_up(scene: &Scene) -> Tried<Self> {
        let server = scene.discord.clone();
        let guild = server.guild("Digidel");
        let forum = server.forum(guild, "ärenden", &["Väntar", "Taget", "Klart", "Personal", "svenska"]);
        let role = server.role(guild, "volontär", 0);
        let admin = server.role(guild, "styr", permissions::ADMINISTRATOR);
        let owner = server.person("Ägaren");
        owner.join(guild, &[admin]);
        let volunteers = vec![server.person("Anna Andersson"), server.person("Bo Berg")];
        for volunteer in &volunteers {
            volunteer.join(guild, &[role]);
        }
        let hall = server.text_channel(guild, "hallen");
        server.until("the commands are known", |state| (!state.commands.is_empty()).then_some(())).await?;
        let options = [("channel", json!(forum.to_string())), ("role", json!(role.to_string()))];
        owner.slash(hall, "desk setup", &options)?.message().await?;
        for (volunteer, alias) in volunteers.iter().zip(["Humlan", "Biet"]) {
            volunteer.slash(hall, "desk alias", &[("name", json!(alias))])?.message().await?;
        }
        Ok(Self { server, forum, volunteers })
    }

    /// The post that a text stands in.
    async fn post_with(&self, text: &str) -> Tried<Id> {
        let forum = self.forum;
        let found = self.server.until("the case is at the desk", |state| {
            let threads = state.channels.values().filter(|c| c.parent == Some(forum));
            let stands = |c: &&crate::support::discord::state::Channel| {
                c.messages.values().any(|m| {
                    m.content.contains(text) || m.embeds.iter().any(|e| e.to_string().contains(text))
                })
            };
            threads.filter(stands).map(|c| c.id).next()
        });
        Ok(found.await?)
    }

    /// Presses until it shows.
    async fn press(&self, who: &Person, post: Id, button: &str, shows: &str) -> Tried<()> {
        for _ in 0..30 {
            // Between two states of the post the button may be missing for a moment.
            let _ = who.press(post, button);
            let seen = self.server.until_seen(post, shows);
            if tokio::time::timeout(AGAIN, seen).await.is_ok_and(|seen| seen.is_ok()) {
                return Ok(());
            }
        }
        let screen: Vec<String> = who.screen(post).iter().map(ToString::to_string).collect();
        Err(Cannot(format!("pressing [{button}] thirty times never led to `{shows}`\n{}", screen.join("\n")))
            .into())
    }
}

/// Cases, one after the other.
pub async fn cases(user: User, desk: Desk, journal: Journal, seed: u64, going_on: GoingOn) -> Tried<()> {
    let mut fresh = Fresh::new(seed);
    while !going_on.ended() {
        case(&user, &desk, &journal, &mut fresh).await?;
        pause(&mut fresh, 100).await;
    }
    Ok(())
}

/// A word that stands in no other text, and looks like no code or number.
fn word(what: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let mut number = COUNT.fetch_add(1, Ordering::SeqCst);
    let mut word = String::new();
    for _ in 0..5 {
        word.push(['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'r', 't'][number % 10]);
        word.push('a');
        number /= 10;
    }
    format!("{what}{word}")
}

/// One case. Everything that is said is in the journal before it is said.
pub async fn case(user: &User, desk: &Desk, journal: &Journal, fresh: &mut Fresh) -> Tried<()> {
    let matter = word("skrivare");
    user.answer_to(&user.say("/person")).await?;
    let told = user.say(&format!("Hur startar jag {matter}"));
    user.answer_to(&told).await?;
    // An older offer may still be on the screen.
    let offer = user.wait("the question can be sent", |screen| {
        let newest = screen.of_bot().rfind(|b| b.button("Ja, skicka frågan").is_some())?;
        (newest.id > told.message).then_some(newest.id)
    });
    user.tap_on(offer.await?, "Ja, skicka frågan")?;
    let post = desk.post_with(&matter).await?;
    let volunteer = draw(fresh, &desk.volunteers).clone();
    desk.press(&volunteer, post, "Ta ärendet", "har tagit ärendet. Det").await?;
    user.wait("a person answers", |screen| {
        screen.of_bot().any(|b| b.id > told.message && b.text.contains("svarar dig här nu")).then_some(())
    })
    .await?;

    let note = |by_resident, word: &str| {
        let word = word.to_owned();
        journal.note(Relayed { chat: user.id(), thread: post, by_resident, word });
    };
    let (mut hers, mut his) = (Fresh::new(fresh.bits()), Fresh::new(fresh.bits()));
    let resident = async {
        let mut last = String::new();
        for _ in 0..=hers.bits() % 4 {
            last = word("svar");
            note(true, &last);
            user.say(&last);
            pause(&mut hers, 150).await;
        }
        desk.server.until_seen(post, &last).await.map(drop)
    };
    let at_the_desk = async {
        let mut last = String::new();
        for _ in 0..=his.bits() % 4 {
            last = word("ord");
            note(false, &last);
            volunteer.say(post, &last)?;
            pause(&mut his, 150).await;
        }
        Ok::<String, Cannot>(last)
    };
    let (read, last) = tokio::join!(resident, at_the_desk);
    read?;
    user.sees(&last?).await?;
    desk.press(&volunteer, post, "Avsluta ärendet", "har avslutat ärendet").await?;
    user.wait("the case has ended", |screen| {
        screen.of_bot().any(|b| b.id > told.message && b.text.contains("har avslutat samtalet")).then_some(())
    })
    .await?;
    Ok(())
}
