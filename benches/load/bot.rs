//! A bot as a process of its own, started as its operator would, and what it takes of the machine.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::telegram::Server;

/// How long a bot may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a bot is started. It finds token, server and database in its environment.
pub struct Recipe {
    pub name: &'static str,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// The database; a new one for every start unless it is set.
    pub database: Option<PathBuf>,
}

impl Recipe {
    /// Digidel itself, with or without its embedding model.
    pub fn digidel(embedding: bool) -> Self {
        let without = (!embedding).then(|| "--no-embedding".to_owned());
        Self {
            name: if embedding { "Digidel, with embeddings" } else { "Digidel" },
            program: env!("CARGO_BIN_EXE_digidel").into(),
            arguments: without.into_iter().chain(["run".to_owned()]).collect(),
            database: None,
        }
    }

    /// A program, or a script that a program runs.
    pub fn new(name: &'static str, program: &Path, script: Option<&Path>) -> Self {
        let arguments = script.map(|script| script.display().to_string()).into_iter().collect();
        Self { name, program: program.to_owned(), arguments, database: None }
    }

    /// The same on a database that exists.
    pub fn on(mut self, database: &Path) -> Self {
        self.database = Some(database.to_owned());
        self
    }

    /// The same with a folder of facts.
    pub fn with_config(mut self, folder: &Path) -> Self {
        self.arguments.splice(0..0, ["--config".to_owned(), folder.display().to_string()]);
        self
    }

    /// Starts it and waits for its first poll.
    pub async fn start(&self, server: &Server) -> Bot {
        let folder = tempfile::tempdir().expect("a folder");
        let log = File::create(folder.path().join("log")).expect("a file");
        let begun = Instant::now();
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env("TOKEN", server.token())
            .env("API_URL", server.url())
            .env("DATABASE", folder.path().join("peer.db"))
            .env(
                "DIGIDEL__DATABASE",
                self.database.clone().unwrap_or_else(|| folder.path().join("digidel.db")),
            )
            .env("DIGIDEL__HTTP__LISTEN", "127.0.0.1:0")
            .env("DIGIDEL__TELEGRAM__TOKEN", server.token())
            .env("DIGIDEL__TELEGRAM__API_URL", server.url())
            // The residents here are few and tireless.
            .env("DIGIDEL__LIMITS__PERSON_BURST", "1000000")
            .env("DIGIDEL__LIMITS__ALL_PER_SECOND", "1000000")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.program.display()));
        let mut bot = Bot { child, folder, started_in: Duration::ZERO };
        while server.requests_of("getUpdates").is_empty() {
            assert!(begun.elapsed() < PATIENCE, "{} does not poll:\n{}", self.name, bot.log());
            if let Ok(Some(status)) = bot.child.try_wait() {
                panic!("{} ended with {status}:\n{}", self.name, bot.log());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bot.started_in = begun.elapsed();
        bot
    }
}

/// A running bot; it is killed when it is dropped.
pub struct Bot {
    child: Child,
    folder: tempfile::TempDir,
    /// From the start of the process to its first poll.
    pub started_in: Duration,
}

impl Bot {
    /// The processor time that it has used.
    pub fn processor(&self) -> Duration {
        processor(&self.child.id().to_string())
    }

    /// The memory that it holds now and the most that it ever held, in MiB.
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
            line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).expect("a number") / 1024
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time of a process, from a hundredth of a second on.
pub fn processor(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux");
    // The name of the program may hold spaces; behind it stand numbers only.
    let numbers = stat.rsplit(')').next().expect("numbers");
    let ticks =
        |n: usize| numbers.split_whitespace().nth(n).and_then(|t| t.parse::<u64>().ok()).expect("ticks");
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}
