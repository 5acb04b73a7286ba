//! The words of the console's map, centres and check-in. One typed method per key of `locales/`.
//!
//! Plain text: templates escape it. Decides nothing.

use super::{Terms, words};

words! {
    Terms:
    map_title() = "centre_page.map_title";
    map_text(count) = "centre_page.map_text";
    map_hint(days) = "centre_page.map_hint";
    map_municipality() = "centre_page.map_municipality";
    map_requests() = "centre_page.map_requests";
    map_centres() = "centre_page.map_centres";
    map_hidden() = "centre_page.map_hidden";
    map_scale(range) = "centre_page.map_scale";
    centre_postal() = "centre_page.centre_postal";
    centre_phones() = "centre_page.centre_phones";
    centre_exceptions() = "centre_page.centre_exceptions";
    centre_exceptions_hint() = "centre_page.centre_exceptions_hint";
    centre_exception_wrong(line) = "centre_page.centre_exception_wrong";
    centre_confirmed_on() = "centre_page.centre_confirmed_on";
    centre_confirmed_wrong() = "centre_page.centre_confirmed_wrong";
    centre_stale() = "centre_page.centre_stale";
    centre_number_wrong() = "centre_page.centre_number_wrong";
    kept_words(days) = "centre_page.kept_words";
    kept_visits(days) = "centre_page.kept_visits";
    scan_title() = "centre_page.scan_title";
    scan_hint() = "centre_page.scan_hint";
    scan_start() = "centre_page.scan_start";
    scan_stop() = "centre_page.scan_stop";
    scan_picture() = "centre_page.scan_picture";
    scan_found(code) = "centre_page.scan_found";
    scan_refused() = "centre_page.scan_refused";
    scan_unable() = "centre_page.scan_unable";
    scan_done(name, time) = "centre_page.scan_done";
    scan_somebody() = "centre_page.scan_somebody";
    scan_already() = "centre_page.scan_already";
    scan_no_code() = "centre_page.scan_no_code";
}
