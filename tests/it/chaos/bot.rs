//! The real program, started and killed, and the local servers that it talks to.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::support::{discord, telegram};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with the database, a configuration that is loaded quickly, and two platforms.
pub struct Scene {
    pub folder: tempfile::TempDir,
    pub telegram: telegram::Server,
    pub discord: discord::Server,
}

/// The built-in configuration without most of its content: a start takes a tenth of the time.
static CONFIG: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in ["knowledge", "languages", "places"] {
        std::fs::create_dir(folder.path().join(part)).expect("a folder");
        for file in std::fs::read_dir(repository.join("config").join(part)).expect("the configuration") {
            let file = file.expect("an entry");
            let name = file.file_name().into_string().expect("a name");
            let kind = file.path().extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_owned();
            let content = match kind.as_str() {
                "csv" => {
                    let whole = std::fs::read_to_string(file.path()).expect("a table");
                    let kept =
                        whole.lines().enumerate().filter(|(n, line)| *n == 0 || line.contains("Motala"));
                    kept.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
                }
                "geojson" => r#"{"type":"FeatureCollection","features":[]}"#.to_owned(),
                "md" if name.starts_with("bankid") && name.contains(".sv") => {
                    std::fs::read_to_string(file.path()).expect("an article")
                }
                _ => String::new(),
            };
            std::fs::write(folder.path().join(part).join(name), content).expect("written");
        }
    }
    for name in ["rules.toml", "scam.toml", "none.txt"] {
        std::fs::write(folder.path().join(name), "").expect("written");
    }
    let centres = repository.join("tests/chats/config/centres.toml");
    std::fs::copy(centres, folder.path().join("centres.toml")).expect("copied");
    folder
});

impl Scene {
    pub async fn open() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            telegram: telegram::Server::start().await.with_patience(PATIENCE),
            discord: discord::Server::start().await.expect("two ports"),
        }
    }

    /// The folder of the database, and of nothing else.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("digidel.db")
    }

    /// What the program has said so far.
    pub fn said(&self) -> String {
        let mut said = String::new();
        if let Ok(mut file) = File::open(self.folder.path().join("said.txt")) {
            file.read_to_string(&mut said).expect("words");
        }
        said
    }

    /// A command of the program on this scene's database.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_digidel"));
        command.arg("--config").arg(CONFIG.path()).arg("--no-embedding");
        command.env("DIGIDEL__DATABASE", self.database());
        command.env("DIGIDEL__HTTP__LISTEN", "127.0.0.1:0").env("RUST_LOG", "info,serenity=off");
        command.stdin(Stdio::null());
        command
    }

    /// Starts the bot on both platforms.
    pub fn start(&self, shim: Option<&Shim>) -> Bot {
        std::fs::create_dir_all(self.data()).expect("a folder");
        let said = File::options().create(true).append(true).open(self.folder.path().join("said.txt"));
        let said = said.expect("a file");
        let mut command = self.command();
        // The people of these plays are many and quick.
        command
            .env("DIGIDEL__LIMITS__PERSON_BURST", "100000")
            .env("DIGIDEL__LIMITS__ALL_PER_SECOND", "100000");
        command.env("DIGIDEL__TELEGRAM__TOKEN", self.telegram.token());
        command.env("DIGIDEL__TELEGRAM__API_URL", self.telegram.url());
        command.env("DIGIDEL__TELEGRAM__POLL_SECONDS", "1");
        command.env("DIGIDEL__DISCORD__TOKEN", discord::TOKEN);
        command.env("DIGIDEL__DISCORD__API_URL", self.discord.url());
        if let Some(shim) = shim {
            shim.put_under(&mut command, &self.data());
        }
        command.arg("run").stdout(said.try_clone().expect("a file")).stderr(said);
        let polls = self.polls();
        Bot { child: command.spawn().expect("the program starts"), polls }
    }

    fn polls(&self) -> usize {
        self.telegram.requests_of("getUpdates").len()
    }

    /// Waits until the bot has polled and is connected.
    pub async fn ready(&self, bot: &mut Bot) {
        self.until("the bot is ready", async || {
            if let Ok(Some(status)) = bot.child.try_wait() {
                panic!("the bot ended with {status}:\n{}", self.said());
            }
            self.polls() > bot.polls && self.discord.look(|state| state.sessions.connected())
        })
        .await;
    }

    /// Waits for something to become true.
    pub async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let mut left = PATIENCE;
        while !look().await {
            assert!(!left.is_zero(), "not in time: {what}\n{}", self.last_words());
            let began = Instant::now();
            tokio::time::sleep(Duration::from_millis(20)).await;
            // While the machine or this process stood still, nobody could have done anything.
            left = left.saturating_sub(began.elapsed().min(Duration::from_secs(1)));
        }
    }

    pub fn last_words(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Kills the bot with SIGKILL.
    pub fn kill(&self, mut bot: Bot) {
        bot.end();
        // The dead cannot hold a connection.
        self.discord.drop_gateway();
        self.discord.forget_sessions();
    }
}

/// The running program. It is killed when it is dropped.
pub struct Bot {
    child: Child,
    polls: usize,
}

impl Bot {
    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it has ended by itself, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child")
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.end();
    }
}

/// The library of `shim.c`, with its record and its control.
pub struct Shim {
    folder: tempfile::TempDir,
}

/// What the disk does to whoever writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None = 0,
    Full = 1,
    ReadOnly = 2,
    Broken = 3,
}

impl Shim {
    pub fn build() -> Self {
        static LIBRARY: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/chaos/shim.c");
            let mut cc = Command::new("cc");
            cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("shim.so")).arg(source);
            let built =
                cc.args(["-ldl", "-lpthread"]).status().expect("a C compiler, as for the program itself");
            assert!(built.success());
            folder
        });
        let shim = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::copy(LIBRARY.path().join("shim.so"), shim.folder.path().join("shim.so")).expect("copied");
        std::fs::write(shim.folder.path().join("control"), [0; 16]).expect("written");
        shim
    }

    pub fn record(&self) -> PathBuf {
        self.folder.path().join("record")
    }

    fn put_under(&self, command: &mut Command, files: &Path) {
        command.env("LD_PRELOAD", self.folder.path().join("shim.so"));
        command.env("SHIM_CONTROL", self.folder.path().join("control"));
        command.env("SHIM_RECORD", self.record());
        command.env("SHIM_FILES", files);
    }

    fn control(&self, at: u64, bytes: &[u8]) {
        use std::os::unix::fs::FileExt;
        let file = File::options().write(true).open(self.folder.path().join("control")).expect("a file");
        file.write_all_at(bytes, at).expect("written");
    }

    /// From now on the disk is like this.
    pub fn trouble(&self, trouble: Trouble) {
        self.control(0, &(trouble as i32).to_le_bytes());
    }

    /// The n-th write, truncation or synchronisation from now on fails, once.
    pub fn break_once(&self, n: u32) {
        self.control(4, &n.to_le_bytes());
        self.control(0, &4_i32.to_le_bytes());
    }

    /// Sets the clock of the process forward, or back.
    pub fn clock(&self, seconds: i64) {
        self.control(8, &seconds.to_le_bytes());
    }
}
