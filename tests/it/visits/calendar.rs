//! The calendar file, read by a parser of another author, as a calendar that follows RFC 5546 would.

use std::collections::BTreeMap;

use digidel::model::message::{Card, Message};
use ical::parser::ical::component::IcalEvent;

use crate::support::house::House;

/// A calendar that takes files in: by UID, and only when SEQUENCE is not older.
#[derive(Default)]
struct Calendar(BTreeMap<String, (u32, Option<IcalEvent>)>);

fn property(event: &IcalEvent, name: &str) -> String {
    let found: Vec<_> = event.properties.iter().filter(|p| p.name == name).collect();
    assert_eq!(found.len(), 1, "{name} stands once");
    found[0].value.clone().expect("a value")
}

impl Calendar {
    fn take(&mut self, file: &str) -> String {
        assert!(file.contains("\r\n") && !file.replace("\r\n", "").contains('\n'), "lines end with CRLF");
        assert!(file.lines().all(|line| line.len() <= 75), "lines are folded at 75 bytes");
        let mut read = ical::IcalParser::new(file.as_bytes());
        let calendar = read.next().expect("a calendar").expect("a calendar without faults");
        assert!(read.next().is_none());
        let of =
            |name: &str| calendar.properties.iter().find(|p| p.name == name).and_then(|p| p.value.clone());
        assert_eq!(of("VERSION").as_deref(), Some("2.0"));
        assert!(of("PRODID").is_some());
        let method = of("METHOD").expect("a method");
        let [event] = &calendar.events[..] else { panic!("one event") };
        let uid = property(event, "UID");
        let sequence: u32 = property(event, "SEQUENCE").parse().expect("a number");
        let known = self.0.get(&uid).map(|(sequence, _)| *sequence);
        assert!(known.is_none_or(|known| sequence > known), "a newer version");
        let kept = match method.as_str() {
            "PUBLISH" => {
                assert_eq!(property(event, "STATUS"), "CONFIRMED");
                assert_eq!(event.alarms.len(), 1);
                Some(event.clone())
            }
            "CANCEL" => {
                assert_eq!(property(event, "STATUS"), "CANCELLED");
                None
            }
            other => panic!("the method {other}"),
        };
        self.0.insert(uid.clone(), (sequence, kept));
        uid
    }
}

fn file(messages: &[(digidel::model::chat::Address, Message)]) -> String {
    let document = messages.iter().find_map(|(_, m)| match &m.card {
        Some(Card::Document { name, mime, content }) => Some((name, mime, content)),
        _ => None,
    });
    let (name, mime, content) = document.expect("a document");
    let method = if content.contains("METHOD:CANCEL") { "CANCEL" } else { "PUBLISH" };
    assert_eq!(
        (name.as_str(), mime.as_str()),
        ("digidel.ics", format!("text/calendar; charset=utf-8; method={method}").as_str())
    );
    content.clone()
}

#[tokio::test]
async fn a_moved_and_a_cancelled_visit_replace_the_first() {
    let mut house = House::open().await;
    let anna = "terminal:anna".parse().expect("an address");
    let mut calendar = Calendar::default();
    let book =
        ["/start book-motala", "[ons 3 mars]", "[10.30]", "[E-post]", "[Nej tack]", "[Boka utan namn]"];
    for line in book {
        house.does(&anna, None, line).await;
    }
    house.read();
    house.does(&anna, None, "[Ja, boka tiden]").await;
    let uid = calendar.take(&file(&house.read()));
    let start = |calendar: &Calendar| property(calendar.0[&uid].1.as_ref().expect("an entry"), "DTSTART");
    assert_eq!(start(&calendar), "20270303T093000Z");
    house.does(&anna, None, "[Byt tid]").await;
    house.does(&anna, None, "[fre 5 mars]").await;
    house.read();
    house.does(&anna, None, "[13.00]").await;
    assert_eq!(calendar.take(&file(&house.read())), uid);
    assert_eq!(start(&calendar), "20270305T120000Z");
    house.does(&anna, None, "[Avboka besöket]").await;
    house.read();
    house.does(&anna, None, "[Ja, avboka]").await;
    assert_eq!(calendar.take(&file(&house.read())), uid);
    assert!(calendar.0[&uid].1.is_none(), "the entry is gone");
}
