//! The holidays and eves, against a table that somebody else made.

use std::collections::BTreeMap;

use digidel::facts::centres::holidays::{Holiday, on};
use digidel::model::time::Date;

const TABLE: &str = include_str!("../../eval/holidays.csv");

fn named(name: &str) -> Holiday {
    match name {
        "New Year's Day" => Holiday::NewYearsDay,
        "Twelfth Night" => Holiday::TwelfthNight,
        "Epiphany" => Holiday::Epiphany,
        "Maundy Thursday" => Holiday::MaundyThursday,
        "Good Friday" => Holiday::GoodFriday,
        "Holy Saturday" => Holiday::EasterEve,
        "Easter Sunday" => Holiday::EasterSunday,
        "Easter Monday" => Holiday::EasterMonday,
        "Walpurgis Night" => Holiday::WalpurgisEve,
        "May Day" => Holiday::FirstOfMay,
        "Ascension Day" => Holiday::Ascension,
        "Pentecost Eve" => Holiday::WhitsunEve,
        "Pentecost" => Holiday::WhitSunday,
        "National Day" => Holiday::NationalDay,
        "Midsummer Eve" => Holiday::MidsummerEve,
        "Midsummer Day" => Holiday::MidsummerDay,
        "All Saints' Eve" => Holiday::AllSaintsEve,
        "All Saints' Day" => Holiday::AllSaints,
        "Christmas Eve" => Holiday::ChristmasEve,
        "Christmas Day" => Holiday::ChristmasDay,
        "Second Day of Christmas" => Holiday::BoxingDay,
        "New Year's Eve" => Holiday::NewYearsEve,
        other => panic!("a day of another name: {other}"),
    }
}

/// Every day of the table: what it is called, and whether it is a public holiday.
pub fn table() -> BTreeMap<Date, Vec<(Holiday, bool)>> {
    let mut days: BTreeMap<Date, Vec<(Holiday, bool)>> = BTreeMap::new();
    for line in TABLE.lines().filter(|l| !l.starts_with('#') && *l != "date,kind,name") {
        let [date, kind, name] = line.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        days.entry(date.parse().expect("a date")).or_default().push((named(name), kind == "public"));
    }
    days
}

#[test]
fn every_day_of_2024_to_2040_is_what_an_independent_table_says() {
    let table = table();
    let mut date = jiff::civil::date(2024, 1, 1);
    let mut days = 0;
    while date.year() <= 2040 {
        let wanted = table.get(&date).map(Vec::as_slice).unwrap_or_default();
        match on(date) {
            None => assert!(wanted.is_empty(), "{date} is {wanted:?}"),
            Some(holiday) => assert!(
                wanted.iter().any(|(name, public)| *name == holiday && *public == holiday.is_public()),
                "{date}: {holiday:?}, but the table says {wanted:?}"
            ),
        }
        date = date.tomorrow().expect("a day");
        days += 1;
    }
    assert_eq!(days, 6_210);
}
