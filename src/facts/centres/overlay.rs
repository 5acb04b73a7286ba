//! What staff say of their centre, laid over what the file says.
//!
//! One [`Override`] per centre, kept as TOML in a revision with the subject `centres/<id>`. It holds
//! what staff can change and nothing else; a name or a position is changed in the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Booking, Centre, Centres, Closure, Hours, HoursOf, Period, VisitMode, Week, read};
use crate::facts::problem::Problem;
use crate::model::id::CentreId;
use crate::model::time::Date;

/// How the subject of a centre's revision begins.
pub const SUBJECT: &str = "centres/";

/// What staff say of a centre. What they have not said stays as the file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// Street and number, instead of the file's; here and below an empty text means that there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postal code and town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal: Option<String>,
    /// Phone numbers, the best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<String>>,
    /// E-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Web page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How a visit is arranged, instead of the file's ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modes: Option<Vec<VisitMode>>,
    /// The date on which staff confirmed the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<String>,
    /// The date that the hours are from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The rules of bookings, instead of the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking: Option<Booking>,
    /// The ordinary week, instead of the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week: Option<Week>,
    /// Days with other periods, beside the file's; none means closed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<Date, Vec<Period>>,
    /// Stretches of closed days, beside the file's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<Closure>,
}

impl Override {
    /// Reads what [`Self::to_toml`] or a member of staff wrote.
    ///
    /// # Errors
    /// What is wrong, in words for whoever wrote it.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|e| e.message().to_owned())
    }

    /// The contents of the revision.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Every field has a form in TOML: dates and periods are strings, the rest numbers and lists.
        toml::to_string(self).unwrap_or_default()
    }

    /// The centre as staff say it is.
    ///
    /// # Errors
    /// What does not fit together, in words for whoever wrote it.
    pub fn laid_over(&self, filed: &Centre) -> Result<Centre, String> {
        let mut centre = filed.clone();
        for (said, field) in [
            (&self.address, &mut centre.address),
            (&self.postal, &mut centre.postal),
            (&self.email, &mut centre.email),
            (&self.url, &mut centre.url),
        ] {
            if let Some(said) = said {
                *field = Some(said.clone()).filter(|text| !text.is_empty());
            }
        }
        if let Some(phones) = &self.phones {
            centre.phones.clone_from(phones);
        }
        if let Some(url) =
            centre.url.as_ref().filter(|u| !u.starts_with("https://") && !u.starts_with("http://"))
        {
            return Err(format!("\"{url}\" is no address of a page: it must begin with https://"));
        }
        if let Some(modes) = &self.modes {
            centre.modes.clone_from(modes);
        }
        if let Some(booking) = &self.booking {
            centre.booking.clone_from(booking);
        }
        centre.confirmed = self.confirmed.clone().or(centre.confirmed);
        centre.hours_as_of = self.as_of.clone().or(centre.hours_as_of);
        if let Some(week) = &self.week {
            let (_, hours) = centre.hours.take().unwrap_or((HoursOf::Help, Hours::default()));
            centre.hours = Some((HoursOf::Help, Hours { week: week.clone(), ..hours }));
        }
        if let Some((_, hours)) = &mut centre.hours {
            hours.exceptions.extend(self.exceptions.clone());
            hours.closures.extend(self.closures.iter().cloned());
        }
        read::check_rules(&centre)?;
        Ok(centre)
    }
}

impl Centres {
    /// The same centres under other overrides. One that cannot be read or does not fit is left out,
    /// and the file holds.
    #[must_use]
    pub fn overlaid<'a>(
        &self,
        revisions: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<Problem>) {
        let mut all = Self { filed: self.filed.clone(), ..Self::default() };
        let mut problems = Vec::new();
        for (subject, content) in revisions {
            let Some(id) = subject.strip_prefix(SUBJECT).and_then(|id| id.parse::<CentreId>().ok()) else {
                continue;
            };
            let laid = all
                .filed(&id)
                .ok_or_else(|| "no centre has this id".to_owned())
                .and_then(|filed| Override::from_toml(content).map(|o| (filed, o)))
                .and_then(|(filed, o)| Ok((o.laid_over(filed)?, o)));
            match laid {
                Ok((centre, o)) => drop(all.overrides.insert(id, (o, centre))),
                Err(message) => problems.push(Problem::error(subject, None, message)),
            }
        }
        (all, problems)
    }

    /// What staff have said of a centre so far.
    #[must_use]
    pub fn said_of(&self, id: &CentreId) -> Override {
        self.overrides.get(id).map(|(o, _)| o.clone()).unwrap_or_default()
    }

    /// The centre as the file has it.
    #[must_use]
    pub fn filed(&self, id: &CentreId) -> Option<&Centre> {
        self.filed.iter().find(|c| c.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn said() -> Override {
        Override {
            modes: Some(vec![VisitMode::Slots]),
            week: Some(Week { mon: "10:00-12:00".parse().into_iter().collect(), ..Week::default() }),
            booking: Some(Booking { seats: 2, ..Booking::default() }),
            exceptions: BTreeMap::from([(date(2026, 3, 4), Vec::new())]),
            closures: vec![Closure { from: date(2026, 7, 1), until: date(2026, 7, 31), reason: None }],
            address: Some("Gatan 1".into()),
            phones: Some(vec!["0141-1".into()]),
            email: Some(String::new()),
            ..Override::default()
        }
    }

    #[test]
    fn what_staff_say_reads_back_as_it_was_written() {
        assert_eq!(Override::from_toml(&said().to_toml()), Ok(said()));
        assert_eq!(Override::from_toml(""), Ok(Override::default()));
        assert!(Override::from_toml("name = \"Another\"").is_err(), "only what staff may change");
    }

    #[test]
    fn an_override_that_does_not_fit_leaves_the_file_in_force() {
        let (filed, _) = Centres::read("centres.toml", include_str!("../../../config/centres.toml"));
        let first = filed.iter().next().cloned().expect("a centre");
        let subject = format!("{SUBJECT}{}", first.id);
        let (laid, problems) = filed.overlaid([(subject.as_str(), said().to_toml().as_str())]);
        assert_eq!(problems, []);
        assert!(laid.get(&first.id).expect("it").takes_bookings());
        assert_eq!(laid.said_of(&first.id), said());
        let centre = laid.get(&first.id).expect("it");
        assert_eq!((centre.address.as_deref(), centre.email.as_deref()), (Some("Gatan 1"), None));
        assert_eq!((centre.phone(), &centre.postal), (Some("0141-1"), &first.postal));
        let (_, problems) = filed.overlaid([(subject.as_str(), "url = \"javascript:x\"")]);
        assert_eq!(problems.len(), 1);
        let (laid, problems) = laid.overlaid([(subject.as_str(), "[booking]\nseats = 0")]);
        assert_eq!(problems.len(), 1);
        assert_eq!(laid.get(&first.id), Some(&first));
    }
}
