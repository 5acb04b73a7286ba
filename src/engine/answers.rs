//! Questions: the answer, "did it help?", easier words, and an honest "I don't know".
//!
//! The search has been done before the turn; here it is decided what to say of it.

use super::turn::Turn;
use super::{Need, say};
use crate::facts::Facts;
use crate::facts::knowledge::{Article, Decision, Found, Text, Warning};
use crate::model::action::Action;
use crate::model::id::{ArticleId, RequestId};
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::Choice;
use crate::model::request::{Outcome, RequestKind, RequestStatus};

/// How many related articles are offered after an answer.
const RELATED: usize = 2;

pub(super) fn invite(turn: &mut Turn<'_>) {
    turn.replace();
    turn.say(say::ask_question(turn.lang));
}

/// A question in the resident's own words.
pub(super) fn question(turn: &mut Turn<'_>, text: &str) {
    let Some(found) = turn.found() else {
        invite(turn);
        return;
    };
    if explain(turn, found, text) {
        return;
    }
    let status = match found.decision {
        Decision::Answer(_) => RequestStatus::Answered,
        Decision::Suggest(_) | Decision::Unknown => RequestStatus::Unanswered,
    };
    let mut request = turn.new_request(RequestKind::Question, status, text);
    request.confidence = Some(found.confidence);
    let id = request.id;
    match &found.decision {
        Decision::Answer(article_id) => {
            let article = turn.facts.knowledge.article(article_id);
            request.topic = article.map(|a| a.topic.clone());
            request.article = Some(article_id.clone());
            turn.save_request(request);
            turn.remember(id, Some(article_id.clone()));
            match article {
                Some(article) => answer(turn, article, id),
                None => turn.say(say::gone_article(turn.lang)),
            }
        }
        Decision::Suggest(articles) => {
            turn.save_request(request);
            turn.remember(id, None);
            suggest(turn, articles, id);
        }
        Decision::Unknown => {
            turn.save_request(request);
            turn.remember(id, None);
            unknown(turn);
        }
    }
}

/// What a word means, where that is all that they ask. The articles that fit are offered with it.
fn explain(turn: &mut Turn<'_>, found: &Found, text: &str) -> bool {
    let (facts, lang) = (turn.facts, turn.lang);
    let asked = turn.understanding.and_then(|u| u.term.as_ref());
    let Some(term) = asked.and_then(|id| facts.glossary.term(id, lang)) else { return false };
    let articles: &[ArticleId] = match &found.decision {
        Decision::Answer(article) => std::slice::from_ref(article),
        Decision::Suggest(articles) => articles,
        Decision::Unknown => &[],
    };
    let request = turn.new_request(RequestKind::Question, RequestStatus::Answered, text);
    let id = request.id;
    turn.save_request(request);
    turn.remember(id, None);
    let mut choices: Vec<Choice> = articles
        .iter()
        .filter_map(|id| facts.knowledge.article(id))
        .filter_map(|article| title_choice(lang, article))
        .collect();
    choices.push(Turn::choice(say::button_not_helped(lang), Action::NotHelped(id)));
    choices.extend(turn.language_choice());
    choices.extend(turn.resume_choice());
    turn.ask(say::explained(lang, term.term.as_str(), term.plain.as_str()), choices);
    true
}

fn suggest(turn: &mut Turn<'_>, articles: &[ArticleId], request: RequestId) {
    let facts = turn.facts;
    let mut choices: Vec<Choice> = articles
        .iter()
        .filter_map(|id| facts.knowledge.article(id))
        .filter_map(|article| title_choice(turn.lang, article))
        .collect();
    choices.push(Turn::choice(say::button_none_of_these(turn.lang), Action::NoneOfThese(request)));
    choices.extend(turn.language_choice());
    choices.extend(turn.resume_choice());
    turn.ask(say::suggest(turn.lang), choices);
}

fn title_choice(lang: Lang, article: &Article) -> Option<Choice> {
    let (_, text) = article.text(lang)?;
    Some(Turn::choice(text.title.clone(), Action::Article(article.id.clone())))
}

