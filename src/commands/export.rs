//! `digidel export-knowledge`: what staff wrote in the console, as files for git.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use digidel::facts::knowledge::overlay;
use digidel::settings::Settings;
use digidel::store::Store;

/// Where to.
#[derive(Args)]
pub struct Export {
    /// The folder that gets `knowledge/<article>.<language>.md` for every article that staff have changed
    folder: PathBuf,
}

/// Writes the files. Once they are in the configuration folder, `digidel eval --train` can learn them.
pub fn export(export: &Export, config: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let revisions = runtime.block_on(async {
        let store = Store::open(&settings.database).await;
        let store = store
            .with_context(|| format!("the database {} cannot be opened", settings.database.display()))?;
        let revisions = store.revisions_under(overlay::SUBJECT).await?;
        store.close().await;
        anyhow::Ok(revisions)
    })?;
    let mut out = std::io::stdout().lock();
    for revision in revisions.iter().filter(|r| !r.content.is_empty()) {
        // What the bot itself leaves out would only be an error of the configuration.
        if let Err(problem) = overlay::readable(&revision.subject, &revision.content) {
            eprintln!("digidel: left out: {problem}");
            continue;
        }
        let file = export.folder.join(&revision.subject);
        let folder = file.parent().unwrap_or(&export.folder);
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        std::fs::write(&file, &revision.content)
            .with_context(|| format!("{} cannot be written", file.display()))?;
        writeln!(out, "{}", file.display())?;
    }
    Ok(())
}
