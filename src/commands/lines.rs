//! Input for commands that answer one line at a time: arguments, or standard input.

use std::io::{BufRead, BufReader, stdin};

use clap::Args;

/// One text per argument or line of standard input.
#[derive(Args)]
pub struct Lines {
    /// The texts; without any, lines are read from standard input
    texts: Vec<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl Lines {
    /// Hands over each text, in order, until one fails.
    ///
    /// # Errors
    /// What `each` returns, or what standard input says.
    pub fn each(&self, mut each: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.texts.is_empty() {
            for line in BufReader::new(stdin()).lines() {
                each(&line?)?;
            }
            return Ok(());
        }
        self.texts.iter().try_for_each(|text| each(text))
    }
}
