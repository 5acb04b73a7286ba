//! `digidel export` and `digidel erase`: one person's data, for somebody who asks an operator for it.
//!
//! A person is named by one of their requests or by their address; nothing else is known of anybody.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use digidel::app::App;
use digidel::facts::source::Source;
use digidel::model::chat::{Address, Role};
use digidel::model::id::RequestId;
use digidel::settings::Settings;
use digidel::store::Store;
use tokio::sync::Notify;

/// Which person.
#[derive(Args)]
pub struct Person {
    /// The number of one of the person's requests, or their address: telegram:3527065
    #[arg(long, value_name = "REQUEST|ADDRESS")]
    person: String,
}

/// Write everything that is kept about a person, as JSON.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    person: Person,
}

/// Delete everything about a person, as /forget does.
#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    person: Person,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

async fn open(folder: Option<&Path>) -> anyhow::Result<Store> {
    let settings = Settings::read(folder)?;
    let database = &settings.database;
    if !database.exists() {
        bail!("there is no database at {}; name it with DIGIDEL__DATABASE", database.display());
    }
    Store::open(database)
        .await
        .with_context(|| format!("the database {} cannot be opened", database.display()))
}

/// The person, if anything is kept about them.
async fn find(store: &Store, named: &str) -> anyhow::Result<Address> {
    let named = named.trim();
    let person = match named.parse::<Address>() {
        Ok(address) => Some(address),
        Err(_) => {
            let id: RequestId = named.parse().ok().context(
                "a person is named by the number of a request or by an address like telegram:3527065",
            )?;
            store.one_request(id).await?.map(|request| request.resident)
        }
    };
    let person = person.context("there is no such request; whoever made it may have been deleted")?;
    if store.kept(&person).await?.is_empty() {
        bail!("nothing is kept about this person");
    }
    Ok(person)
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(work)
}

/// Writes the export.
pub fn export(export: &Export, folder: Option<&Path>) -> anyhow::Result<()> {
    block_on(async {
        let store = open(folder).await?;
        let person = find(&store, &export.person.person).await?;
        let all = store.export(&person).await?;
        store.audit_once("operator", "exported", "a resident", super::computer_clock()(), 0).await?;
        store.close().await;
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&all)?)?;
        Ok(())
    })
}

/// Deletes a person; a bot that runs on the same database delivers what follows from it.
pub fn erase(erase: &Erase, source: &Source, folder: Option<&Path>) -> anyhow::Result<()> {
    block_on(async {
        let store = open(folder).await?;
        let person = find(&store, &erase.person.person).await?;
        let holding = store.holding(&person).await?;
        let mut out = std::io::stdout();
        writeln!(
            out,
            "Kept about this person: {} messages, {} letters, {} requests, {} visits.",
            holding.messages, holding.letters, holding.requests, holding.visits
        )?;
        if !erase.yes && !sure(&mut out)? {
            bail!("nothing was deleted");
        }
        let facts = Arc::new(super::load(source));
        let bell = Arc::new(Notify::new());
        let app = App::start(facts, store.clone(), super::computer_clock(), super::system_seed(), bell);
        app.erase(person.clone(), Role::Staff(OPERATOR)).await?;
        let left = store.holding(&person).await?;
        store.scrub().await?;
        store.close().await;
        writeln!(out, "Everything about this person is deleted.")?;
        if left.letters > 0 {
            writeln!(
                out,
                "Messages that the platform lets the bot delete are deleted as soon as the bot runs."
            )?;
        }
        Ok(())
    })
}

/// The number under which the audit names whoever runs commands: no account has it.
const OPERATOR: i64 = 0;

fn sure(out: &mut impl Write) -> anyhow::Result<bool> {
    write!(out, "This cannot be undone. Write \"delete\" to go on: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "delete")
}
