//! Who the staff are, and what they may do.

use super::id::CentreId;
use super::lang::Lang;
use super::request::words;

use serde::{Deserialize, Serialize};

words! {
    /// What an account may do.
    AccountRole {
        /// Everything, also accounts and personal data. Needs a second factor.
        Administrator = "administrator",
        /// Requests, visits and centres, of the own centres if there are any.
        Staff = "staff",
        /// Looks, changes nothing.
        Reader = "reader",
    }
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number: `Role::Staff` carries it.
    pub id: i64,
    /// What the person signs in with.
    pub login: String,
    /// The name that colleagues and residents see.
    pub name: String,
    /// What it may do.
    pub role: AccountRole,
    /// The centres that it is for; empty means all.
    pub centres: Vec<CentreId>,
    /// The language of the console.
    pub lang: Lang,
    /// Whether one-time codes are set up.
    pub two_factor: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether it is closed.
    pub disabled: bool,
}

impl Account {
    /// Whether it may change anything.
    #[must_use]
    pub fn may_change(&self) -> bool {
        matches!(self.role, AccountRole::Administrator | AccountRole::Staff)
    }

    /// Whether it may change accounts, knowledge for all centres, and personal data.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.role == AccountRole::Administrator
    }

    /// Whether it may change the articles, which every centre's residents read: not who is for some
    /// centres only.
    #[must_use]
    pub fn may_teach(&self) -> bool {
        self.is_administrator() || (self.may_change() && self.centres.is_empty())
    }

    /// Whether a centre is the account's business. What belongs to no centre yet is everybody's.
    #[must_use]
    pub fn sees(&self, centre: Option<&CentreId>) -> bool {
        self.is_administrator() || self.centres.is_empty() || centre.is_none_or(|c| self.centres.contains(c))
    }
}
