//! The knowledge base: articles, official links, and the search over them.
//!
//! Loads and finds. What is said to a resident, and when, is the engine's.

pub mod article;
pub mod embedding;
pub mod file;
pub mod overlay;
pub mod quality;
pub mod reading;
pub mod search;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

pub use self::article::{Article, LinkTo, Text, Warning};
use self::embedding::{Embedder, Memo};
use self::search::{ArticleText, Corpus, Example};
pub use self::search::{Decision, Found, Hit, Search};
use super::joined;
use super::problem::Problem;
use super::source::Source;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// An official page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Whose page it is.
    pub name: String,
    /// Its address.
    pub url: String,
    /// When the address was last checked, or "no".
    pub checked: String,
    /// How the address was checked.
    #[serde(default)]
    pub how: Option<String>,
}

/// All articles, and the search over them.
pub struct Knowledge {
    articles: BTreeMap<ArticleId, Article>,
    links: Arc<BTreeMap<String, Link>>,
    beside: Arc<Beside>,
    embedder: Option<Arc<Embedder>>,
    /// What has been embedded at run time: nobody's example is embedded twice.
    memo: Arc<Memo>,
    /// Finds the articles that fit a text.
    pub search: Search,
}

/// What the search learns from beside the articles.
struct Beside {
    /// Sentences that no article answers, a language and a tab before each.
    none: String,
    /// Sentences of each language.
    languages: Vec<(Lang, String)>,
    /// The derived file.
    trained: Option<Cow<'static, [u8]>>,
}

impl Knowledge {
    /// Reads every article, link and search file of a source.
    #[must_use]
    pub fn read(source: &Source) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        // The model is large and takes as long as all the articles.
        let (links, articles, embedder) = std::thread::scope(|threads| {
            let embedder = threads.spawn(|| read_embedder(source));
            let links = read_links(source, &mut problems);
            let articles = read_articles(source, &mut problems);
            check_references(&articles, &links, &mut problems);
            (links, articles, joined(embedder))
        });
        let (embedder, problem) = embedder;
        problems.extend(problem);
        let beside = Arc::new(Beside::read(source));
        let (links, memo) = (Arc::new(links), Arc::new(Memo::default()));
        let corpus = corpus(&articles, &beside);
        let trained = beside.trained.as_deref();
        let (search, stale) = Search::build_with(&corpus, trained, embedder.clone(), &memo);
        problems.extend(stale);
        (Self { articles, links, beside, embedder, memo, search }, problems)
    }

    /// Everything that the search learns from.
    #[must_use]
    pub fn corpus(&self) -> Corpus<'_> {
        corpus(&self.articles, &self.beside)
    }

    /// The embedding model, if there is one.
    #[must_use]
    pub fn embedder(&self) -> Option<&Arc<Embedder>> {
        self.embedder.as_ref()
    }

    /// An article.
    #[must_use]
    pub fn article(&self, id: &ArticleId) -> Option<&Article> {
        self.articles.get(id)
    }

    /// Every article, by identifier.
    pub fn articles(&self) -> impl Iterator<Item = &Article> {
        self.articles.values()
    }

    /// The official page of an article.
    #[must_use]
    pub fn link<'a>(&'a self, article: &'a Article) -> Option<&'a Link> {
        match &article.link {
            LinkTo::Known(key) => self.links.get(key),
            LinkTo::Own(link) => Some(link),
        }
    }

    /// Every official page that articles may name, by its key.
    pub fn links(&self) -> impl Iterator<Item = (&str, &Link)> {
        self.links.iter().map(|(key, link)| (key.as_str(), link))
    }
}

impl Beside {
    fn read(source: &Source) -> Self {
        let sentences = |lang: Lang| Some((lang, source.text(&format!("languages/{lang}.txt"))?));
        Self {
            none: source.text("none.txt").unwrap_or_default(),
            languages: Lang::ALL.into_iter().filter_map(sentences).collect(),
            trained: source.bytes(search::TRAINED_FILE),
        }
    }
}

