//! "Suggest an answer": a volunteer answers what somebody wrote in the community from the knowledge
//! base. First for the volunteer alone, then for all to read.

use super::{DeskNeed, Need, actor, message, say, send, tell};
use crate::engine::answers;
use crate::engine::turn::Turn;
use crate::facts::knowledge::Decision;
use crate::model::action::Action;
use crate::model::id::ArticleId;

/// Whether whoever acts belongs to the desk's group; else they are told.
fn may(turn: &mut Turn<'_>) -> Result<bool, Need> {
    let Some((_, groups)) = actor(turn) else { return Ok(false) };
    let may = super::desk(turn, DeskNeed::Current)?.is_some_and(|desk| groups.contains(&desk.group));
    if !may {
        tell(turn, say::desk_not_yours, Vec::new());
    }
    Ok(may)
}

/// Shows the volunteer what the knowledge base has.
pub(super) fn advise(turn: &mut Turn<'_>, _text: &str, number: u64) -> Result<(), Need> {
    if !may(turn)? {
        return Ok(());
    }
    let decision = turn.found().map(|found| &found.decision);
    let ids: Vec<ArticleId> = match decision {
        Some(Decision::Answer(id)) => vec![id.clone()],
        Some(Decision::Suggest(ids)) => ids.clone(),
        Some(Decision::Unknown) | None => Vec::new(),
    };
    let (facts, lang) = (turn.facts, turn.lang);
    let articles: Vec<_> = ids.iter().filter_map(|id| facts.knowledge.article(id)).collect();
    let Some(first) = articles.first() else {
        tell(turn, say::desk_no_articles, Vec::new());
        return Ok(());
    };
    let title = |id: &ArticleId| facts.knowledge.article(id)?.text(lang).map(|(_, text)| text.title.clone());
    let choices = articles
        .iter()
        .filter_map(|a| {
            Some(Turn::choice(
                say::button_publish(lang, &title(&a.id)?),
                Action::Publish(a.id.clone(), number),
            ))
        })
        .collect();
    let preview = answers::body(turn, first, lang).unwrap_or_default();
    tell(turn, |lang| say::desk_preview(lang).and(preview), choices);
    Ok(())
}

/// Publishes an article where the question was asked.
pub(super) fn publish(turn: &mut Turn<'_>, id: &ArticleId) -> Result<(), Need> {
    if !may(turn)? {
        return Ok(());
    }
    let lang = turn.lang;
    let body = turn.facts.knowledge.article(id).and_then(|article| answers::body(turn, article, lang));
    let Some(body) = body else {
        tell(turn, say::gone_article, Vec::new());
        return Ok(());
    };
    let here = turn.here().clone();
    send(turn, here, message(lang, body, Vec::new()), None);
    tell(turn, say::desk_published, Vec::new());
    Ok(())
}
