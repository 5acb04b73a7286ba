//! The commands as a script uses them.

use std::process::{Command, Stdio};

#[test]
fn whoever_stops_reading_ends_a_command_in_peace() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_digidel"))
        .args(["--no-embedding", "check"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    // As `| head` does after its last line.
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.is_empty(), "{}: {said}", ended.status);
}
