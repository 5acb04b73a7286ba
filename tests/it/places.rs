//! Places: what residents write becomes a place, ordinary words do not, and faults are told.

use std::sync::LazyLock;

use digidel::facts::places::Places;
use digidel::facts::problem::{Problem, Severity};
use digidel::model::place::{Certainty, Municipality, Place, PlaceKind, Position, Resolved};
use proptest::prelude::*;
use serde::Deserialize;

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/");
const EVAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/eval/places.jsonl");
/// The share of the labelled inputs that must come out right.
const WANTED: f64 = 0.98;

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let (places, problems) = Places::read(&|name| std::fs::read_to_string(format!("{CONFIG}{name}")).ok());
    assert_eq!(problems, [], "the shipped files have no faults");
    places
});

/// One line of `tests/eval/places.jsonl`.
#[derive(Debug, Deserialize)]
struct Labelled {
    input: String,
    municipality: Option<String>,
    kind: String,
    #[serde(default)]
    ambiguous: bool,
    #[serde(default)]
    choices: Vec<String>,
}

impl Labelled {
    /// `sentence` and `silence` are read by `mention`, all others by `resolve`.
    fn ask(&self) -> Option<Resolved> {
        match self.kind.as_str() {
            "sentence" | "silence" => PLACES.mention(&self.input).map(|(resolved, _)| resolved),
            _ => Some(PLACES.resolve(&self.input)),
        }
    }

    fn is_right(&self, got: Option<&Resolved>) -> bool {
        match (got, self.kind.as_str()) {
            (None, kind) => kind == "silence",
            (Some(Resolved::Abroad), kind) => kind == "abroad",
            (Some(Resolved::Unknown), kind) => kind == "unknown" || kind == "nonsense",
            (Some(Resolved::One { place, certainty }), kind) => {
                let found = Some(place.municipality.as_str());
                let alone = self.choices.len() < 2;
                let guess = (kind == "guess") == (*certainty == Certainty::Guess);
                alone && guess && found.is_some() && found == self.municipality.as_deref()
            }
            (Some(Resolved::Several(places)), _) => {
                let offered = |name: &String| places.iter().any(|p| p.municipality.as_str() == name);
                self.ambiguous && self.choices.iter().all(offered)
            }
        }
    }
}

#[test]
fn labelled_inputs() {
    let text = std::fs::read_to_string(EVAL).expect("the labelled inputs");
    let all: Vec<Labelled> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(all.len() >= 220, "{} inputs", all.len());
    let wrong: Vec<String> = all
        .iter()
        .map(|labelled| (labelled, labelled.ask()))
        .filter(|(labelled, got)| !labelled.is_right(got.as_ref()))
        .map(|(labelled, got)| format!("{labelled:?}: {got:?}"))
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
    let right = 1.0 - wrong.len() as f64 / all.len() as f64;
    assert!(right >= WANTED, "{right:.3} right; wrong:\n{}", wrong.join("\n"));
}

#[test]
fn answers_carry_name_kind_and_certainty() {
    for (text, name, kind, municipality, certainty) in [
        ("59132", "591 32 Motala", PlaceKind::Postcode, "Motala", Certainty::Exact),
        ("58299", "582 99 Linköping", PlaceKind::Postcode, "Linköping", Certainty::Guess),
        ("motala", "Motala", PlaceKind::Locality, "Motala", Certainty::Exact),
        ("Motala kommun", "Motala", PlaceKind::Municipality, "Motala", Certainty::Exact),
        ("Åre", "Åre", PlaceKind::Locality, "Åre", Certainty::Exact),
        ("Gotland", "Gotland", PlaceKind::Municipality, "Gotland", Certainty::Exact),
        ("Gothenburg", "Göteborg", PlaceKind::Locality, "Göteborg", Certainty::Exact),
        ("Göteobrg", "Göteborg", PlaceKind::Locality, "Göteborg", Certainty::Corrected),
        ("Berga, Kalmar", "Berga", PlaceKind::Suburb, "Kalmar", Certainty::Exact),
        ("58.54, 15.04", "Motala", PlaceKind::Position, "Motala", Certainty::Exact),
    ] {
        let Resolved::One { place, certainty: sure } = PLACES.resolve(text) else {
            panic!("{text}: {:?}", PLACES.resolve(text));
        };
        let got = (place.name.as_str(), place.kind, place.municipality.as_str(), sure);
        assert_eq!(got, (name, kind, municipality, certainty), "{text}");
    }
}

#[test]
fn namesakes_are_offered_once_per_municipality() {
    for text in ["Berga", "Husby", "Ekeby", "Hammarby", "Backa", "Berg"] {
        let Resolved::Several(places) = PLACES.resolve(text) else {
            panic!("{text}: {:?}", PLACES.resolve(text));
        };
        assert!((2..=6).contains(&places.len()), "{text}: {places:?}");
        let mut municipalities: Vec<_> = places.iter().map(|place| &place.municipality).collect();
        municipalities.sort();
        municipalities.dedup();
        assert_eq!(municipalities.len(), places.len(), "{text}: {places:?}");
    }
    let Resolved::Several(places) = PLACES.resolve("Husby") else { panic!("Husby") };
    assert_eq!(places.first().map(|place| place.municipality.as_str()), Some("Stockholm"));
}

