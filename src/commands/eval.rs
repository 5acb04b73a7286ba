//! `digidel eval`: how good the search is on labelled questions, and training it anew.
//!
//! Thresholds are fitted on `dev.jsonl` alone; `test.jsonl` is only measured.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use digidel::facts::knowledge::Knowledge;
use digidel::facts::knowledge::search::eval::{self, Baseline, Question, Report};
use digidel::facts::knowledge::search::train;
use digidel::facts::source::Source;
use digidel::facts::urgent::measure;
use digidel::model::id::ArticleId;

/// The options of the measurement.
#[derive(Args)]
pub struct Eval {
    /// The labelled questions, one JSON object a line
    #[arg(long, default_value = "tests/eval/test.jsonl", value_name = "FILE")]
    questions: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Fail if a figure is more than two points below this file's
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Train first, with the thresholds fitted on these questions, and write config/embedding/classifier.bin
    #[arg(long, value_name = "DEV FILE", num_args = 0..=1, default_missing_value = "tests/eval/dev.jsonl")]
    train: Option<PathBuf>,
    /// Measure how many texts of these files are told as an emergency instead: one JSON object a line, with
    /// q, lang and label (fraud, crisis or none)
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["json", "baseline", "train"])]
    urgent: Vec<PathBuf>,
}

/// Measures, or trains and measures.
pub fn eval(options: &Eval, source: &Source) -> anyhow::Result<()> {
    if !options.urgent.is_empty() {
        return emergencies(&options.urgent, source);
    }
    let mut knowledge = Knowledge::read(source).0;
    if let Some(dev) = &options.train {
        retrain(&knowledge, dev)?;
        knowledge = Knowledge::read(&Source::folder(Path::new("config"))).0;
    }
    let questions = read(&options.questions)?;
    let topic = |id: &ArticleId| knowledge.article(id).map_or_else(String::new, |a| a.topic.clone());
    let report = eval::measure(&knowledge.search, &questions, topic);
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{report}")?;
    }
    match &options.baseline {
        Some(file) => compare(&report, file, knowledge.embedder().is_some()),
        None => Ok(()),
    }
}

fn emergencies(files: &[PathBuf], source: &Source) -> anyhow::Result<()> {
    let mut cases = Vec::new();
    for file in files {
        let text = text(file)?;
        cases.extend(
            measure::read_cases(&text)
                .map_err(|(line, error)| anyhow::anyhow!("{}:{line}: {error}", file.display()))?,
        );
    }
    let report = measure::measure(&super::load(source), &cases);
    writeln!(std::io::stdout().lock(), "{report}")?;
    Ok(())
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn read(file: &Path) -> anyhow::Result<Vec<Question>> {
    let text = text(file)?;
    eval::read_questions(&text).map_err(|(line, error)| anyhow::anyhow!("{}:{line}: {error}", file.display()))
}

fn retrain(knowledge: &Knowledge, dev: &Path) -> anyhow::Result<()> {
    let embedder = knowledge.embedder().context("training needs the embedding model")?;
    let trained = train::train(&knowledge.corpus(), &read(dev)?, embedder);
    let file = Path::new("config/embedding/classifier.bin");
    std::fs::write(file, &trained).with_context(|| format!("{} cannot be written", file.display()))
}

fn compare(report: &Report, file: &Path, embedded: bool) -> anyhow::Result<()> {
    let text = text(file)?;
    let baseline: Baseline = serde_json::from_str(&text)?;
    let drops = report.drops_since(if embedded { &baseline.full } else { &baseline.lexical });
    if !drops.is_empty() {
        bail!("worse than the baseline:\n{}", drops.join("\n"));
    }
    Ok(())
}