/// The lines of a file that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn read_links(source: &Source, problems: &mut Vec<Problem>) -> BTreeMap<String, Link> {
    let file = "links.toml";
    let text = source.text(file).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|error: toml::de::Error| {
        problems.push(Problem::error(file, None, error.message()));
        BTreeMap::new()
    })
}

fn read_articles(source: &Source, problems: &mut Vec<Problem>) -> BTreeMap<ArticleId, Article> {
    let mut articles = BTreeMap::new();
    let mut others = Vec::new();
    for file in source.names("knowledge/") {
        let Some((id, lang)) = article::name_parts(&file) else {
            problems.push(Problem::error(&file, None, "the name must be <article>.<language>.md"));
            continue;
        };
        let contents = source.text(&file).unwrap_or_default();
        if lang == Lang::Sv {
            match article::read_swedish(&file, id.clone(), &contents) {
                Ok(article) => drop(articles.insert(id, article)),
                Err(problem) => problems.push(problem),
            }
        } else {
            others.push((file, id, lang, contents));
        }
    }
    for (file, id, lang, contents) in others {
        match (article::read_text(&file, &contents), articles.get_mut(&id)) {
            (Ok(text), Some(article)) => article.set_text(lang, text),
            (Ok(_), None) => problems.push(Problem::error(&file, None, "the article has no Swedish file")),
            (Err(problem), _) => problems.push(problem),
        }
    }
    articles
}

fn check_references(
    articles: &BTreeMap<ArticleId, Article>,
    links: &BTreeMap<String, Link>,
    problems: &mut Vec<Problem>,
) {
    for article in articles.values() {
        let file = format!("knowledge/{}.sv.md", article.id);
        match &article.link {
            LinkTo::Known(key) if !links.contains_key(key) => {
                let message = format!("the link \"{key}\" is not in links.toml");
                problems.push(Problem::error(&file, None, message));
            }
            LinkTo::Own(link) if !link.url.starts_with("https://") && !link.url.starts_with("http://") => {
                let message = format!("the link \"{}\" is no address of a page", link.url);
                problems.push(Problem::error(&file, None, message));
            }
            LinkTo::Known(_) | LinkTo::Own(_) => {}
        }
        for related in article.related.iter().filter(|id| !articles.contains_key(id)) {
            let message = format!("the related article \"{related}\" does not exist");
            problems.push(Problem::error(&file, None, message));
        }
    }
}

fn read_embedder(source: &Source) -> (Option<Arc<Embedder>>, Option<Problem>) {
    let file = "embedding/e5-small.bin";
    let Some(bytes) = source.bytes(file) else {
        let message = "not found: questions are matched by their letters and words alone";
        // Who left it out knows.
        return (None, (!source.is_lexical_only()).then(|| Problem::warning(file, None, message)));
    };
    match Embedder::read(&bytes) {
        Ok(embedder) => (Some(Arc::new(embedder)), None),
        Err(error) => (None, Some(Problem::error(file, None, error.to_string()))),
    }
}

fn corpus<'a>(articles: &'a BTreeMap<ArticleId, Article>, beside: &'a Beside) -> Corpus<'a> {
    let mut corpus = Corpus::default();
    for article in articles.values() {
        for (lang, text) in article.texts() {
            let examples = text.examples.iter().map(|e| Example { article: &article.id, lang, text: e });
            corpus.examples.extend(examples);
            corpus.texts.push(ArticleText {
                article: &article.id,
                topic: &article.topic,
                lang,
                title: &text.title,
                body: &text.answer,
            });
        }
    }
    corpus.none = lines(&beside.none)
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(lang, text)| Some((lang.parse().ok()?, text)))
        .collect();
    for (lang, sentences) in &beside.languages {
        corpus.languages.extend(lines(sentences).map(|line| (*lang, line)));
    }
    corpus
}
