//! Tells from the words before a number what the writer says that it is.
//!
//! Looks back a short way, and never past another number, a mark or the end of a sentence.

use std::sync::LazyLock;

use regex::Regex;

/// What the nearest telling word before a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A personal identity number.
    Identity,
    /// A bank card number.
    Card,
    /// An order, an invoice, a parcel, an account, an organisation: a number that is no secret.
    Reference,
    /// A telephone number.
    Phone,
    /// Nothing.
    Unknown,
}

/// How far back a word still speaks of the number, in bytes.
const REACH: usize = 60;

/// How far behind a number a word may stand that says what it was, in bytes.
const REACH_AHEAD: usize = 40;

static IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\bp(?:erson)?[ .\-]?n(?:umm?er|umret|r)|personal (?:identity |identification |id )?(?:number|no)|person number
        |social security|\bssn\b|f[oö]delsen(?:ummer|umret|r)|samordningsn(?:ummer|umret|r)|co-?ordination number
        |id[ -]?(?:number|nummer|numret|nr)|identi(?:tets|fikations)nummer|sista siffror
        |الرقم الشخصي|رقمي الشخصي|رقم شخصي|رقم الشخصي|الرقم القومي|رقم الهوية|رقم التنسيق|برشون|بيرشون
        |شماره شخصی|شماره ملی|کد ملی|شماره پرسون|پرسون ?نم|پرسنومر|شماره هویت|نمبر شخصی
        |lambark\w* (?:gaarka|shakhsi|shaqsi|aqoonsi|dhalasho)\w*
        |персональн\w+ номер|особист\w+ номер|особов\w+ номер|ідентифікаційн\w+ номер|персоннум
        |henkil[oö]tunnu|henkil[oö]numero|\bhetu|\bsotu
        |num\w+ (?:personaln|osobist|osobow|identyfikacyjn|koordynacyjn)\w*|\bpesel",
    )
});

static CARD: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"kortn(?:ummer|umret|r)|bankkort|kontokort|kreditkort|betalkort|(?:bank|credit|debit) card|card (?:number|no)
        |\bvisa\b|master ?card|maestro|بطاقة|بطاقتي|کارت|kaark?a|kaadhka|картк|kortti|numer\w* karty|karta|karty",
    )
});

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"order|best[aä]llning|faktura|fakturan|\bocr|referens|\bref\b|kundn|[aä]rende|paket|kolli|f[oö]rs[aä]ndelse
        |sp[aå]rning|artikel|serien|imei|kvitto|medlem|l[aå]nekort|bibliotekskort|bankgiro|\bbg\b|plusgiro|\bpg\b
        |konton|clearing|\borg|biljett|boknings|diarien|invoice|reference|tracking|parcel|package|receipt|serial
        |customer|\bcase\b|ticket|account|booking
        |طلب|فاتورة|طرد|شحنة|مرجع|حساب|سفارش|فاکتور|بسته|مرسوله|حساب|dalab|xirmo|qaansheeg|замовлен|рахун|посилк
        |tilaus|viite|lasku|seuranta|paketti|asiakas|zam[oó]wien|faktur|przesy[lł]|paczk|referenc|konta",
    )
});

static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"tel\b|tele?fo|mobil|\bmob\b|\bring|\bn[aå]s?\b|sms|call\b|phone|whatsapp|swish|mitt? nummer\b|my number
        |هاتف|جوال|موبايل|اتصل|تلفن|موبایل|زنگ|talee?fo|телефон|дзвон|puhelin|puhelim|soit|kom[oó]rk|zadzwo",
    )
});

#[expect(clippy::expect_used, reason = "constant patterns, compiled by the tests")]
fn words(pattern: &str) -> Regex {
    // Unicode boundaries would send the regex engine down its slow path on text that is not ASCII.
    let pattern = pattern.split('\n').map(str::trim).collect::<String>().replace("\\b", r"(?-u:\b)");
    Regex::new(&format!("(?i){pattern}")).expect("a constant pattern")
}

/// What the nearest telling word before byte `start` says; `not_before` is where the number before ended.
pub(super) fn before(text: &str, start: usize, not_before: usize) -> Context {
    let reach = last_sentence(back(text, start, not_before));
    if reach.trim_start().is_empty() {
        return Context::Unknown;
    }
    let mut nearest = (0, Context::Unknown);
    let kinds = [
        (&IDENTITY, Context::Identity),
        (&CARD, Context::Card),
        (&REFERENCE, Context::Reference),
        (&PHONE, Context::Phone),
    ];
    for (pattern, context) in kinds {
        let end = pattern.find_iter(reach).map(|found| found.end()).last().unwrap_or(0);
        if end > nearest.0 {
            nearest = (end, context);
        }
    }
    nearest.1
}

/// Whether the words right after a number call it a personal identity number: "… är mitt personnummer".
pub(super) fn identity_after(text: &str, end: usize) -> bool {
    let mut stop = text.len().min(end + REACH_AHEAD);
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let ahead = text.get(end..stop).unwrap_or_default();
    let sentence = ahead.split(['.', '?', '!', '\n', ',', '[']).next().unwrap_or_default();
    !sentence.contains(|c| super::digits::value(c).is_some()) && IDENTITY.is_match(sentence)
}

fn back(text: &str, start: usize, not_before: usize) -> &str {
    let mut from = start.saturating_sub(REACH).max(not_before.min(start));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..start).unwrap_or_default()
}

/// What stands after the last mark or end of a sentence.
fn last_sentence(text: &str) -> &str {
    let ends = |(at, mark): &(usize, &str)| {
        *mark == "]" || text.get(at + mark.len()..).is_some_and(|rest| rest.starts_with(' '))
    };
    let last = text.rmatch_indices(['.', '?', '!', ']', '؟']).find(ends);
    let from = last.map_or(0, |(at, mark)| at + mark.len());
    text.get(from..).unwrap_or_default()
}
