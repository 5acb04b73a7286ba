//! `digidel check`: says what is wrong in the configuration, with file and line.

use std::process::ExitCode;

use digidel::facts::source::Source;
use digidel::facts::{Facts, Severity};

/// Checks every file. Exit code 3 if there are errors.
#[allow(clippy::print_stdout, reason = "a command prints")]
pub fn check(source: &Source) -> ExitCode {
    let (facts, mut problems) = Facts::load(source);
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for problem in &problems {
        let word = if problem.severity == Severity::Error { "error" } else { "warning" };
        println!("{word}: {problem}");
    }
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    println!(
        "{} articles, {} centres, {} municipalities: {errors} errors, {} warnings",
        facts.knowledge.articles().count(),
        facts.centres.shown().count(),
        facts.places.municipalities().count(),
        problems.len() - errors,
    );
    if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) }
}
