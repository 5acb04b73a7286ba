//! An article as staff fill it in: fields of a form, to and from the article that is kept.
//!
//! Knows the three languages that the console writes; other languages of an article stay as they are.

use crate::console::session::Fields;
use crate::engine::mask::mask;
use crate::facts::knowledge::{Article, Link, LinkTo, Text, Warning};
use crate::http::words::{Terms, Words};
use crate::model::id::ArticleId;
use crate::model::lang::Lang;
use crate::model::time::Date;

/// The languages that are written here.
pub(super) const LANGS: [Lang; 3] = [Lang::Sv, Lang::SvEasy, Lang::En];
/// The longest sentence of easy Swedish, in words.
const EASY: usize = 15;
/// The page that a new article points at until another is chosen: what a centre is.
const USUAL_PAGE: &str = "digidelcenter";

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub topic: String,
    pub warning: Warning,
    /// A key of the known pages; empty for a page of its own.
    pub link: String,
    pub link_name: String,
    pub link_url: String,
    pub parts: Vec<Part>,
}

/// One language of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub lang: Lang,
    pub title: String,
    pub first: String,
    pub steps: String,
    pub more: String,
    pub android: String,
    pub iphone: String,
    pub fails: String,
    pub centre: String,
    pub bring: String,
    pub examples: String,
}

impl Draft {
    /// An empty form, with questions that the answer is to answer.
    pub fn new(questions: &[(Lang, String)]) -> Self {
        let part = |lang: Lang| {
            let own =
                questions.iter().filter(|(l, _)| *l == lang || (lang == Lang::Sv && !LANGS.contains(l)));
            let examples: Vec<&str> = own.map(|(_, q)| q.as_str()).collect();
            Part { lang, examples: examples.join("\n"), ..Part::default() }
        };
        let mut parts: Vec<Part> = LANGS.into_iter().map(part).collect();
        // What is nearly always so stands there already: two sentences of one's own are then enough.
        if let Some(swedish) = parts.iter_mut().find(|p| p.lang == Lang::Sv) {
            let w = Terms(Words(Lang::Sv));
            (swedish.fails, swedish.centre, swedish.bring) =
                (w.draft_fails(), w.draft_centre(), w.draft_bring());
        }
        Self { parts, link: USUAL_PAGE.to_owned(), ..Self::default() }
    }

    /// The form for an article that there is.
    pub fn of(article: &Article) -> Self {
        let part = |lang: Lang| {
            article.text_in(lang).map_or_else(|| Part { lang, ..Part::default() }, |t| part(lang, t))
        };
        let (link, own) = match &article.link {
            LinkTo::Known(key) => (key.clone(), None),
            LinkTo::Own(own) => (String::new(), Some(own)),
        };
        Self {
            topic: article.topic.clone(),
            warning: article.warning,
            link,
            link_name: own.map(|l| l.name.clone()).unwrap_or_default(),
            link_url: own.map(|l| l.url.clone()).unwrap_or_default(),
            parts: LANGS.into_iter().map(part).collect(),
        }
    }

    /// The form as it was sent.
    pub fn read(fields: &Fields) -> Self {
        let part = |lang: Lang| {
            let get = |name: &str| fields.get(&format!("{lang}.{name}")).replace("\r\n", "\n");
            Part {
                lang,
                title: get("title"),
                first: get("first"),
                steps: get("steps"),
                more: get("more"),
                android: get("android"),
                iphone: get("iphone"),
                fails: get("fails"),
                centre: get("centre"),
                bring: get("bring"),
                examples: get("examples"),
            }
        };
        Self {
            topic: fields.get("topic").to_owned(),
            warning: match fields.get("warning") {
                "care" => Warning::Care,
                "danger" => Warning::Danger,
                _ => Warning::None,
            },
            link: fields.get("link").to_owned(),
            link_name: fields.get("link_name").to_owned(),
            link_url: fields.get("link_url").to_owned(),
            parts: LANGS.into_iter().map(part).collect(),
        }
    }

