//! Who plays in the invented month: accounts of staff, ready replies, and the talks of residents.

use serde::Deserialize;

use super::{DemoError, LOGIN};
use crate::console::first;
use crate::facts::Facts;
use crate::model::chat::Platform;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::staff_account::AccountRole;
use crate::model::time::Timestamp;
use crate::store::Store;

/// What a kind of resident does, and what staff answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Talk {
    pub lang: Lang,
    on: String,
    pub times: u16,
    #[serde(default)]
    pub late: bool,
    /// One begins shortly before the end.
    #[serde(default)]
    pub now: bool,
    pub lines: Vec<String>,
    #[serde(default)]
    pub answer: String,
    #[serde(default)]
    pub note: String,
}

impl Talk {
    pub fn platform(&self) -> Platform {
        Platform::ALL.into_iter().find(|p| p.name() == self.on).unwrap_or(Platform::Web)
    }
}

#[derive(Deserialize)]
struct Talks {
    talk: Vec<Talk>,
}

/// Somebody of the staff.
#[derive(Clone, Debug)]
pub(super) struct Colleague {
    pub account: i64,
    pub name: String,
}

/// Everybody.
pub(super) struct Cast {
    pub talks: Vec<Talk>,
    pub staff: Vec<Colleague>,
    /// Centres that can be booked.
    pub bookable: Vec<CentreId>,
    /// Every centre.
    pub centres: Vec<CentreId>,
}

impl Cast {
    pub async fn engage(
        store: &Store,
        facts: &Facts,
        password: &str,
        begin: Timestamp,
    ) -> Result<Self, DemoError> {
        let centres: Vec<CentreId> = facts.centres.shown().map(|c| c.id.clone()).collect();
        let bookable: Vec<CentreId> =
            facts.centres.shown().filter(|c| c.takes_bookings()).map(|c| c.id.clone()).collect();
        let own = bookable.first().cloned();
        let mut staff = Vec::new();
        for (login, name, role, of) in [
            (LOGIN, "Anna", AccountRole::Staff, None),
            ("omar", "Omar", AccountRole::Staff, own),
            ("lena", "Lena", AccountRole::Reader, None),
        ] {
            let of: Vec<CentreId> = of.into_iter().collect();
            let account = first::add_ready(store, login, name, role, &of, password, begin).await?;
            let account = account.ok_or(DemoError::Account)?;
            if role == AccountRole::Staff {
                staff.push(Colleague { account, name: name.to_owned() });
            }
        }
        let talks: Talks = toml::from_str(include_str!("talks.toml"))?;
        Ok(Self { talks: talks.talk, staff, bookable, centres })
    }
}
