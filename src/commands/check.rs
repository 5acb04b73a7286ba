//! `digidel check`: says what is wrong in the configuration, with file and line.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use digidel::facts::knowledge::{Article, quality};
use digidel::facts::source::Source;
use digidel::facts::{Facts, Severity};
use digidel::model::lang::Lang;

/// Checks every file. Exit code 3 if there are errors.
///
/// # Errors
/// What was found cannot be written.
pub fn check(source: &Source) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let (facts, mut problems) = Facts::load(source);
    let (lix, unfit) = quality::check(source);
    problems.extend(unfit);
    problems.extend(facts.compile_all(source));
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for problem in &problems {
        let word = if problem.severity == Severity::Error { "error" } else { "warning" };
        writeln!(out, "{word}: {problem}")?;
    }
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    writeln!(
        out,
        "{} articles, {} centres, {} municipalities: {errors} errors, {} warnings",
        facts.knowledge.articles().count(),
        facts.centres.shown().count(),
        facts.places.municipalities().count(),
        problems.len() - errors,
    )?;
    writeln!(out, "LIX of the articles: {:.1} in Swedish, {:.1} in easy Swedish", lix.swedish, lix.easy)?;
    for (lang, (unreviewed, all)) in reviews(&facts) {
        writeln!(out, "{lang}: {unreviewed} of {all} articles not reviewed by a native reader")?;
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// How many articles nobody has reviewed, and how many there are, in each language.
fn reviews(facts: &Facts) -> BTreeMap<Lang, (usize, usize)> {
    let mut counts: BTreeMap<Lang, (usize, usize)> = BTreeMap::new();
    for (lang, text) in facts.knowledge.articles().flat_map(Article::texts) {
        let count = counts.entry(lang).or_default();
        count.0 += usize::from(!text.reviewed);
        count.1 += 1;
    }
    counts
}