    /// The article that the form describes: new, or the one that there was, changed.
    pub fn article(&self, id: &ArticleId, before: Option<&Article>, today: Date) -> Article {
        let link = if self.link.is_empty() {
            let (name, url) = (self.link_name.clone(), self.link_url.clone());
            LinkTo::Own(Link { name, url, checked: today.to_string(), how: None })
        } else {
            LinkTo::Known(self.link.clone())
        };
        // The same page was not checked anew because something else was changed.
        let same = before.map(|b| &b.link).filter(|b| is_same(b, &link));
        let mut article =
            Article::new(id.clone(), self.topic.clone(), self.warning, same.cloned().unwrap_or(link));
        if let Some(before) = before {
            article.related.clone_from(&before.related);
            for (lang, text) in before.texts() {
                article.set_text(lang, text.clone());
            }
        }
        for part in self.parts.iter().filter(|p| p.lang == Lang::Sv || p.is_written()) {
            let reviewed = before.and_then(|b| b.text_in(part.lang)).is_some_and(|t| t.reviewed);
            article.set_text(part.lang, part.text(reviewed));
        }
        article
    }

    /// Sentences of the easy Swedish that are too long to be easy.
    pub fn long_sentences(&self) -> Vec<String> {
        let easy = self.parts.iter().find(|p| p.lang == Lang::SvEasy);
        let texts = easy.map(|p| [&p.first, &p.steps, &p.more, &p.fails, &p.centre]);
        let sentences = texts.into_iter().flatten().flat_map(|text| text.split(['.', '!', '?', ':', '\n']));
        sentences
            .map(str::trim)
            .filter(|s| s.split_whitespace().count() > EASY)
            .map(ToOwned::to_owned)
            .collect()
    }
}

fn is_same(a: &LinkTo, b: &LinkTo) -> bool {
    match (a, b) {
        (LinkTo::Own(a), LinkTo::Own(b)) => (&a.name, &a.url) == (&b.name, &b.url),
        (a, b) => a == b,
    }
}

fn part(lang: Lang, text: &Text) -> Part {
    let (first, steps, more) = split(&text.answer);
    Part {
        lang,
        title: text.title.clone(),
        first,
        steps,
        more,
        android: text.android.clone().unwrap_or_default(),
        iphone: text.iphone.clone().unwrap_or_default(),
        fails: text.fails.clone(),
        centre: text.centre.clone(),
        bring: text.bring.clone(),
        examples: text.examples.join("\n"),
    }
}

impl Part {
    fn is_written(&self) -> bool {
        [&self.title, &self.first, &self.steps, &self.more, &self.fails, &self.centre, &self.bring]
            .into_iter()
            .any(|text| !text.is_empty())
    }

    fn text(&self, reviewed: bool) -> Text {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let examples = self.examples.lines().map(str::trim).filter(|line| !line.is_empty());
        Text {
            title: self.title.clone(),
            reviewed,
            // Residents wrote them: what was not masked on its way in is masked now.
            examples: examples.map(|e| mask(e).0).collect(),
            answer: join(&self.first, &self.steps, &self.more),
            android: some(&self.android),
            iphone: some(&self.iphone),
            fails: self.fails.clone(),
            centre: self.centre.clone(),
            bring: self.bring.clone(),
        }
    }
}

/// The step without the number or dash that somebody put before it.
fn bare(step: &str) -> &str {
    let step = step.trim();
    let without = step.strip_prefix("- ").or_else(|| {
        let (number, rest) = step.split_once(['.', ')'])?;
        (number.len() < 3 && number.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty()).then_some(rest)
    });
    without.unwrap_or(step).trim_start()
}

