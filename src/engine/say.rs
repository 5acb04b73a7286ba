//! Every sentence that the bot says: one typed function per key of `locales/`.
//!
//! The only caller of `t!`. A placeholder that a locale lacks, or a key that nobody uses, fails a
//! test; a placeholder that a caller forgets does not compile.

use rust_i18n::t;

use crate::model::event::Command;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::profile::{Profile, Profiles};
use crate::model::time::{Date, Time};

/// Something that can stand in a sentence.
pub trait Say {
    /// Its Markdown in a language.
    fn say(&self, lang: Lang) -> String;
}

impl Say for Markup {
    fn say(&self, _: Lang) -> String {
        self.as_str().to_owned()
    }
}

/// Text that somebody wrote, a name or a number: escaped, and kept apart in right-to-left text
/// (U+2068 and U+2069, Unicode Bidirectional Algorithm, 2.4) so that it cannot turn its surroundings.
impl Say for &str {
    fn say(&self, lang: Lang) -> String {
        let escaped = Markup::from_user(self);
        if lang.is_rtl() {
            format!("\u{2068}{}\u{2069}", escaped.as_str())
        } else {
            escaped.as_str().to_owned()
        }
    }
}

impl Say for String {
    fn say(&self, lang: Lang) -> String {
        self.as_str().say(lang)
    }
}

impl Say for usize {
    fn say(&self, lang: Lang) -> String {
        self.to_string().say(lang)
    }
}

impl Say for Time {
    fn say(&self, lang: Lang) -> String {
        clock(lang, *self).as_str().say(lang)
    }
}

impl Say for Date {
    fn say(&self, lang: Lang) -> String {
        day(lang, *self).as_str().say(lang)
    }
}

/// Plain text for a button: no Markdown, so nothing is escaped; kept apart like other names.
struct Plain<'a, T: ?Sized>(&'a T);

impl Plain<'_, str> {
    fn say(&self, lang: Lang) -> String {
        if lang.is_rtl() { format!("\u{2068}{}\u{2069}", self.0) } else { self.0.to_owned() }
    }
}

/// A sentence with its values in place. The commands in it are kept apart in right-to-left text:
/// their slash would else stand on the wrong side.
fn sentence(lang: Lang, text: String) -> Markup {
    if !lang.is_rtl() {
        return Markup::trusted(text);
    }
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let command = word.trim_end_matches(|c: char| !c.is_ascii_lowercase());
        if command.strip_prefix('/').is_some_and(|name| name.bytes().all(|b| b.is_ascii_lowercase())) {
            format!("\u{2068}{command}\u{2069}{}", &word[command.len()..])
        } else {
            word.to_owned()
        }
    });
    Markup::trusted(words.collect::<String>())
}

macro_rules! sentences {
    ($($name:ident($($arg:ident),*) = $key:literal;)+) => { $(
        #[doc = concat!("The sentence `", $key, "`.")]
        #[must_use]
        pub fn $name(lang: Lang $(, $arg: impl Say)*) -> Markup {
            sentence(lang, t!($key, locale = lang.code() $(, $arg = $arg.say(lang))*).into_owned())
        }
    )+ };
}

macro_rules! labels {
    ($($name:ident($($arg:ident),*) = $key:literal;)+) => { $(
        #[doc = concat!("The label `", $key, "`, plain text.")]
        #[must_use]
        pub fn $name(lang: Lang $(, $arg: &str)*) -> String {
            t!($key, locale = lang.code() $(, $arg = Plain($arg).say(lang))*).into_owned()
        }
    )+ };
}

mod desk;
mod units;
mod visits;

pub use self::desk::*;
pub use self::units::*;
pub use self::visits::*;

