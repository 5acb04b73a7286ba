//! The scam check on realistic, invented messages, and what counts as a pasted message.

use std::path::Path;

use digidel::facts::scam::{ScamCheck, Sign, Verdict};

fn check() -> ScamCheck {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/scam.toml");
    let text = std::fs::read_to_string(path).expect("config/scam.toml");
    let (check, problems) = ScamCheck::read("scam.toml", &text);
    assert!(problems.is_empty(), "{problems:?}");
    check
}

/// Invented messages that should be warned of.
const SIGNS: &[&str] = &[
    "PostNord: Ditt paket kunde inte levereras. Betala 19 kr i tullavgift: https://postnord-se.com/pay",
    "Ditt BankID har spärrats. Verifiera dig här: https://bankid.se.verify-login.example",
    "Hej mamma, jag har tappat min mobil. Det här är mitt nya nummer, skriv till mig på WhatsApp.",
    "Skatteverket: Du har en återbäring på 4 382 kr. Hämta den på http://skatteverket-aterbaring.example",
    "Swedbank: Ovanlig inloggning. Logga in inom 24 timmar annars spärras ditt konto: https://swedbamk.se/login",
    "https://www.bаnkid.com/login",
    "https://xn--bnkid-4ve.com",
    "Logga in här: http://192.168.44.12/bank",
    "Grattis! Du har vunnit en iPhone. Klicka här för att hämta din vinst: https://vinn-nu.click",
    "Hi mum, I dropped my phone. This is my new number. Can you send me money on WhatsApp?",
    "Your Netflix payment failed. Update your payment details: https://netflix-billing.example/card",
    "Ring +88 213 445 5667 omedelbart, din dator är infekterad av ett virus",
    "Kivra: du har en obetald faktura. Betala senast idag på https://kivra-faktura.example",
    "Försäkringskassan: Du har rätt till ersättning. Bekräfta ditt konto: https://forsakringskassan.minasidor.example",
    "Nordea: ditt kort är spärrat. Aktivera det med BankID: https://n0rdea.se",
    "Transportstyrelsen: obetald trängselskatt 85 kr. Betala inom 2 dagar: transportstyrelsen-betala.example/p",
    "Polisen: du är misstänkt för brott. Kontakta oss omedelbart: https://polisen.example/arende",
    "PostNord: paketet returneras om du inte betalar frakten: https://bit.ly/3xYz9k",
    "Ladda ner AnyDesk så hjälper vår tekniker dig att stoppa hackaren.",
    "Bäste kund, svara med ditt kortnummer och din kod så betalar vi tillbaka pengarna.",
    "Jag är advokat i London. En avliden släkting till dig har lämnat ett arv på 4 500 000 dollar.",
    "Investera 2 500 kr i bitcoin och få garanterad avkastning varje dag: https://rikedom.example",
    "Telia: din faktura kunde inte dras. Uppdatera dina kortuppgifter på https://te1ia.se/betala",
    "Microsoft: your computer has been locked. Call support immediately +1 800 555 0199",
    "Your package is on hold. Pay the customs fee of 2.99 EUR: https://dhl-express.parcel.example",
    "SEB: Your account is suspended. Verify your identity: https://seb-login.example",
    "Dear customer, confirm your card details within 12 hours or your account will be closed.",
    "Congratulations, you have been selected as the winner of a 10,000 kr ICA gift card. Claim your prize!",
    "Apple: your iCloud is locked, sign in here https://appleid.apple.com.unlock.example",
    "CSN: du har ett belopp att få tillbaka. Legitimera dig via https://csn-utbetalning.example",
    "1177: Du har ett nytt svar. Logga in via länken: https://1177-se.example/svar",
    "Hej pappa! Min telefon är sönder, spara mitt nya nummer. Kan du swisha 4 000 till en kompis?",
    "Hej mormor, det är jag. Jag har fått nytt nummer. Hör av dig här +44 7700 900123",
    "Handelsbanken: BankID löper ut imorgon. Uppdatera här https://handelsbanken.se-bankid.example",
    "Blocket: köparen har betalat. Ange dina kortuppgifter för att ta emot pengarna: https://blocket-betalning.example",
    "Vi har filmat dig via din webbkamera. Skicka 0,1 bitcoin inom 48 timmar annars får alla se filmen.",
    "Klarna: misstänkt köp på 7 999 kr. Stoppa köpet genom att verifiera ditt konto: klarna.kundtjanst.example/stopp",
    "عزيزي العميل، تم ايقاف حسابك. ادفع رسوم التوصيل: https://postnord.example",
    "Шановний клієнте, вашу картку заблоковано. Негайно: https://swedbank.example",
    "Szanowny kliencie, zapłać opłatę natychmiast, inaczej zostanie zawieszone: https://paczka.example",
    "Tilisi on suljettu. Maksa toimitusmaksu heti: https://posti.example",
    "Ring Säkerhetsavdelningen på 0046 8 123 456. Flytta dina pengar till ett säkert konto omedelbart.",
];