fn unknown(turn: &mut Turn<'_>) {
    let lang = turn.lang;
    let mut choices = ways_to_people(lang);
    choices.extend(turn.language_choice());
    choices.extend(turn.resume_choice());
    turn.ask(say::unknown(lang), choices);
}

/// A centre, a visit, a person.
fn ways_to_people(lang: Lang) -> Vec<Choice> {
    vec![
        Turn::choice(say::button_person(lang), Action::Person),
        Turn::choice(say::button_find(lang), Action::Find),
        Turn::choice(say::button_help_on_site(lang), Action::Book),
    ]
}

fn answer(turn: &mut Turn<'_>, article: &Article, request: RequestId) {
    let lang = turn.lang;
    let Some((body, mut choices)) = as_sent(turn.facts, lang, article, request) else {
        turn.say(say::gone_article(lang));
        return;
    };
    choices.extend(turn.language_choice());
    choices.extend(turn.resume_choice());
    turn.ask(body, choices);
}

/// An article as it is sent in a language, or in the nearest one that there is: the text, and the
/// buttons under it. Also for staff who look at what they wrote.
#[must_use]
pub fn as_sent(
    facts: &Facts,
    lang: Lang,
    article: &Article,
    request: RequestId,
) -> Option<(Markup, Vec<Choice>)> {
    let (text_lang, text) = article.text(lang)?;
    let mut choices = vec![
        Turn::choice(say::button_yes_helped(lang), Action::Helped(request)),
        Turn::choice(say::button_not_helped(lang), Action::NotHelped(request)),
    ];
    if text_lang == Lang::Sv {
        choices.push(Turn::choice(say::button_easier(lang), Action::Easier(article.id.clone())));
    }
    choices.extend(
        article
            .related
            .iter()
            .filter_map(|id| facts.knowledge.article(id))
            .take(RELATED)
            .filter_map(|related| title_choice(lang, related)),
    );
    Some((render(facts, lang, article, text_lang, text), choices))
}

/// An article as a volunteer sends it: the answer alone, in the nearest language that there is.
pub(super) fn body(turn: &Turn<'_>, article: &Article, lang: Lang) -> Option<Markup> {
    let (text_lang, text) = article.text(lang)?;
    Some(render(turn.facts, lang, article, text_lang, text))
}

fn render(facts: &Facts, lang: Lang, article: &Article, text_lang: Lang, text: &Text) -> Markup {
    let part = |heading: Markup, body: &str| heading.and(Markup::trusted(body));
    let asked_for = text_lang == lang;
    let link = facts.knowledge.link(article);
    Markup::paragraphs([
        if asked_for { Markup::default() } else { say::article_other_language(lang) },
        say::article_title(lang, text.title.as_str()),
        Markup::trusted(text.answer.clone()),
        text.android.as_deref().map(|steps| part(say::article_android(lang), steps)).unwrap_or_default(),
        text.iphone.as_deref().map(|steps| part(say::article_iphone(lang), steps)).unwrap_or_default(),
        part(say::article_fails(lang), &text.fails),
        part(say::article_centre(lang), &text.centre),
        say::article_bring(lang, text.bring.as_str()),
        if article.warning == Warning::None { Markup::default() } else { say::article_care(lang) },
        link.map(|l| say::article_link(lang, Markup::trusted(format!("[{}]({})", l.name, l.url))))
            .unwrap_or_default(),
        if text.reviewed { Markup::default() } else { say::article_unreviewed(lang) },
    ])
}

/// An article that was chosen by button. The question that led here, if any, is answered by it.
pub(super) fn show(turn: &mut Turn<'_>, id: &ArticleId) -> Result<(), Need> {
    let Some(article) = turn.facts.knowledge.article(id) else {
        turn.say(say::gone_article(turn.lang));
        return Ok(());
    };
    let request = answered_request(turn, article)?;
    turn.remember(request, Some(id.clone()));
    answer(turn, article, request);
    Ok(())
}

