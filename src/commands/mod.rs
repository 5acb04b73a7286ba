//! The commands of the program, and what they share: facts, clock, randomness, exit codes.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the configuration has errors.

mod ask;
mod backup;
mod chat;
mod check;
mod demo;
mod eval;
mod export;
mod lines;
mod log;
mod nearest;
mod person;
mod poster;
mod run;
mod staff;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use digidel::app::Seed;
use digidel::facts::source::Source;
use digidel::facts::{Facts, Problem, Severity};
use digidel::model::time::{Clock, Timestamp};

/// The bot in front of Sweden's DigidelCenters: it answers digital questions, finds the nearest
/// centre, books a visit, and hands over to a person.
#[derive(Parser)]
#[command(version, about, after_help = "Try it at once, without any set-up:  digidel chat")]
struct Cli {
    /// A folder whose files take the place of the built-in ones (see config/ in the repository)
    #[arg(long, global = true, env = "DIGIDEL_CONFIG", value_name = "FOLDER")]
    config: Option<PathBuf>,
    /// Match questions by letters and words alone: less memory, weaker answers
    #[arg(long, global = true, env = "DIGIDEL_NO_EMBEDDING")]
    no_embedding: bool,
    /// What to do; without a word the bot runs
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the bot on every platform that is configured; the same as no command at all
    Run(run::Run),
    /// Talk to the bot here, in the terminal; reads plain lines when piped
    Chat(chat::Chat),
    /// Accounts of the console: add, reset, list
    Staff(staff::Staff),
    /// Write everything that is kept about one person, as JSON
    Export(person::Export),
    /// Delete everything about one person, as /forget does; asks first
    Erase(person::Erase),
    /// Check every file of the configuration; exit code 3 if something is wrong
    Check,
    /// Find the nearest centres to a place; one place a line, as arguments or on standard input
    Nearest(lines::Lines),
    /// Measure the search on labelled questions, or train it anew
    Eval(eval::Eval),
    /// Write the articles that staff have changed in the console to files, for git
    ExportKnowledge(export::Export),
    /// Copy the database to a file, while the bot runs or not; the copy is checked
    Backup(backup::Backup),
    /// Put a backup in the place of the database; the bot must not run, and the old one is kept beside
    Restore(backup::Restore),
    /// Write a poster for a centre's wall, with a QR code that opens the bot there, as SVG
    Poster(poster::Command),
    /// Find the article for a question; one question a line, as arguments or on standard input
    Ask(lines::Lines),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let source = cli.config.as_deref().map_or_else(Source::built_in, Source::folder);
    let source = if cli.no_embedding { source.lexical_only() } else { source };
    let command = cli.command.unwrap_or_else(|| Command::Run(run::Run::of_environment()));
    let result = match command {
        Command::Check => return check::check(&source).unwrap_or_else(|error| failed(&error)),
        Command::Run(options) => run::run(&options, &source, cli.config.as_deref()),
        Command::Backup(backup) => backup::backup(&backup, cli.config.as_deref()),
        Command::Restore(restore) => backup::restore(&restore, cli.config.as_deref()),
        Command::Staff(staff) => staff::staff(&staff, cli.config.as_deref()),
        Command::Export(export) => person::export(&export, cli.config.as_deref()),
        Command::Erase(erase) => person::erase(&erase, &source, cli.config.as_deref()),
        Command::Chat(chat) => chat::chat(&chat, &source),
        Command::Nearest(lines) => nearest::nearest(&lines, &source),
        Command::Eval(eval) => eval::eval(&eval, &source),
        Command::ExportKnowledge(export) => export::export(&export, cli.config.as_deref()),
        Command::Ask(lines) => ask::ask(&lines, &source),
        Command::Poster(command) => poster::poster(&command, &source),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Says why, unless nobody reads on: `digidel … | head` is no failure.
fn failed(error: &anyhow::Error) -> ExitCode {
    let pipe = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    if pipe == Some(std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("digidel: {error:#}");
    ExitCode::FAILURE
}

/// Loads the facts and tells the operator what is wrong in them.
fn load(source: &Source) -> Facts {
    let (facts, problems) = Facts::load_quickly(source, |problems| tell(&problems));
    tell(&problems);
    facts
}

fn tell(problems: &[Problem]) {
    let errors: Vec<&Problem> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
    for problem in &errors {
        eprintln!("digidel: {problem}");
    }
    if !errors.is_empty() {
        eprintln!("digidel: {} errors in the configuration; \"digidel check\" tells more", errors.len());
    }
}

/// The clock of the computer: the only one in the program.
#[allow(clippy::disallowed_methods, reason = "the one place where the present enters")]
fn computer_clock() -> Clock {
    Arc::new(Timestamp::now)
}

/// Randomness from the operating system.
fn system_seed() -> Seed {
    // Without randomness codes could be guessed: better to stop than to go on.
    Arc::new(|| getrandom::u64().unwrap_or_else(|_| std::process::abort()))
}