/// Invented messages of which nothing can be told: an unknown address, or one weak sign.
const CANNOT_TELL: &[&str] = &[
    "Hej! Din tid hos tandläkaren är imorgon kl 10.15. Avboka på https://folktandvard.example",
    "bit.ly/3xYz9k",
    "Titta på de här bilderna från festen: https://bilder.example/album",
    "https://biblioteket-i-byn.example",
    "Faktura 299 kr förfaller 30 november, bifogas. Betala till bankgiro 5050-1055.",
    "Ring mig på +48 600 123 456 när du kan",
    "Välkommen till kursen! Anmäl dig på www.studieforbund.example före fredag",
    "Biljetter finns på https://teater.example, betala med Swish",
    "Ditt paket från bokhandeln levereras av PostNord. Följ det på https://bokhandel.example/spara",
];

/// Invented messages without a sign. Official links do not make a message safe; nothing is claimed.
const NOTHING: &[&str] = &[
    "https://www.skatteverket.se/privat",
    "Logga in på www.1177.se när du vill läsa svaret.",
    "Din kod är [kod]. Dela den inte med någon.",
    "Hej, vi ses på biblioteket kl 15. Ta med datorn!",
    "PostNord: ditt paket finns att hämta på ICA. Spåra på https://www.postnord.se",
    "Lämna aldrig ut din kod till någon som ringer.",
    "Your library books are due on Friday.",
    "Swedbank: Du kan läsa mer om säkerhet på https://www.swedbank.se",
    "Tack för igår! Hälsa barnen.",
];

