//! What staff have written in the console, laid over the articles of the files.
//!
//! One file per revision, with the subject `knowledge/<article>.<language>.md` and the file's whole
//! contents; an empty one means "as in the files". Links and sentences beside the articles are the
//! files' alone.

use std::sync::Arc;

use super::search::Search;
use super::{Article, Knowledge, article, corpus, file};
use crate::facts::problem::Problem;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// How the subject of an article's revision begins.
pub const SUBJECT: &str = "knowledge/";

impl Knowledge {
    /// The same knowledge under other revisions, with a search that knows them. What cannot be read is
    /// left out, with a problem, and the file holds.
    ///
    /// Takes some tens of milliseconds, and as many more for every example that was never embedded:
    /// not to be called while a transaction is open or somebody waits.
    #[must_use]
    pub fn overlaid<'a>(
        &self,
        revisions: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<Problem>) {
        let mut articles = self.articles.clone();
        let mut problems = Vec::new();
        let mut others = Vec::new();
        for (subject, content) in revisions.into_iter().filter(|(_, content)| !content.is_empty()) {
            let named = subject.strip_prefix(SUBJECT).and_then(|_| article::name_parts(subject));
            match named {
                Some((id, Lang::Sv)) => match article::read_swedish(subject, id.clone(), content) {
                    Ok(read) => {
                        let article = with_texts_of(read, articles.get(&id));
                        articles.insert(id, article);
                    }
                    Err(problem) => problems.push(problem),
                },
                Some((id, lang)) => others.push((subject, id, lang, content)),
                None => {}
            }
        }
        // After the Swedish files, which say that there is such an article at all.
        for (subject, id, lang, content) in others {
            match (article::read_text(subject, content), articles.get_mut(&id)) {
                (Ok(text), Some(article)) => article.set_text(lang, text),
                (Ok(_), None) => {
                    problems.push(Problem::error(subject, None, "the article has no Swedish text"));
                }
                (Err(problem), _) => problems.push(problem),
            }
        }
        let (beside, embedder) = (Arc::clone(&self.beside), self.embedder.clone());
        let memo = Arc::clone(&self.memo);
        let trained = beside.trained.as_deref();
        // That it was not trained on these articles is known here.
        let (search, _) = Search::build_with(&corpus(&articles, &beside), trained, embedder.clone(), &memo);
        (Self { articles, links: Arc::clone(&self.links), beside, embedder, memo, search }, problems)
    }

    /// The file of an article in a language, as it would be exported.
    #[must_use]
    pub fn file(&self, id: &ArticleId, lang: Lang) -> Option<String> {
        file::of(self.article(id)?, lang)
    }
}

/// Whether a revision can be read as the file that it stands for.
///
/// # Errors
/// What is wrong with it.
pub fn readable(subject: &str, content: &str) -> Result<(), Problem> {
    match article::name_parts(subject) {
        Some((id, Lang::Sv)) => article::read_swedish(subject, id, content).map(drop),
        Some(_) => article::read_text(subject, content).map(drop),
        None => Err(Problem::error(subject, None, "no article has this name")),
    }
}

/// The article as staff wrote it in Swedish, with the other languages of the files.
fn with_texts_of(mut read: Article, filed: Option<&Article>) -> Article {
    for (lang, text) in filed.into_iter().flat_map(Article::texts).filter(|(lang, _)| *lang != Lang::Sv) {
        read.set_text(lang, text.clone());
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::knowledge::Decision;
    use crate::facts::source::Source;

    const LOCAL: &str = "+++\ntitle = \"Låna en cykelpump\"\ntopic = \"about_centre\"\nlink = { name = \"Motala\", \
        url = \"https://www.motala.se/\", checked = \"2027-03-01\" }\nexamples = [\"var kan jag pumpa cykeldäcken\"]\n\
        +++\nDu lånar en pump i receptionen.\n\n## fails\nFråga oss.\n\n## centre\nKom in.\n\n## bring\ncykeln\n";

    fn filed() -> Knowledge {
        Knowledge::read(&Source::built_in().lexical_only()).0
    }

    #[test]
    fn what_staff_write_is_found_and_what_they_take_back_is_not() {
        let filed = filed();
        let id: ArticleId = "cykelpump".parse().expect("an id");
        let subject = file::name(&id, Lang::Sv);
        let (laid, problems) = filed.overlaid([(subject.as_str(), LOCAL)]);
        assert_eq!(problems, []);
        assert_eq!(laid.search.find("Var kan jag pumpa cykeldäcken?").decision, Decision::Answer(id.clone()));
        let article = laid.article(&id).expect("the article");
        assert_eq!(laid.link(article).map(|l| l.url.as_str()), Some("https://www.motala.se/"));
        assert_eq!(file::checked(article, Lang::Sv).as_deref().map(str::is_empty), Ok(false));
        let (again, problems) = filed.overlaid([(subject.as_str(), "")]);
        assert_eq!((problems, again.article(&id)), (Vec::new(), None));
        assert_eq!(again.articles().count(), filed.articles().count());
    }

    #[test]
    fn a_swedish_text_keeps_the_other_languages_and_a_bad_one_changes_nothing() {
        let filed = filed();
        let id: ArticleId = "bankid-last-kod".parse().expect("an id");
        let subject = file::name(&id, Lang::Sv);
        let (laid, _) = filed.overlaid([(subject.as_str(), LOCAL)]);
        let (before, after) = (filed.article(&id).expect("it"), laid.article(&id).expect("it"));
        assert_eq!(after.text_in(Lang::En), before.text_in(Lang::En));
        assert_ne!(after.text_in(Lang::Sv), before.text_in(Lang::Sv));
        let alone = file::name(&"utan-svenska".parse().expect("an id"), Lang::En);
        let (same, problems) = filed.overlaid([(subject.as_str(), "+++\nnot toml"), (alone.as_str(), LOCAL)]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(same.article(&id), filed.article(&id));
    }
}
