//! The words of the web chat's page and of pages that everyone sees. One typed method per key of `locales/`.
//!
//! Plain text: templates escape it. Decides nothing.

use super::{Words, words};

words! {
    Words:
    title() = "web.title";
    skip() = "web.skip";
    invented() = "web.invented";
    heading() = "web.heading";
    is_bot() = "web.is_bot";
    welcome() = "web.welcome";
    welcome_how() = "web.welcome_how";
    never_write() = "web.never_write";
    log() = "web.log";
    you() = "web.you";
    bot() = "web.bot";
    your_text() = "web.your_text";
    send() = "web.send";
    sending() = "web.sending";
    not_sent() = "web.not_sent";
    unread() = "web.unread";
    settings() = "web.settings";
    language() = "web.language";
    larger() = "web.larger";
    normal_size() = "web.normal_size";
    read_aloud() = "web.read_aloud";
    stop_reading() = "web.stop_reading";
    position_note() = "web.position_note";
    position_failed() = "web.position_failed";
    map() = "web.map";
    download(name) = "web.download";
    privacy() = "web.privacy";
    my_data() = "web.my_data";
    forget() = "web.forget";
    forgotten_title() = "web.forgotten_title";
    forgotten() = "web.forgotten";
    start_again() = "web.start_again";
    accessibility() = "web.accessibility";
    ask() = "web.ask";
    find() = "web.find";
    book() = "web.book";
    person() = "web.person";
    too_fast() = "web.too_fast";
    too_fast_title() = "web.too_fast_title";
    too_long() = "web.too_long";
    not_found_title() = "web.not_found_title";
    not_found() = "web.not_found";
    broken_title() = "web.broken_title";
    broken() = "web.broken";
    refused_title() = "web.refused_title";
    refused() = "web.refused";
    back_to_chat() = "web.back_to_chat";
    acc_title() = "web.acc_title";
    acc_intro(address) = "web.acc_intro";
    acc_operator(operator) = "web.acc_operator";
    acc_no_operator() = "web.acc_no_operator";
    acc_status_title() = "web.acc_status_title";
    acc_status() = "web.acc_status";
    acc_known_title() = "web.acc_known_title";
    acc_known_lang() = "web.acc_known_lang";
    acc_known_voice() = "web.acc_known_voice";
    acc_known_map() = "web.acc_known_map";
    acc_how_title() = "web.acc_how_title";
    acc_how() = "web.acc_how";
    acc_dates(tested, updated) = "web.acc_dates";
    acc_report_title() = "web.acc_report_title";
    acc_report() = "web.acc_report";
    acc_contact() = "web.acc_contact";
    acc_other() = "web.acc_other";
    acc_authority_title() = "web.acc_authority_title";
    acc_authority() = "web.acc_authority";
    acc_authority_link() = "web.acc_authority_link";
    my_position() = "web.my_position";
    a_button() = "web.a_button";
}