#[test]
fn messages_get_the_right_verdict() {
    let check = check();
    let tables =
        [(SIGNS, Verdict::Signs), (CANNOT_TELL, Verdict::CannotTell), (NOTHING, Verdict::NothingFound)];
    let mut wrong = Vec::new();
    for (messages, expected) in tables {
        for message in messages {
            let examination = check.examine(message);
            if examination.verdict != expected {
                wrong.push(format!("{expected:?} but {examination:?}: {message}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Messages written afterwards, without a look at the rules: most frauds are seen, and no genuine message
/// is called a fraud.
#[test]
fn unseen_messages_are_told_apart() {
    const SEEN_OF_A_HUNDRED: usize = 95;
    let check = check();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scam.tsv");
    let lines = std::fs::read_to_string(path).expect("tests/it/scam.tsv");
    let of = |kind: &str| -> Vec<String> {
        lines
            .lines()
            .filter_map(|line| line.split_once('\t').filter(|(k, _)| *k == kind))
            .map(|(_, m)| m.to_owned())
            .collect()
    };
    let (frauds, genuine) = (of("signs"), of("genuine"));
    assert!(frauds.len() >= 60 && genuine.len() >= 60, "{} and {}", frauds.len(), genuine.len());
    let signs = |message: &&String| check.examine(message).verdict == Verdict::Signs;
    let missed: Vec<&String> = frauds.iter().filter(|message| !signs(message)).collect();
    let accused: Vec<&String> = genuine.iter().filter(signs).collect();
    let seen = frauds.len() - missed.len();
    println!("{seen} of {} frauds seen; missed: {missed:#?}", frauds.len());
    assert!(accused.is_empty(), "{accused:#?}");
    assert!(seen * 100 >= frauds.len() * SEEN_OF_A_HUNDRED, "{missed:#?}");
}

#[test]
fn look_alikes_name_what_they_look_like() {
    let check = check();
    let look = |seen: &str, like: &str| Sign::LookAlikeDomain { seen: seen.into(), like: like.into() };
    for (host, like) in [
        ("postnord-se.com", "postnord.se"),
        ("minapostnord.com", "postnord.se"),
        ("postnrod.se", "postnord.se"),
        ("p0stnord.se", "postnord.se"),
        ("postn0rd.com", "postnord.se"),
        ("skatteverkat.se", "skatteverket.se"),
        ("skattevarket-se.com", "skatteverket.se"),
        ("swedbank.se.login.example", "swedbank.se"),
        ("mobilt-bankid.com", "bankid.com"),
        ("bankld.com", "bankid.com"),
        ("seb-bank.com", "seb.se"),
        ("farnsakringskassan.se", "forsakringskassan.se"),
        ("nordea.net", "nordea.se"),
        ("swedbank.co.uk", "swedbank.se"),
    ] {
        assert_eq!(check.examine(&format!("https://{host}/x")).signs, [look(host, like)], "{host}");
    }
    let homoglyph = check.examine("https://swеdbank.se").signs;
    assert_eq!(homoglyph, [Sign::HomoglyphDomain { seen: "swеdbank.se".into(), like: "swedbank.se".into() }]);
    let numbers = check.examine("Ring 0044 20 7946 0958").signs;
    assert_eq!(numbers, [Sign::ForeignNumber { seen: "0044 20 7946 0958".into() }]);
}

#[test]
fn official_and_ordinary_domains_look_like_nothing() {
    let check = check();
    for host in [
        "internetbanken.swedbank.se",
        "portal.postnord.com",
        "www.forsakringskassan.se",
        "www.försäkringskassan.se",
        "sundsvall.se",
        "www.motala.se",
        "bibliotek.norrkoping.se",
        "swiss.com",
        "sebastian-blogg.se",
        "trelleborg.se",
        "icakuriren.se",
        "freja.se.example".trim_end_matches(".se.example"),
        "sverigesradio.se",
        "aftonbladet.se",
        "hemnet.se",
        "upsala.se",
        "coopers.se",
    ] {
        let signs = check.examine(&format!("https://{host}/")).signs;
        assert!(signs.is_empty(), "{host}: {signs:?}");
    }
    for number in ["+46 70 123 45 67", "070-123 45 67", "0046701234567", "08-123 45 67"] {
        assert!(check.examine(number).signs.is_empty(), "{number}");
    }
}

#[test]
fn pasted_messages_are_told_from_questions() {
    let check = check();
    let pasted = SIGNS.iter().filter(|message| check.looks_pasted(message)).count();
    assert!(pasted * 100 >= SIGNS.len() * 90, "{pasted} of {}", SIGNS.len());
    for text in [
        "är https://postnord-se.com äkta?",
        "jag fick det här: Ditt paket väntar https://postnord-se.com/pay",
        "bit.ly/3xYz9k",
        "http://192.168.44.12/login",
    ] {
        assert!(check.looks_pasted(text), "{text}");
    }
    for text in [
        "hur loggar jag in på 1177.se?",
        "vad är bankid",
        "jag fick ett konstigt sms om ett paket som jag inte har beställt, vad ska jag göra",
        "kan jag lita på kivra.se",
        "Hej, jag behöver hjälp med att skriva ut biljetter från datorn på torsdag",
        "how do I log in to skatteverket.se with a new phone",
        "t.ex. hur man skickar bilder",
        "min adress är Storgatan 5 och jag bor i Motala sedan länge",
        "hur tar jag bort mig från hitta.se",
        "boka",
        "",
    ] {
        assert!(!check.looks_pasted(text), "{text}");
    }
}

#[test]
fn any_text_is_examined_and_slips_in_the_file_are_told() {
    let check = check();
    for text in [
        "",
        "...",
        "http://",
        "https://a",
        "xn--.se",
        "www.",
        "http://[::1]/x",
        "+",
        "00",
        "a.b.c.d.se",
        "é.ö",
    ] {
        let _ = (check.examine(text), check.looks_pasted(text));
    }
    let file = "[[owner]]\nname = \"X\"\ndomains = [\"X.se\"]\n\n[[pattern]]\nsign = \"urgency\"\nlang = \"sv\"\npatterns = [\n  \"a\",\n  \"(b\",\n]\n";
    let (_, problems) = ScamCheck::read("scam.toml", file);
    let lines: Vec<Option<u32>> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(3), Some(10)], "{problems:?}");
    let (_, problems) = ScamCheck::read("scam.toml", "shorteners = 3");
    assert_eq!(problems.len(), 1);
}
