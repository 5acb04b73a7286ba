//! What the program is made of: licences that may be passed on, nothing that is banned, one registry.
//!
//! The same lists as `deny.toml`, which `cargo deny check` reads together with the advisories; that
//! needs a tool and a database from the network, this needs neither.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        // What other systems need has not been downloaded here.
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// The system that this was built on, as the compiler names it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

fn deny() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    std::fs::read_to_string(path).expect("deny.toml").parse().expect("TOML")
}

/// Whether an SPDX expression can be met with what is allowed.
fn is_met(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    // Old crates write a slash for OR.
    let expression = expression.replace('/', " OR ");
    alternatives(&expression).any(|terms| {
        terms.split(" AND ").all(|term| {
            let term = term.trim().trim_matches(['(', ')']).trim();
            term.split(" OR ").any(|one| allowed.contains(one.trim().trim_matches(['(', ')'])))
        })
    })
}

/// The parts between ORs that stand outside brackets.
fn alternatives(expression: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let mut cuts = vec![0];
    for (at, c) in expression.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 && expression[at..].starts_with(" OR ") {
            cuts.push(at + 4);
        }
    }
    let ends: Vec<usize> = cuts.iter().skip(1).map(|cut| cut - 4).chain([expression.len()]).collect();
    cuts.into_iter().zip(ends).map(move |(from, to)| &expression[from..to])
}

#[test]
fn expressions_of_licences_are_read() {
    let allowed = BTreeSet::from(["MIT", "Apache-2.0", "Unicode-3.0"]);
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "MIT/Apache-2.0",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "GPL-3.0 OR (MIT AND Apache-2.0)",
    ] {
        assert!(is_met(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR (MIT AND AGPL-3.0)", ""] {
        assert!(!is_met(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_crate_may_be_passed_on_and_none_is_banned() {
    let (packages, deny) = (packages(), deny());
    assert!(packages.len() > 200, "the packages were found");
    let allowed = deny["licenses"]["allow"].as_array().expect("a list");
    let allowed: BTreeSet<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let (name, version) =
            (package["name"].as_str().expect("a name"), package["version"].as_str().expect("a version"));
        // It names a file, which holds the Apache License 2.0; it is used by tests alone.
        let otherwise = if name == "ical" { "Apache-2.0" } else { "" };
        let licence = package["license"].as_str().unwrap_or(otherwise);
        if !is_met(licence, &allowed) {
            wrong.push(format!("{name} {version} is under {licence:?}"));
        }
        if package["source"]
            .as_str()
            .is_some_and(|s| s != "registry+https://github.com/rust-lang/crates.io-index")
        {
            wrong.push(format!("{name} {version} comes from {}", package["source"]));
        }
    }
    let used = used_packages();
    for banned in deny["bans"]["deny"].as_array().expect("a list") {
        let name = banned["name"].as_str().expect("a name");
        // Bans with a version are left to cargo-deny, but for the two that matter here.
        let hit = |version: &str| match banned.get("version").and_then(toml::Value::as_str) {
            None => true,
            Some(">=0.13") => !version.starts_with("0.12.") && !version.starts_with("0.11."),
            Some("<0.9") => version.starts_with("0.8.") || version.starts_with("0.7."),
            Some(other) => panic!("teach this test the range {other}"),
        };
        for (_, version) in used.iter().filter(|(used, version)| used == name && hit(version)) {
            wrong.push(format!("{name} {version} is banned"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is built for this system, as the lock file alone names also what other systems need.
fn used_packages() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--edges",
            "normal,build,dev",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let pair = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
    };
    text.lines().filter_map(pair).collect()
}
