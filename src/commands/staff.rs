//! `digidel staff`: accounts of the console from the command line, for the first one and for a lost key.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use digidel::console::first;
use digidel::http::Site;
use digidel::model::id::CentreId;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Settings;
use digidel::store::{Store, StoreError};

/// Accounts of the console.
#[derive(Args)]
pub struct Staff {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Add an account and print its one-time link
    Add {
        /// The user name: 2–40 of a–z, 0–9, dot, hyphen
        login: String,
        /// The name that residents see
        #[arg(long)]
        name: String,
        /// administrator, staff or reader
        #[arg(long, default_value = "staff")]
        role: String,
        /// A centre that the account is for; may be repeated; none means all
        #[arg(long)]
        centre: Vec<String>,
    },
    /// Print a new one-time link and take the second factor away
    Reset {
        /// The user name
        login: String,
    },
    /// List the accounts
    List,
}

/// Does it.
pub fn staff(staff: &Staff, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    if let Some(folder) = settings.database.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(&staff.deed, &settings))
}

async fn run(deed: &Deed, settings: &Settings) -> anyhow::Result<()> {
    let store = Store::open(&settings.database)
        .await
        .with_context(|| format!("the database {} cannot be opened", settings.database.display()))?;
    let site = Site::new(&settings.http, store.clone());
    let now = super::computer_clock()();
    let mut out = std::io::stdout();
    match deed {
        Deed::Add { login, name, role, centre } => {
            let role = AccountRole::from_word(role).context("the role is administrator, staff or reader")?;
            let centres: Result<Vec<CentreId>, _> = centre.iter().map(|c| c.parse()).collect();
            let centres = centres.context("a centre is named by its id, e.g. motala")?;
            match first::invite_new(&store, &site.public_url, login, name, role, &centres, now).await {
                Ok(link) => writeln!(out, "{link}")?,
                Err(StoreError::Taken) => bail!("the user name {login} is taken or has the wrong form"),
                Err(error) => return Err(error.into()),
            }
        }
        Deed::Reset { login } => {
            let accounts = store.accounts().await?;
            let account = accounts.iter().find(|a| a.login == *login).context("there is no such account")?;
            writeln!(out, "{}", first::reset(&store, &site.public_url, account, now).await?)?;
        }
        Deed::List => {
            for a in store.accounts().await? {
                let state = match (a.disabled, a.has_password) {
                    (true, _) => "closed",
                    (_, false) => "invited",
                    _ => "open",
                };
                writeln!(out, "{}\t{}\t{}\t{state}", a.login, a.role.word(), a.name)?;
            }
        }
    }
    store.close().await;
    Ok(())
}
