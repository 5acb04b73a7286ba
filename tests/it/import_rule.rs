//! Who may import whom: reads the `use` lines of `src`.

use std::path::{Path, PathBuf};

use regex::Regex;

/// Each module and the modules of ours that it may name. `main` and `commands` may name all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &["model"]),
    ("facts", &["model", "facts"]),
    ("engine", &["model", "facts", "engine"]),
    ("store", &["model", "facts", "engine", "store"]),
    ("gate", &["model", "gate"]),
    ("app", &["model", "facts", "engine", "store", "gate", "app"]),
    ("watch", &["model", "watch"]),
    ("outbox", &["model", "store", "watch", "outbox"]),
    ("settings", &["model", "gate", "settings"]),
    ("tidy", &["model", "store", "app", "watch", "tidy"]),
    ("alarms", &["model", "app", "outbox", "alarms"]),
    ("demo", &["model", "facts", "store", "app", "outbox", "alarms", "console", "demo"]),
    ("adapters", &["model", "app", "outbox", "settings", "adapters"]),
    ("console", &["model", "facts", "engine", "store", "app", "settings", "console"]),
];

/// Crates that belong to one folder each.
const CRATES: &[(&str, &str)] =
    &[("sqlx", "store"), ("teloxide", "adapters/telegram"), ("serenity", "adapters/discord")];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The source without its comments and test modules, which may name what they like.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_module_imports_only_what_stands_to_its_left() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let ours = Regex::new(r"\bcrate::(?:\{([^}]*)\}|(\w+))").expect("a pattern");
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&root).expect("in src").to_string_lossy().replace('\\', "/");
        let module = name.split(['/', '.']).next().unwrap_or_default();
        let text = code(file);
        for (krate, home) in CRATES {
            let named = Regex::new(&format!(r"\b{krate}::")).expect("a pattern").is_match(&text);
            if named && !name.starts_with(home) {
                wrong.push(format!("{name} names {krate}, which belongs to {home}"));
            }
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(m, _)| *m == module) else { continue };
        for import in ours.captures_iter(&text) {
            let names = import.get(1).or_else(|| import.get(2)).map_or("", |m| m.as_str());
            for used in names.split(',').map(|n| n.trim().split("::").next().unwrap_or_default()) {
                let is_module = ALLOWED.iter().any(|(m, _)| *m == used);
                if is_module && !allowed.contains(&used) {
                    wrong.push(format!("{name} imports {used}"));
                }
            }
        }
    }
    assert!(files.len() > 40, "the sources were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The engine is pure: none of the words by which a clock, a database, randomness or a thread
/// would come in.
#[test]
fn the_engine_is_pure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root.join("engine"), &mut files);
    sources(&root.join("model"), &mut files);
    let impure =
        Regex::new(r"\basync\b|\.await\b|\btokio::|\bgetrandom\b|::now\(\)|\bstd::(fs|net|thread|process)\b")
            .expect("a pattern");
    for file in files {
        let text = code(&file);
        let found = impure.find(&text).map(|m| m.as_str());
        assert_eq!(found, None, "{}", file.display());
    }
}