#[test]
fn a_text_that_says_more_is_no_place_but_mentions_one() {
    for text in [
        "öppettider i Motala",
        "Hjälp i Motala",
        "jag bor i Borås och behöver hjälp",
        "Jag bor på 582 22 och har glömt mitt lösenord",
        "find help near 591 32",
    ] {
        assert_eq!(PLACES.resolve(text), Resolved::Unknown, "{text}");
        assert!(PLACES.mention(text).is_some(), "{text}");
    }
    for text in [
        "Anna Svensson, Storgatan 5, 591 32 Motala",
        "jag bor i Borås",
        "591 32 motala",
        "storgatan 5 motala",
    ] {
        assert!(matches!(PLACES.resolve(text), Resolved::One { .. }), "{text}");
    }
}

#[test]
fn a_mention_tells_its_words() {
    for (sentence, words) in [
        ("öppettider i Motala?", "Motala"),
        ("Hej! Jag bor i Upplands Väsby.", "Upplands Väsby"),
        ("find help near SE-591 32 please", "SE-591 32"),
        ("jag bor i Berga i Kalmar nu", "Berga i Kalmar"),
        ("från Malmö, men jag bor i Borås", "Borås"),
        ("أسكن في غوتنبرغ وأحتاج مساعدة", "غوتنبرغ"),
    ] {
        let range = PLACES.mention(sentence).map(|(_, range)| range).expect(sentence);
        assert_eq!(sentence.get(range), Some(words), "{sentence}");
    }
}

#[test]
fn borders() {
    for (lat, lon, municipality) in [
        (58.5371, 15.0365, Some("Motala")),
        (59.3293, 18.0686, Some("Stockholm")),
        (67.8558, 20.2253, Some("Kiruna")),
        (57.6409, 18.2960, Some("Gotland")),
        (58.45, 14.65, Some("Motala")), // in Lake Vättern
        (59.9139, 10.7522, None),       // Oslo
        (55.6761, 12.5683, None),       // Copenhagen
        (60.1699, 24.9384, None),       // Helsinki
        (57.20, 20.50, None),           // the Baltic
        (0.0, 0.0, None),
        (90.0, 180.0, None),
    ] {
        let position = Position::new(lat, lon).expect("a point on earth");
        let found = PLACES.locate(position);
        if municipality.is_none() {
            assert_eq!(PLACES.resolve(&format!("{lat:.4}, {lon:.4}")), Resolved::Abroad);
        }
        if (lat, lon) == (58.45, 14.65) {
            assert!(found.is_some(), "a lake belongs to some municipality");
        } else {
            assert_eq!(found.as_ref().map(Municipality::as_str), municipality, "{lat}, {lon}");
        }
    }
}

#[test]
fn seats_lie_in_their_municipalities() {
    assert_eq!(PLACES.municipalities().count(), 290);
    for municipality in PLACES.municipalities() {
        let seat = PLACES.seat(municipality).expect("a seat");
        assert_eq!(PLACES.locate(seat).as_ref(), Some(municipality));
        let named = PLACES.resolve(&format!("{municipality} kommun"));
        let Resolved::One { place, .. } = named else { panic!("{municipality}: {named:?}") };
        assert_eq!(&place.municipality, municipality);
    }
    assert_eq!(PLACES.seat(&Municipality::new("Atlantis")), None);
}

#[test]
fn suggestions_come_by_size() {
    let names = |prefix: &str| -> Vec<String> {
        PLACES.suggest(prefix, 3).into_iter().map(|place| place.name).collect()
    };
    assert_eq!(names("mot").first().map(String::as_str), Some("Motala"));
    assert_eq!(names("GÖTE").first().map(String::as_str), Some("Göteborg"));
    assert_eq!(names("591").len(), 3);
    assert_eq!(names("5913").first().map(String::as_str), Some("591 30 Motala"));
    assert_eq!(names(""), [""; 0]);
    assert_eq!(PLACES.suggest("a", 0), []);
}

