//! `digidel export` and `digidel erase` as an operator types them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::holding;

fn digidel(database: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_digidel"))
        .arg("--no-embedding")
        .args(arguments)
        .env("DIGIDEL__DATABASE", database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("typed");
    child.wait_with_output().expect("it ends")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_operator_hands_out_and_deletes_after_a_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("digidel.db");
    let path = database.to_str().expect("text");
    let talk = digidel(
        &database,
        &["chat", "--name", "rut", "--database", path],
        "papegojan Zebulon kan inte logga in\n",
    );
    assert!(talk.status.success(), "{}", said(&talk));
    let export = digidel(&database, &["export", "--person", "terminal:rut"], "");
    let json: serde_json::Value = serde_json::from_slice(&export.stdout).expect("JSON");
    let written: Vec<&str> =
        json["written"].as_array().expect("rows").iter().filter_map(|r| r["text"].as_str()).collect();
    assert_eq!(written, ["/start", "papegojan Zebulon kan inte logga in"]);
    let request = json["request"][0]["id"].as_i64().expect("a request");

    for (person, why) in [
        ("terminal:nobody", "nothing is kept"),
        ("zzzz", "no such request"),
        ("!", "is named by the number of a request"),
    ] {
        let wrong = digidel(&database, &["erase", "--yes", "--person", person], "");
        assert!(!wrong.status.success() && said(&wrong).contains(why), "{person}: {}", said(&wrong));
    }
    let hesitates = digidel(&database, &["erase", "--person", "terminal:rut"], "no\n");
    assert!(!hesitates.status.success() && said(&hesitates).contains("nothing was deleted"));
    assert!(!holding(folder.path(), "Zebulon").is_empty());

    // By the request's number, as it stands in the console.
    let number = digidel::model::id::RequestId::from_number(request).to_string();
    let sure = digidel(&database, &["erase", "--person", &number], "delete\n");
    assert!(sure.status.success(), "{}", said(&sure));
    assert_eq!(holding(folder.path(), "Zebulon"), [""; 0]);
    assert_eq!(holding(folder.path(), "terminal:rut"), [""; 0]);
}

#[test]
fn without_a_database_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = digidel(&folder.path().join("none.db"), &["export", "--person", "telegram:1"], "");
    assert!(!none.status.success() && said(&none).contains("there is no database"), "{}", said(&none));
    assert!(!folder.path().join("none.db").exists());
}
