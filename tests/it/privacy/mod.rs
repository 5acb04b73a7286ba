//! One person's data: everything is shown, everything goes, and nothing is kept longer than promised.

mod commands;
mod everything;
mod logs;
mod retention;
mod telegram;

use std::path::Path;

/// Whether any file of a folder holds these bytes, and which.
pub fn holding(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
            found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    found
}