/// The first sentences, the steps with their numbers, and what follows them.
fn join(first: &str, steps: &str, more: &str) -> String {
    let steps = steps.lines().map(bare).filter(|step| !step.is_empty());
    let numbered: Vec<String> = steps.zip(1..).map(|(step, n)| format!("{n}. {step}")).collect();
    let parts = [first.trim(), &numbered.join("\n"), more.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Whether a line begins with a number and a dot.
fn is_step(line: &str) -> bool {
    let number = line.split_once(". ").map(|(number, _)| number);
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The answer in its three parts, if it is made of these; else all of it as the first.
fn split(answer: &str) -> (String, String, String) {
    let lines: Vec<&str> = answer.lines().collect();
    let from = lines.iter().position(|line| is_step(line)).unwrap_or(lines.len());
    let until = from + lines.iter().skip(from).take_while(|line| is_step(line)).count();
    let text =
        |from: usize, until: usize| lines.get(from..until).unwrap_or_default().join("\n").trim().to_owned();
    let steps: Vec<&str> = lines.iter().take(until).skip(from).map(|line| bare(line)).collect();
    let parts = (text(0, from), steps.join("\n"), text(until, lines.len()));
    if join(&parts.0, &parts.1, &parts.2) == answer {
        parts
    } else {
        (answer.to_owned(), String::new(), String::new())
    }
}

/// An identifier for a new article, from its title.
pub(super) fn identifier(title: &str, taken: &dyn Fn(&ArticleId) -> bool) -> Option<ArticleId> {
    let mut slug = String::from("lokalt");
    for word in title.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let word: String = word
            .chars()
            .filter_map(|c| match c {
                'å' | 'ä' | 'á' | 'à' => Some('a'),
                'ö' | 'ø' | 'ó' => Some('o'),
                'é' | 'è' | 'ë' => Some('e'),
                'ü' => Some('u'),
                c => c.is_ascii_alphanumeric().then_some(c),
            })
            .collect();
        if slug.len() + 1 + word.len() > 28 {
            break;
        }
        if !word.is_empty() {
            slug.push('-');
            slug.push_str(&word);
        }
    }
    let numbered = (2..100).map(|n| format!("{slug}-{n}"));
    let ids = std::iter::once(slug.clone()).chain(numbered).filter_map(|slug| slug.parse::<ArticleId>().ok());
    ids.into_iter().find(|id| !taken(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::knowledge::Knowledge;
    use crate::facts::source::Source;
    use jiff::civil::date;

    #[test]
    fn every_article_survives_the_form() {
        let (knowledge, _) = Knowledge::read(&Source::built_in().lexical_only());
        for article in knowledge.articles() {
            let back = Draft::of(article).article(&article.id, Some(article), date(2027, 3, 1));
            for (lang, text) in article.texts() {
                let mut text = text.clone();
                if LANGS.contains(&lang) {
                    text.examples = text.examples.iter().map(|e| mask(e).0).collect();
                }
                assert_eq!(back.text_in(lang), Some(&text), "{} {lang}", article.id);
            }
            assert_eq!((&back.link, &back.related), (&article.link, &article.related));
        }
    }

    #[test]
    fn steps_are_numbered_whatever_stood_before_them() {
        assert_eq!(
            join("Så här:", "Öppna.\n2. Tryck.\n- Klart.", ""),
            "Så här:\n\n1. Öppna.\n2. Tryck.\n3. Klart."
        );
        assert_eq!(
            split("Så här:\n\n1. Öppna.\n2. Tryck."),
            ("Så här:".into(), "Öppna.\nTryck.".into(), String::new())
        );
        assert_eq!(bare("112 är numret"), "112 är numret");
    }

    #[test]
    fn an_identifier_is_short_readable_and_free() {
        let free = |_: &ArticleId| false;
        let id = |title: &str, taken: &dyn Fn(&ArticleId) -> bool| {
            identifier(title, taken).map(|id| id.to_string())
        };
        assert_eq!(id("Låna en cykelpump på Ön!", &free).as_deref(), Some("lokalt-lana-en-cykelpump-pa"));
        assert_eq!(id("", &free).as_deref(), Some("lokalt"));
        assert_eq!(id("حساب", &free).as_deref(), Some("lokalt"));
        assert_eq!(id("", &|id| id.as_str() == "lokalt").as_deref(), Some("lokalt-2"));
    }

    #[test]
    fn long_sentences_of_easy_swedish_are_named() {
        let mut draft = Draft::new(&[]);
        draft.parts[1].first = format!("Kort. {}.", "ord ".repeat(16).trim());
        assert_eq!(draft.long_sentences().len(), 1);
    }
}
