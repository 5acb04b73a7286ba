//! What `digidel run --demo` needs around it: a folder that is thrown away, and a login.
//!
//! Never opens the operator's database, and never speaks to a platform, whatever the settings say.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use digidel::console::first;
use digidel::demo::{self, Extent, LOGIN};
use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::http::Site;
use digidel::model::staff_account::AccountRole;
use digidel::settings::{Backup, Discord, Settings, Telegram};
use digidel::store::Store;

/// The alphabet of the passwords: nothing that is mistaken for something else.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How an evaluator gets in.
pub struct Login {
    password: String,
    link: String,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n  Everything in this database is invented.")?;
        writeln!(f, "  Sign in to the console as \"{LOGIN}\", password  {}", self.password)?;
        writeln!(f, "  (\"omar\" sees one centre only, \"lena\" only reads; the same password)")?;
        writeln!(
            f,
            "  An administrator, once (needs an app for one-time codes):\n              {}",
            self.link
        )
    }
}

/// The folder of a demo, deleted with it.
pub struct Demo {
    folder: PathBuf,
    /// The settings with the database of the demo, and without any platform.
    pub settings: Settings,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // What cannot be deleted lies in the folder for temporary files, and its name says what it is.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Demo {
    /// Makes the folder. Without a configuration of one's own, the centres are invented too.
    pub fn set_up(
        settings: Settings,
        source: &Source,
        own: Option<&Path>,
    ) -> anyhow::Result<(Self, Arc<Facts>)> {
        let name = format!("digidel-demo-{:016x}", getrandom::u64()?);
        let folder = std::env::temp_dir().join(name);
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let database = folder.join("digidel.db");
        let settings = Settings {
            database,
            // Nothing of it is worth keeping, least of all among the operator's own copies.
            backup: Backup::default(),
            telegram: Telegram::default(),
            discord: Discord::default(),
            ..settings
        };
        let demo = Self { folder, settings };
        let facts = if own.is_some() {
            super::load(source)
        } else {
            let now = super::computer_clock()();
            std::fs::write(demo.folder.join("centres.toml"), demo::centres(now))?;
            super::load(&source.clone().over(&demo.folder))
        };
        Ok((demo, Arc::new(facts)))
    }

    /// Makes the month up.
    pub async fn fill(&self, facts: &Arc<Facts>) -> anyhow::Result<Login> {
        eprintln!("Making up a month of requests and visits; this takes a moment.");
        let store = Store::open(&self.settings.database).await?;
        let now = super::computer_clock()();
        let password = password()?;
        demo::fill(&store, Arc::clone(facts), now, Extent::default(), &password).await?;
        let url = Site::new(&self.settings.http, store.clone()).public_url;
        let role = AccountRole::Administrator;
        let link = first::invite_new(&store, &url, "admin", "Administrator", role, &[], now).await?;
        store.close().await;
        Ok(Login { password, link })
    }
}

/// Twenty letters from the operating system, in groups that one can read.
fn password() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes)?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups: Vec<String> = bytes.chunks(5).map(|group| group.iter().map(letter).collect()).collect();
    Ok(groups.join("-"))
}
