//! A message as a platform would show it, for staff who look before they save.
//!
//! Only the shape: the adapters render, and the program hands their renderers to the console.

use std::sync::Arc;

use super::html::Safe;
use crate::model::chat::Platform;
use crate::model::message::Message;

/// What stands on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The messages, in order: a long text is more than one.
    pub texts: Vec<Safe>,
    /// What stands on the buttons under the last one.
    pub buttons: Vec<String>,
}

/// Renders a message for one platform.
pub type Render = Arc<dyn Fn(&Message) -> Shown + Send + Sync>;

/// A renderer for every platform that people write on.
#[derive(Clone)]
pub struct Previews(pub Vec<(Platform, Render)>);
