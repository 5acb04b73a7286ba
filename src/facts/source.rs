//! Where the facts' files are read from: an operator's folder laid over what is built in.
//!
//! Reads bytes and names; what they mean is for others.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "config/"]
struct BuiltIn;

/// The files of `config/`: those of a folder first, else the built-in ones.
#[derive(Clone, Debug, Default)]
pub struct Source {
    folder: Option<PathBuf>,
    lexical_only: bool,
}

impl Source {
    /// Only what is built into the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// A folder whose files take the place of the built-in ones of the same name.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self { folder: Some(path.to_owned()), lexical_only: false }
    }

    /// The same with this folder laid over the built-in files.
    #[must_use]
    pub fn over(self, path: &Path) -> Self {
        Self { folder: Some(path.to_owned()), ..self }
    }

    /// Without the embedding model: less memory, and questions are matched by letters and words alone.
    #[must_use]
    pub fn lexical_only(mut self) -> Self {
        self.lexical_only = true;
        self
    }

    /// Whether the model was left out on purpose.
    #[must_use]
    pub fn is_lexical_only(&self) -> bool {
        self.lexical_only
    }

    /// The contents of a file, named with `/` from the top of `config/`.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        if self.lexical_only && name.starts_with("embedding/e5") {
            return None;
        }
        let own = self.folder.as_ref().and_then(|folder| std::fs::read(folder.join(name)).ok());
        own.map(Cow::Owned).or_else(|| BuiltIn::get(name).map(|file| file.data))
    }

    /// The contents of a text file; bytes that are not UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_taken_away(&self, name: &str) -> bool {
        let own = self.folder.as_ref().map(|folder| folder.join(name));
        own.and_then(|own| std::fs::metadata(own).ok()).is_some_and(|own| own.is_file() && own.len() == 0)
    }

    /// The names of the files in a folder such as `knowledge/`, in order. An empty file in the
    /// operator's folder takes the built-in one of that name away.
    #[must_use]
    pub fn names(&self, under: &str) -> Vec<String> {
        let built_in = BuiltIn::iter().filter(|name| name.starts_with(under)).map(Cow::into_owned);
        let own =
            self.folder.iter().flat_map(|folder| std::fs::read_dir(folder.join(under)).into_iter().flatten());
        let own = own.flatten().filter_map(|entry| Some(format!("{under}{}", entry.file_name().to_str()?)));
        built_in
            .chain(own)
            .filter(|name| !name.ends_with(".gitkeep") && !self.is_taken_away(name))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_takes_a_built_in_article_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let all = Source::built_in().names("knowledge/");
        let (first, second) = (&all[0], &all[1]);
        std::fs::create_dir(folder.path().join("knowledge")).expect("a folder");
        std::fs::write(folder.path().join(first), "").expect("written");
        std::fs::write(folder.path().join(second), "mine").expect("written");
        let names = Source::folder(folder.path()).names("knowledge/");
        assert!(!names.contains(first) && names.contains(second));
        assert_eq!(names.len(), all.len() - 1);
    }
}
