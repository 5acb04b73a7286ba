//! The words of the console's pages about knowledge. One typed method per key of `locales/`.
//!
//! Plain text: templates escape it. Decides nothing.

use super::{Terms, words};

words! {
    Terms:
    articles_title() = "knowledge_page.articles_title";
    articles_count(count) = "knowledge_page.articles_count";
    articles_changed() = "knowledge_page.articles_changed";
    article_new() = "knowledge_page.article_new";
    article_local() = "knowledge_page.article_local";
    article_changed() = "knowledge_page.article_changed";
    knowledge_read_only() = "knowledge_page.knowledge_read_only";
    knowledge_nearest(title) = "knowledge_page.knowledge_nearest";
    retention_here(days) = "knowledge_page.retention_here";
    gap_example() = "knowledge_page.gap_example";
    gap_article() = "knowledge_page.gap_article";
    gap_aside() = "knowledge_page.gap_aside";
    proposals_title() = "knowledge_page.proposals_title";
    example_which() = "knowledge_page.example_which";
    example_texts() = "knowledge_page.example_texts";
    example_hint() = "knowledge_page.example_hint";
    example_article() = "knowledge_page.example_article";
    example_other() = "knowledge_page.example_other";
    example_note() = "knowledge_page.example_note";
    why_repeated() = "knowledge_page.why_repeated";
    why_nearly() = "knowledge_page.why_nearly";
    why_words() = "knowledge_page.why_words";
    why_both() = "knowledge_page.why_both";
    why_meaning() = "knowledge_page.why_meaning";
    tried_confidence() = "knowledge_page.tried_confidence";
    tried_answers_from() = "knowledge_page.tried_answers_from";
    tried_suggests_from() = "knowledge_page.tried_suggests_from";
    tried_mended() = "knowledge_page.tried_mended";
    tried_coverage() = "knowledge_page.tried_coverage";
    tried_table() = "knowledge_page.tried_table";
    tried_score() = "knowledge_page.tried_score";
    tried_words() = "knowledge_page.tried_words";
    tried_meaning() = "knowledge_page.tried_meaning";
    tried_likeness() = "knowledge_page.tried_likeness";
    tried_examples() = "knowledge_page.tried_examples";
    tried_hint() = "knowledge_page.tried_hint";
    article_previewed() = "knowledge_page.article_previewed";
    article_long() = "knowledge_page.article_long";
    article_looks() = "knowledge_page.article_looks";
    article_write() = "knowledge_page.article_write";
    article_hint() = "knowledge_page.article_hint";
    article_warning() = "knowledge_page.article_warning";
    warning_none() = "knowledge_page.warning_none";
    warning_care() = "knowledge_page.warning_care";
    warning_danger() = "knowledge_page.warning_danger";
    article_page() = "knowledge_page.article_page";
    article_link_known() = "knowledge_page.article_link_known";
    article_link_name() = "knowledge_page.article_link_name";
    article_link_url() = "knowledge_page.article_link_url";
    article_heading() = "knowledge_page.article_heading";
    article_first() = "knowledge_page.article_first";
    article_steps() = "knowledge_page.article_steps";
    article_more() = "knowledge_page.article_more";
    article_fails() = "knowledge_page.article_fails";
    article_centre() = "knowledge_page.article_centre";
    article_bring() = "knowledge_page.article_bring";
    article_examples() = "knowledge_page.article_examples";
    draft_fails() = "knowledge_page.draft_fails";
    draft_centre() = "knowledge_page.draft_centre";
    draft_bring() = "knowledge_page.draft_bring";
    article_phones() = "knowledge_page.article_phones";
    article_android() = "knowledge_page.article_android";
    article_iphone() = "knowledge_page.article_iphone";
    article_view() = "knowledge_page.article_view";
    article_preview() = "knowledge_page.article_preview";
    article_as_filed() = "knowledge_page.article_as_filed";
    article_files() = "knowledge_page.article_files";
    unfit_title() = "knowledge_page.unfit_title";
    unfit_missing(part) = "knowledge_page.unfit_missing";
    unfit_long(part) = "knowledge_page.unfit_long";
    unfit_heading() = "knowledge_page.unfit_heading";
    unfit_link() = "knowledge_page.unfit_link";
    unfit_topic() = "knowledge_page.unfit_topic";
    diff_title() = "knowledge_page.diff_title";
    diff_gone() = "knowledge_page.diff_gone";
    diff_new() = "knowledge_page.diff_new";
    diff_skipped(count) = "knowledge_page.diff_skipped";
    undo() = "knowledge_page.undo";
    undo_note(when) = "knowledge_page.undo_note";
}
