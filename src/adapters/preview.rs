//! The renderers of the platforms, for looking at a message that nobody is sent.
//!
//! Nothing is imitated: each one is what the adapter itself would send, shown as text and buttons.

use std::sync::Arc;

use super::discord::{self, Labels};
use super::{telegram, web};
use crate::http::preview::{Previews, Render};
use crate::model::chat::Platform;
use crate::model::profile::Profiles;

/// How messages look on every platform. The labels and profiles are the adapters' own words.
#[must_use]
pub fn previews(labels: Labels, profiles: Profiles) -> Previews {
    let telegram: Render = Arc::new(move |message| telegram::preview(message, &profiles));
    let discord: Render = Arc::new(move |message| discord::preview(message, &labels));
    let web: Render = Arc::new(web::preview);
    Previews(vec![(Platform::Telegram, telegram), (Platform::Discord, discord), (Platform::Web, web)])
}