sentences! {
    greeting() = "menu.greeting";
    greeting_again() = "menu.greeting_again";
    menu() = "menu.menu";
    slow_down() = "menu.slow_down";
    help() = "menu.help";
    robot() = "menu.robot";
    thanks() = "menu.thanks";
    goodbye() = "menu.goodbye";
    insult() = "menu.insult";
    old_button() = "menu.old_button";
    nothing_open() = "menu.nothing_open";
    left_flow() = "menu.left_flow";
    languages() = "menu.languages";
    language_set() = "menu.language_set";
    only_text() = "menu.only_text";
    only_text_voice() = "menu.only_text_voice";
    only_text_picture() = "menu.only_text_picture";
    edited() = "menu.edited";

    ask_question() = "answer.ask";
    article_title(title) = "answer.title";
    article_android() = "answer.android";
    article_iphone() = "answer.iphone";
    article_fails() = "answer.fails";
    article_centre() = "answer.centre";
    article_bring(things) = "answer.bring";
    article_link(link) = "answer.link";
    article_care() = "answer.care";
    article_other_language() = "answer.other_language";
    article_unreviewed() = "answer.unreviewed";
    explained(term, plain) = "answer.explained";
    suggest() = "answer.suggest";
    unknown() = "answer.unknown";
    helped() = "answer.helped";
    not_helped() = "answer.not_helped";
    gone_article() = "answer.gone";

    ask_place() = "place.ask";
    ask_place_to_book() = "place.ask_to_book";
    book_where() = "place.book_where";
    which_place() = "place.which";
    unknown_place(text) = "place.unknown";
    guessed_place(code, municipality) = "place.guess";
    corrected_place(name) = "place.corrected";
    outside_sweden() = "place.outside";
    centres_near(place) = "place.near";
    own_centre(municipality) = "place.own";
    far_away(km) = "place.far";
    host_library(municipality) = "place.host_library";
    other_help() = "place.other_help";
    centre_line(name, distance) = "place.line";
    centre_at(address) = "place.at";
    centre_no_address(municipality) = "place.no_address";
    centre_name(name, municipality) = "place.name";
    open_until(time) = "hours.open_until";
    opens_today(time) = "hours.opens_today";
    opens_on(day, time) = "hours.opens_on";
    closed_long() = "hours.closed_long";
    hours_unknown() = "hours.unknown";
    hours_unknown_ring(phone) = "hours.unknown_ring";
    hours_old(year) = "hours.old";
    hours_of_host() = "hours.of_host";
    hours_title() = "hours.title";
    hours_day(day, periods) = "hours.day";
    hours_closed_day(day) = "hours.closed_day";
    mode_drop_in() = "mode.drop_in";
    mode_slots() = "mode.slots";
    mode_on_request() = "mode.on_request";
    mode_unknown() = "mode.unknown";
    phone(number) = "place.phone";
    municipality_phone(number) = "place.municipality_phone";
    no_phone() = "place.no_phone";
    page(link) = "place.page";
    confirmed_on(date) = "place.confirmed";
    confirmed_ring(date) = "place.confirmed_ring";
    never_confirmed() = "place.never_confirmed";
    uncertain_centre() = "place.uncertain";
    languages_spoken(languages) = "place.languages";
    town_point() = "place.town_point";

    choose_centre() = "visit.choose_centre";
    choose_day(centre) = "visit.choose_day";
    choose_time(day, centre) = "visit.choose_time";
    drop_in_instead(centre) = "visit.drop_in_instead";
    no_free_times(centre) = "visit.no_free_times";
    seat_gone() = "visit.seat_gone";
    ask_name() = "visit.ask_name";
    name_too_long() = "visit.name_too_long";
    summary(centre, day, time, minutes) = "visit.summary";
    summary_name(name) = "visit.summary_name";
    summary_about(about) = "visit.summary_about";
    summary_confirm() = "visit.summary_confirm";
    hold_gone() = "visit.hold_gone";
    booked(centre, day, time) = "visit.booked";
    booked_code(code) = "visit.booked_code";
    booked_bring() = "visit.booked_bring";
    moved(centre, day, time) = "visit.moved";
    propose(centre) = "visit.propose";
    propose_unknown(centre) = "visit.propose_unknown";
    proposed_so_far(times) = "visit.proposed_so_far";
    proposals_sent(centre, times) = "visit.proposals_sent";
    no_hours_to_propose(centre) = "visit.no_hours_to_propose";
    too_many_visits() = "visit.too_many";
    your_visits() = "visit.yours";
    no_visits() = "visit.none";
    visit_line(day, time, centre) = "visit.line";
    visit_waiting_line(day, time, centre) = "visit.waiting_line";
    visit_shown(centre, day, time) = "visit.shown";
    cancel_sure(centre, day, time) = "visit.cancel_sure";
    cancelled(centre, day, time) = "visit.cancelled";
    visit_gone() = "visit.gone";
    calendar() = "visit.calendar";
    reminder_tomorrow(centre, day, time) = "visit.reminder_tomorrow";
    reminder_soon(centre, time) = "visit.reminder_soon";
    code_unknown() = "visit.code_unknown";

    person_ask() = "person.ask";
    person_group() = "person.group";
    person_consent() = "person.consent";
    person_waiting() = "person.waiting";
    person_ring(phone) = "person.ring";
    person_passed_on() = "person.passed_on";
    person_taken() = "person.taken";
    person_ended() = "person.ended";
    person_answers(name) = "person.answers";
    person_here(name) = "person.here";
    rate() = "person.rate";
    rated() = "person.rated";

    masked() = "safety.masked";
    masked_identity() = "safety.masked_identity";
    masked_card() = "safety.masked_card";
    masked_code() = "safety.masked_code";
    fraud_now() = "safety.fraud_now";
    crisis() = "safety.crisis";
    fraud_likely() = "safety.fraud_likely";
    crisis_likely() = "safety.crisis_likely";
    scam_signs() = "safety.scam_signs";
    scam_cannot_tell() = "safety.scam_cannot_tell";
    scam_nothing() = "safety.scam_nothing";
    scam_invite() = "safety.scam_invite";
    scam_do() = "safety.scam_do";
    sign_look_alike(seen, like) = "safety.sign_look_alike";
    sign_short_link(seen) = "safety.sign_short_link";
    sign_foreign_number(seen) = "safety.sign_foreign_number";
    sign_urgency() = "safety.sign_urgency";
    sign_code() = "safety.sign_code";
    sign_payment() = "safety.sign_payment";
    sign_install() = "safety.sign_install";
    sign_sender(name, seen) = "safety.sign_sender";
    sign_ip_link(seen) = "safety.sign_ip_link";
    sign_odd_tld(seen) = "safety.sign_odd_tld";
    sign_prize() = "safety.sign_prize";
    sign_relative() = "safety.sign_relative";

    privacy() = "privacy.text";
    my_data(count) = "privacy.my_data";
    my_data_one() = "privacy.my_data_one";
    my_data_row(day, time, text) = "privacy.my_data_row";
    my_data_none() = "privacy.my_data_none";
    forget_sure() = "privacy.forget_sure";
    forgotten() = "privacy.forgotten";
    forgotten_telegram() = "privacy.forgotten_telegram";
    forgotten_discord() = "privacy.forgotten_discord";

    group_greeting() = "group.greeting";
    group_private() = "group.private";
}