/// The request that this article answers: the last question if it is still unanswered, else a new one.
fn answered_request(turn: &mut Turn<'_>, article: &Article) -> Result<RequestId, Need> {
    let open = match &turn.session.last {
        Some(last) => turn.own_request(last.request)?.filter(|r| r.status == RequestStatus::Unanswered),
        None => None,
    };
    let mut request = match open {
        Some(request) => request.clone(),
        None => {
            let title = article.text(turn.lang).map_or("", |(_, text)| text.title.as_str());
            turn.new_request(RequestKind::Question, RequestStatus::Answered, title)
        }
    };
    request.status = RequestStatus::Answered;
    request.topic = Some(article.topic.clone());
    request.article = Some(article.id.clone());
    let id = request.id;
    turn.save_request(request);
    Ok(id)
}

/// The same article in easy Swedish. Who reads that better gets it from now on.
pub(super) fn easier(turn: &mut Turn<'_>, id: &ArticleId) -> Result<(), Need> {
    let Some(article) = turn.facts.knowledge.article(id) else {
        turn.say(say::gone_article(turn.lang));
        return Ok(());
    };
    let request = match &turn.session.last {
        Some(last) => last.request,
        None => answered_request(turn, article)?,
    };
    turn.request = Some(request);
    turn.lang = Lang::SvEasy;
    turn.session.lang_wished = true;
    answer(turn, article, request);
    Ok(())
}

/// "In easier words, please", after an answer.
pub(super) fn easier_again(turn: &mut Turn<'_>) -> Result<(), Need> {
    match turn.session.last.as_ref().and_then(|last| last.article.clone()) {
        Some(article) => easier(turn, &article),
        None => {
            super::menu::speak(turn, Lang::SvEasy);
            Ok(())
        }
    }
}

pub(super) fn helped(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let known = turn.change_request(id, |request| {
        request.outcome = Some(Outcome::Helped);
        request.status = RequestStatus::Resolved;
    })?;
    if !known {
        super::menu::old_button(turn);
        return Ok(());
    }
    let choices = turn
        .resume_choice()
        .into_iter()
        .chain([Turn::choice(say::button_menu(turn.lang), Action::Menu)])
        .collect();
    turn.ask(say::helped(turn.lang), choices);
    Ok(())
}

pub(super) fn not_helped(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let known = turn.change_request(id, |request| {
        request.outcome = Some(Outcome::NotHelped);
        request.status = RequestStatus::Unanswered;
    })?;
    if !known {
        super::menu::old_button(turn);
        return Ok(());
    }
    let choices = ways_to_people(turn.lang);
    turn.ask(say::not_helped(turn.lang), choices);
    Ok(())
}

/// "It helped", in words instead of with the button.
pub(super) fn said_to_help(turn: &mut Turn<'_>) -> Result<(), Need> {
    match &turn.session.last {
        Some(last) => helped(turn, last.request),
        None => {
            super::menu::thanks(turn);
            Ok(())
        }
    }
}

/// "It did not help", in words. Without an answer that it could be said of, it is a question.
pub(super) fn said_not_to_help(turn: &mut Turn<'_>, text: &str) -> Result<(), Need> {
    match &turn.session.last {
        Some(last) => not_helped(turn, last.request),
        None => {
            question(turn, text);
            Ok(())
        }
    }
}

/// None of the suggested articles.
pub(super) fn none_of_these(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    turn.change_request(id, |request| request.status = RequestStatus::Unanswered)?;
    unknown(turn);
    Ok(())
}

/// What a visit or a person is to help with: the article of the last question, else its words.
pub(super) fn about(turn: &Turn<'_>) -> Result<Option<String>, Need> {
    let Some(last) = turn.session.last.clone() else { return Ok(None) };
    let article = last.article.and_then(|id| turn.facts.knowledge.article(&id));
    if let Some((_, text)) = article.and_then(|a| a.text(turn.lang)) {
        return Ok(Some(text.title.clone()));
    }
    let asked = turn.own_request(last.request)?.filter(|r| r.kind == RequestKind::Question);
    Ok(asked.map(|r| r.question.clone()))
}
