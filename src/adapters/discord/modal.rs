//! Forms for free text, laid out in action rows: serenity cannot yet read Discord's newer labels.

use serde_json::{Value, json};
use serenity::model::application::{ActionRowComponent, ModalInteractionData};

use super::Labels;
use super::components::cut;
use crate::model::lang::Lang;

/// The longest text of a form: what fits in one message even when every character is escaped.
const LONGEST: u64 = 1_800;

fn form(custom_id: &str, title: &str, label: &str) -> Value {
    json!({"type": 9, "data": {
        "custom_id": custom_id, "title": cut(title, 45),
        "components": [{"type": 1, "components": [{
            "type": 4, "custom_id": "text", "label": cut(label, 45), "style": 2,
            "min_length": 1, "max_length": LONGEST, "required": true,
        }]}],
    }})
}

/// The form in which a volunteer answers.
pub(super) fn answer(custom_id: &str, labels: &Labels, lang: Lang) -> Value {
    form(custom_id, &labels.of(lang, "answer_title"), &labels.of(lang, "answer_label"))
}

/// The form in which a resident writes where others would read a plain message.
pub(super) fn write(labels: &Labels, lang: Lang) -> Value {
    form(super::components::WRITE, &labels.of(lang, "write_title"), &labels.of(lang, "write_label"))
}

/// What was typed.
pub(super) fn typed(data: &ModalInteractionData) -> String {
    let fields = data.components.iter().flat_map(|row| &row.components);
    let text = fields.filter_map(|field| match field {
        ActionRowComponent::InputText(input) => input.value.clone(),
        _ => None,
    });
    text.collect::<Vec<_>>().join("\n")
}
