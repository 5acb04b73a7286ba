//! `digidel chat`: the bot in the terminal.
//!
//! With a keyboard it has a prompt and a history of lines; when piped it reads plain lines and prints
//! what the bot says, so that a script can talk to it.

use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use digidel::adapters::terminal::{self, Terminal};
use digidel::alarms::AlarmClock;
use digidel::app::App;
use digidel::facts::source::Source;
use digidel::model::chat::{Address, Chat as ChatModel, Hints, Platform, Role};
use digidel::model::event::Incoming;
use digidel::model::lang::Lang;
use digidel::outbox::Outbox;
use digidel::store::Store;
use tokio::sync::Notify;

/// The options of the terminal chat.
#[derive(Args)]
pub struct Chat {
    /// Keep the conversation in this database; without it, it is gone when you leave
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Whose conversation it is, for trying several people on one database
    #[arg(long, default_value = "me")]
    name: String,
    /// The language of the "app", as a platform would tell it
    #[arg(long, default_value = "sv")]
    lang: String,
}

struct Talk {
    app: App,
    outbox: Arc<Outbox>,
    terminal: Terminal,
    address: Address,
    lang: Option<Lang>,
    session: u64,
    lines: u64,
}

/// Talks until the input ends or the person leaves.
pub fn chat(options: &Chat, source: &Source) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(talk(options, source))
}

async fn talk(options: &Chat, source: &Source) -> anyhow::Result<()> {
    let store = match &options.database {
        Some(path) => Store::open(path).await,
        None => Store::in_memory().await,
    }
    .context("the conversation cannot be kept")?;
    let clock = super::computer_clock();
    let seed = super::system_seed();
    let bell = Arc::new(Notify::new());
    let app =
        App::start(Arc::new(super::load(source)), store.clone(), clock.clone(), seed.clone(), bell.clone());
    let terminal = Terminal::default();
    let alarms = Arc::new(AlarmClock(app.clone()));
    let outbox = Outbox::new(store, clock, bell, alarms).with(Platform::Terminal, Arc::new(terminal.clone()));
    let address = Address::new(Platform::Terminal, &options.name);
    let lang = Lang::from_hint(&options.lang);
    let mut talk = Talk { app, outbox: Arc::new(outbox), terminal, address, lang, session: seed(), lines: 0 };
    talk.outbox.recover().await?;
    talk.turn("/start").await?;
    if stdin().is_terminal() { talk.with_keyboard().await } else { talk.with_pipe().await }
}

impl Talk {
    async fn turn(&mut self, line: &str) -> anyhow::Result<()> {
        self.lines += 1;
        let incoming = Incoming {
            key: format!("terminal:{}:{}:{}", self.address.id(), self.session, self.lines),
            chat: ChatModel::private(self.address.clone()),
            role: Role::Resident,
            input: terminal::read(line, &self.terminal.choices()),
            hints: Hints { lang: self.lang },
            reply: None,
            message: None,
        };
        self.app.handle(incoming).await?;
        self.outbox.drain().await?;
        self.show()
    }

    fn show(&self) -> anyhow::Result<()> {
        let mut out = stdout().lock();
        for message in self.terminal.take() {
            writeln!(out, "{}\n", terminal::write(&message))?;
        }
        out.flush()?;
        Ok(())
    }

    async fn with_pipe(&mut self) -> anyhow::Result<()> {
        for line in stdin().lock().lines() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            self.turn(&line).await?;
        }
        Ok(())
    }

    async fn with_keyboard(&mut self) -> anyhow::Result<()> {
        let mut editor = rustyline::DefaultEditor::new()?;
        loop {
            // The editor blocks: the runtime's other threads go on meanwhile.
            let line = tokio::task::block_in_place(|| editor.readline("> "));
            match line {
                Ok(line) if line.trim().is_empty() => {
                    self.outbox.drain().await?;
                    self.show()?;
                }
                Ok(line) => {
                    editor.add_history_entry(&line)?;
                    self.turn(&line).await?;
                }
                Err(rustyline::error::ReadlineError::Eof | rustyline::error::ReadlineError::Interrupted) => {
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