/// The five files, small, each with one good row and some bad ones.
fn broken(name: &str) -> Option<String> {
    let text = match name {
        "places/municipalities.csv" => {
            "code,name,county,lat,lon,population,seat\n0583,Motala,Östergötlands län,58.5,15.0,43673,Motala\n\
             0999,Atlantis,Havets län,0,0,1,Atlantis\n0583,Motala,Östergötlands län,58.5,15.0,43673,Motala\n"
        }
        "places/places.csv" => {
            "\u{feff}name,kind,municipality,lat,lon,population,source\nMotala,locality,Motala,58.5,15.0,31340,x\n\
             Borensberg,village,Motala,58.6,15.3,,x\nBorensberg,locality,Montala,58.6,15.3,,x\n\
             ,locality,Motala,58.6,15.3,,x\nBorensberg,locality,Motala,58.6,x,,x\nBorensberg,locality\n\
             Borensberg,locality,Motala,58.6,15.3,many,x\n"
        }
        "places/postcodes.csv" => {
            "postcode,place,municipality,lat,lon,source\n59132,Motala,Motala,58.5,15.0,x\n\
             5913,Motala,Motala,58.5,15.0,x\n99132,Motala,Motala,58.5,15.0,x\n59132,Vadstena,Motala,58.5,15.0,x\n"
        }
        "places/aliases.csv" => "alias,lang,kind\nMutala,lit,locality\n",
        _ => return None,
    };
    Some(text.to_owned())
}

#[test]
fn faults_are_told_by_file_and_line_and_the_rest_is_loaded() {
    let (places, problems) = Places::read(&broken);
    let told: Vec<(&str, Option<u32>)> =
        problems.iter().map(|problem| (problem.file.as_str(), problem.line)).collect();
    let expected = [
        ("places/municipalities.geojson", None),
        ("places/municipalities.csv", Some(3)),
        ("places/municipalities.csv", Some(4)),
        ("places/places.csv", Some(3)),
        ("places/places.csv", Some(4)),
        ("places/places.csv", Some(5)),
        ("places/places.csv", Some(6)),
        ("places/places.csv", Some(7)),
        ("places/places.csv", Some(8)),
        ("places/aliases.csv", Some(1)),
        ("places/postcodes.csv", Some(3)),
        ("places/postcodes.csv", Some(4)),
        ("places/postcodes.csv", None),
        ("places/municipalities_land.geojson", None),
        ("places/municipalities_land.geojson", Some(1)),
    ];
    assert_eq!(told, expected, "{problems:#?}");
    let twice = problems.iter().rfind(|problem| problem.file == "places/postcodes.csv");
    let twice = twice.expect("the code that stands there twice");
    assert_eq!(twice.severity, Severity::Warning);
    let kind = problems.iter().find(|problem| problem.message.contains("village"));
    let kind = kind.map(Problem::to_string).unwrap_or_default();
    assert!(kind.starts_with("places/places.csv:3: “village”"), "{kind}");
    for text in ["Motala", "591 32"] {
        assert!(matches!(places.resolve(text), Resolved::One { .. }), "{text}");
    }
    assert_eq!(places.locate(Position::new(58.5, 15.0).expect("Motala")), None);
}

#[test]
fn without_any_file_nothing_is_known() {
    let (places, problems) = Places::read(&|_| None);
    assert_eq!(problems.len(), 7);
    assert_eq!(places.resolve("Motala"), Resolved::Unknown);
    assert_eq!(places.resolve("591 32"), Resolved::Unknown);
    assert_eq!(places.mention("jag bor i Motala"), None);
}

#[test]
fn places_survive_json_and_bad_points_do_not() {
    let found = PLACES.resolve("Berga");
    let json = serde_json::to_string(&found).expect("JSON");
    assert_eq!(serde_json::from_str::<Resolved>(&json).expect("a place"), found);
    assert!(serde_json::from_str::<Position>(r#"{"lat":91.0,"lon":15.0}"#).is_err());
    assert_eq!(Position::new(f64::NAN, 15.0), None);
}

#[test]
fn distances() {
    let point = |text: &str| match PLACES.resolve(text) {
        Resolved::One { place: Place { position, .. }, .. } => position,
        other => panic!("{text}: {other:?}"),
    };
    let km = point("Stockholm").km_to(point("Göteborg"));
    assert!((390.0..405.0).contains(&km), "{km}");
    assert!(point("Motala").km_to(point("Motala")).abs() < f64::EPSILON);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,60}") {
        let _ = PLACES.resolve(&text);
        let _ = PLACES.suggest(&text, 5);
        if let Some((_, range)) = PLACES.mention(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn nor_is_one_of_the_usual_pieces(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "Berga", " ", "i", ", ", "Kalmar", "591", "32", "SE-", "bor", "\u{200d}", "å", "\u{30a}",
                "-", "58.5", "län", "في", "ــ", "'s", "kommun", "😀", "\n", "Göteobrg", "1", ".",
            ]),
            0..14,
        )
    ) {
        let text = pieces.concat();
        let _ = PLACES.resolve(&text);
        if let Some((_, range)) = PLACES.mention(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn every_point_on_earth_has_an_answer(lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64) {
        let position = Position::new(lat, lon).expect("in range");
        let near = (54.0..70.0).contains(&lat) && (9.0..26.0).contains(&lon);
        prop_assert!(near || PLACES.locate(position).is_none());
    }
}
