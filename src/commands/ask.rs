//! `digidel ask`: which article answers a question, and how sure the search is.

use std::io::Write;

use digidel::facts::Facts;
use digidel::facts::knowledge::Decision;
use digidel::facts::source::Source;
use serde_json::{Value, json};

use super::lines::Lines;

/// Answers each question.
pub fn ask(lines: &Lines, source: &Source) -> anyhow::Result<()> {
    let facts = super::load(source);
    let mut out = std::io::stdout().lock();
    lines.each(|text| {
        let answer = answer(&facts, text);
        if lines.json {
            writeln!(out, "{answer}")?;
        } else {
            let top =
                answer["top"].as_array().map(|t| t.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            let word = |key: &str| answer[key].as_str().unwrap_or("-").to_owned();
            let top = top.unwrap_or_default().into_iter().take(3).collect::<Vec<_>>().join(", ");
            writeln!(
                out,
                "{text}: {} {} ({top}) intent {}",
                word("decision"),
                answer["score"],
                word("intent")
            )?;
        }
        out.flush()?;
        Ok(())
    })
}

fn answer(facts: &Facts, question: &str) -> Value {
    let understanding = facts.understand(question);
    let found = &understanding.found;
    let decision = match found.decision {
        Decision::Answer(_) => "answer",
        Decision::Suggest(_) => "suggest",
        Decision::Unknown => "unknown",
    };
    let topic = found.hits.first().and_then(|hit| facts.knowledge.article(&hit.article)).map(|a| &a.topic);
    json!({
        "input": question,
        "top": found.hits.iter().map(|hit| &hit.article).collect::<Vec<_>>(),
        "decision": decision,
        "score": found.confidence,
        "intent": understanding.intent.or(understanding.there).map(|intent| format!("{intent:?}")),
        "urgent": understanding.urgent,
        "lang": found.lang.map(|(lang, _)| lang),
        "topic": topic,
    })
}