labels! {
    button_ask() = "button.ask";
    button_find() = "button.find";
    button_book() = "button.book";
    button_visits() = "button.visits";
    button_person() = "button.person";
    button_languages() = "button.languages";
    button_menu() = "button.menu";
    button_resume() = "button.resume";
    button_leave() = "button.leave";
    button_back() = "button.back";
    button_yes_helped() = "button.yes_helped";
    button_not_helped() = "button.not_helped";
    button_easier() = "button.easier";
    button_help_on_site() = "button.help_on_site";
    button_none_of_these() = "button.none_of_these";
    button_share_position() = "button.share_position";
    button_book_here() = "button.book_here";
    button_other_centre() = "button.other_centre";
    button_no_name() = "button.no_name";
    button_confirm() = "button.confirm";
    button_send_proposals() = "button.send_proposals";
    button_move() = "button.move";
    button_cancel() = "button.cancel";
    button_cancel_yes() = "button.cancel_yes";
    button_keep() = "button.keep";
    button_calendar() = "button.calendar";
    button_person_yes() = "button.person_yes";
    button_person_no() = "button.person_no";
    button_end() = "button.end";
    button_forget_yes() = "button.forget_yes";
    button_forget_no() = "button.forget_no";
    button_privacy() = "button.privacy";
    button_my_data() = "button.my_data";
    button_forget() = "button.forget";
    button_other_day() = "button.other_day";
    button_private() = "button.private";
    button_route() = "button.route";
    button_place(place, municipality) = "button.place";
    calendar_title(centre) = "visit.calendar_title";
    calendar_text(code) = "visit.calendar_text";
    profile_name() = "profile.name";
    profile_description() = "profile.description";
    profile_short() = "profile.short";
    old_button_notice() = "profile.old_button";
    out_of_order() = "profile.out_of_order";
    position_below() = "profile.position_below";
    poster_title() = "poster.title";
    poster_scan() = "poster.scan";
    poster_do() = "poster.do";
    poster_free() = "poster.free";
}

/// A word that Discord shows outside messages: the name of a command, the title of a form.
#[must_use]
pub fn discord(lang: Lang, key: &str) -> String {
    t!(format!("discord.{key}"), locale = lang.code()).into_owned()
}

/// The name of a topic; the topic's own key if nobody has named it.
#[must_use]
pub fn topic(lang: Lang, topic: &str) -> String {
    t!(format!("topic.{topic}"), locale = lang.code()).into_owned()
}

/// A heading or a label in the file with everything that is kept about a person.
#[must_use]
pub fn kept(lang: Lang, key: &str) -> String {
    t!(format!("kept.{key}"), locale = lang.code()).into_owned()
}

/// What a command does, for the command menu.
#[must_use]
pub fn command(lang: Lang, command: Command) -> String {
    t!(format!("command.{}", command.name()), locale = lang.code()).into_owned()
}

/// What platforms show of the bot, in every language that is offered.
#[must_use]
pub fn profiles() -> Profiles {
    let others = Lang::OFFERED.iter().filter(|lang| **lang != Lang::default()).map(|lang| profile(*lang));
    Profiles::new(profile(Lang::default()), others.collect())
}

fn profile(lang: Lang) -> Profile {
    Profile {
        lang,
        name: profile_name(lang),
        description: profile_description(lang),
        short: profile_short(lang),
        commands: Command::ALL.into_iter().map(|c| (c, command(lang, c))).collect(),
        route: button_route(lang),
        old_button: old_button_notice(lang),
        out_of_order: out_of_order(lang),
        position_below: position_below(lang),
    }
}
