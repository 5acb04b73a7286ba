//! `SECURITY.md`, `PRIVACY.md` and `docs/reliability.md` name tests: each of them exists.

use std::path::Path;

use regex::Regex;

fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    sources(&root.join("src"), &mut code);
    sources(&root.join("tests/it"), &mut code);
    let pattern = Regex::new(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`").expect("a pattern");
    for document in ["SECURITY.md", "PRIVACY.md", "docs/reliability.md"] {
        let text = std::fs::read_to_string(root.join(document)).expect(document);
        let names: Vec<&str> =
            pattern.captures_iter(&text).map(|c| c.get(1).expect("a group").as_str()).collect();
        assert!(names.len() >= 3, "{document} names tests: {names:?}");
        for name in names {
            assert!(code.contains(&format!("fn {name}(")), "{document} names {name}, which is no test");
        }
    }
}
