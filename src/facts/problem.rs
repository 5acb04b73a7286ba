//! What is wrong in a file that an operator wrote, with the place and the way out.
//!
//! Does not print or decide: `check` prints, and loading goes on with what is good.

use std::fmt;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the bot runs as it should.
    Warning,
    /// Something is left out or wrong until it is mended.
    Error,
}

/// One problem in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the configuration folder.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<u32>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Problem {
    /// A problem that leaves something out.
    pub fn error(file: &str, line: impl Into<Option<u32>>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: line.into(), severity: Severity::Error, message: message.into() }
    }

    /// A problem that is worth knowing.
    pub fn warning(file: &str, line: impl Into<Option<u32>>, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: line.into(),
            severity: Severity::Warning,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
