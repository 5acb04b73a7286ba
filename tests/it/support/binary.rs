//! The real program, started as an operator starts it, on a Telegram server of ours and a folder of
//! its own. It is killed with the test.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::telegram::Server;

pub struct Binary {
    child: Child,
    folder: tempfile::TempDir,
    pub http: SocketAddr,
}

impl Binary {
    /// Starts `digidel`, which runs the bot, with further settings of the environment.
    pub async fn start(telegram: &Server, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let output = |name: &str| Stdio::from(File::create(folder.path().join(name)).expect("a file"));
        let child = Command::new(env!("CARGO_BIN_EXE_digidel"))
            .arg("--no-embedding")
            .env_clear()
            .env("DIGIDEL__DATABASE", folder.path().join("digidel.db"))
            .env("DIGIDEL__HTTP__LISTEN", port.to_string())
            .env("DIGIDEL__TELEGRAM__TOKEN", telegram.token())
            .env("DIGIDEL__TELEGRAM__API_URL", telegram.url())
            .env("DIGIDEL__TELEGRAM__POLL_SECONDS", "1")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output("stdout.log"))
            .stderr(output("stderr.log"))
            .spawn()
            .expect("the program starts");
        let binary = Self { child, folder, http: port };
        binary.until("it answers", || binary.healthy()).await;
        binary
    }

    fn healthy(&self) -> bool {
        std::net::TcpStream::connect_timeout(&self.http, Duration::from_millis(200)).is_ok()
    }

    /// Waits for something.
    pub async fn until(&self, what: &str, mut look: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !look() {
            assert!(Instant::now() < deadline, "not in time: {what}\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    /// Everything that the program has written so far.
    pub fn output(&self) -> String {
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        let (out, err) = (read("stdout.log"), read("stderr.log"));
        format!("{}{}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err))
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(self.url(path)).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    /// The memory that the program occupies, in bytes.
    pub fn memory(&self) -> u64 {
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).expect("statm");
        pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number") * 4_096
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
