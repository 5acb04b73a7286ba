//! `digidel nearest`: where a text is understood to be, and the nearest centres.

use std::io::Write;

use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::model::place::{Certainty, Place, Resolved};
use serde_json::{Value, json};

use super::lines::Lines;

/// How many centres are shown.
const SHOWN: usize = 3;

/// Answers each place.
pub fn nearest(lines: &Lines, source: &Source) -> anyhow::Result<()> {
    let facts = super::load(source);
    let mut out = std::io::stdout().lock();
    lines.each(|text| {
        let answer = answer(&facts, text);
        if lines.json { writeln!(out, "{answer}")? } else { writeln!(out, "{}", readable(&answer))? }
        out.flush()?;
        Ok(())
    })
}

fn answer(facts: &Facts, input: &str) -> Value {
    let resolved = match facts.places.resolve(input) {
        Resolved::Unknown => facts.places.mention(input).map_or(Resolved::Unknown, |(found, _)| found),
        whole => whole,
    };
    let (understood, choices, centres) = match resolved {
        Resolved::One { place, certainty } => {
            let near = facts.centres.nearest(place.position, Some(&place.municipality), SHOWN);
            let centres = near
                .iter()
                .map(|n| json!({ "id": n.centre.id, "name": n.centre.name, "km": (n.km * 10.0).round() / 10.0 }))
                .collect();
            (described(&place, Some(certainty)), Vec::new(), centres)
        }
        Resolved::Several(places) => {
            let choices = places.iter().map(|place| described(place, None)).collect();
            (Value::Null, choices, Vec::new())
        }
        Resolved::Abroad | Resolved::Unknown => (Value::Null, Vec::new(), Vec::new()),
    };
    json!({ "input": input, "understood": understood, "choices": choices, "centres": centres })
}

fn described(place: &Place, certainty: Option<Certainty>) -> Value {
    json!({
        "kind": place.kind,
        "name": place.name,
        "municipality": place.municipality,
        "lat": place.position.lat(),
        "lon": place.position.lon(),
        "certainty": certainty,
    })
}

fn readable(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let place = |value: &Value| format!("{} ({})", text(&value["name"]), text(&value["municipality"]));
    let list = |value: &Value, item: &dyn Fn(&Value) -> String| -> String {
        value.as_array().map(|all| all.iter().map(item).collect::<Vec<_>>().join(", ")).unwrap_or_default()
    };
    let input = text(&answer["input"]);
    if !answer["understood"].is_null() {
        let centres = list(&answer["centres"], &|c| format!("{} {} km", text(&c["name"]), c["km"]));
        return format!("{input}: {} -> {centres}", place(&answer["understood"]));
    }
    match list(&answer["choices"], &place) {
        none if none.is_empty() => format!("{input}: not understood as a place in Sweden"),
        choices => format!("{input}: which of {choices}?"),
    }
}
