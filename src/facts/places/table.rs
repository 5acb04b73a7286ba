//! Reads a CSV file row by row and tells bad rows by file and line. It knows no file's meaning.

use crate::facts::problem::Problem;
use crate::model::place::Position;

/// Southernmost, northernmost latitude and westernmost, easternmost longitude of Sweden, in
/// degrees, with some sea around.
const SWEDEN: (f64, f64, f64, f64) = (54.9, 69.2, 10.4, 24.4);

/// Calls `row` with the wanted columns of each row, in the order asked for. A column may stand
/// anywhere in the file. What `row` refuses becomes a [`Problem`] with the line, and is left out.
pub(super) fn each_row<const N: usize>(
    file: &str,
    text: &str,
    columns: [&str; N],
    problems: &mut Vec<Problem>,
    mut row: impl FnMut([&str; N]) -> Result<(), String>,
) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut places = [0; N];
    let headers = reader.headers().cloned().unwrap_or_default();
    for (place, column) in places.iter_mut().zip(columns) {
        let Some(found) = headers.iter().position(|header| header.trim() == column) else {
            problems.push(Problem::error(file, Some(1), format!("there is no column “{column}”")));
            return;
        };
        *place = found;
    }
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {
                let refused = match fields(&record, places, headers.len()) {
                    Ok(fields) => row(fields).err(),
                    Err(message) => Some(message),
                };
                let line = record.position().map(|p| u32::try_from(p.line()).unwrap_or(u32::MAX));
                problems.extend(refused.map(|message| Problem::error(file, line, message)));
            }
            Err(error) => {
                let line = error.position().map(|p| u32::try_from(p.line()).unwrap_or(u32::MAX));
                problems.push(Problem::error(file, line, error.to_string()));
                if error.is_io_error() {
                    return;
                }
            }
        }
    }
}

fn fields<const N: usize>(
    record: &csv::StringRecord,
    places: [usize; N],
    expected: usize,
) -> Result<[&str; N], String> {
    if record.len() != expected {
        return Err(format!("{} columns instead of {expected}", record.len()));
    }
    Ok(places.map(|place| record.get(place).unwrap_or_default().trim()))
}

/// A position in or near Sweden, from two texts in degrees.
pub(super) fn position(lat: &str, lon: &str) -> Result<Position, String> {
    let number = |text: &str| text.parse::<f64>().map_err(|_| format!("“{text}” is no number"));
    let (lat, lon) = (number(lat)?, number(lon)?);
    Position::new(lat, lon)
        .filter(|&position| near_sweden(position))
        .ok_or_else(|| format!("{lat}, {lon} lies outside Sweden"))
}

/// Whether a point lies in the box around Sweden; much of Norway, Denmark and Finland does too.
pub(super) fn near_sweden(position: Position) -> bool {
    let (south, north, west, east) = SWEDEN;
    (south..=north).contains(&position.lat()) && (west..=east).contains(&position.lon())
}

/// A number of people; an empty text is 0, for unknown.
pub(super) fn population(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| format!("“{text}” is no number of people"))
}
