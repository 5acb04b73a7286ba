//! Updates on their way to the bot: the queue, `getUpdates`, webhooks.
//!
//! It does: keep updates until the bot confirms them (`offset` above their id, or a 2xx answer of
//! the webhook), filter by `allowed_updates` when they are created, long-poll, refuse two pollers
//! and polling beside a webhook, deliver to a webhook one at a time with retries.
//! It does not: drop updates after 24 hours, deliver to a webhook in parallel, speak TLS (a public
//! address is mapped to a local one by `Server::route_webhook`), or run a method that a webhook
//! gives back in its answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::decode::Params;
use super::faults::UpdateFault;
use super::server::{Refusal, Shared};
use super::world::World;

/// Telegram's words to the older of two pollers.
pub const TWO_POLLERS: &str = "Conflict: terminated by other getUpdates request; make sure that \
    only one bot instance is running";
const WEBHOOK_ACTIVE: &str = "Conflict: can't use getUpdates method while webhook is active; use \
    deleteWebhook to delete the webhook first";
const WEBHOOK_SET: &str = "Conflict: terminated by setWebhook request";
/// Kinds that must be asked for by name.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Pauses between two tries of a webhook: short, so that tests are.
const RETRY: Duration = Duration::from_millis(50);
const RETRY_MOST: Duration = Duration::from_secs(1);

/// Where updates are sent.
#[derive(Debug, Clone, Default)]
pub struct Webhook {
    /// As the bot set it.
    pub url: String,
    /// Comes back in the header of every delivery.
    pub secret: Option<String>,
    max_connections: i64,
    has_certificate: bool,
    last_error: Option<(i64, String)>,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    /// Not yet confirmed, oldest first.
    pub pending: VecDeque<Value>,
    /// The numbers of all that were ever queued.
    pub made: Vec<i64>,
    /// Not created, because the bot did not ask for their kind.
    pub filtered: Vec<Value>,
    /// Set by `setWebhook`.
    pub webhook: Option<Webhook>,
    /// Local addresses of public hosts.
    pub routes: BTreeMap<String, String>,
    /// How many deliveries to the webhook were tried.
    pub deliveries: usize,
    allowed: Option<Vec<String>>,
    next_id: i64,
    poller: u64,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            pending: VecDeque::new(),
            made: Vec::new(),
            filtered: Vec::new(),
            webhook: None,
            routes: BTreeMap::new(),
            deliveries: 0,
            allowed: None,
            // Telegram starts anywhere.
            next_id: 837_461_001,
            poller: 0,
        }
    }
}

impl Queue {
    /// Adds an update and gives back its id.
    pub fn push(&mut self, kind: &str, body: Value) -> i64 {
        let id = self.next_id();
        let mut update = Map::new();
        update.insert("update_id".to_owned(), id.into());
        update.insert(kind.to_owned(), body);
        let update = Value::Object(update);
        if self.wants(kind) {
            self.made.push(id);
            self.pending.push_back(update);
        } else {
            self.filtered.push(update);
        }
        id
    }

    /// Takes the next id.
    pub fn next_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Makes the next id jump, as after a week without updates.
    pub fn jump_to(&mut self, id: i64) {
        self.next_id = id;
    }

    fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(kinds) if !kinds.is_empty() => kinds.iter().any(|k| k == kind),
            _ => !ON_REQUEST.contains(&kind),
        }
    }

    fn allow(&mut self, params: &Params) {
        if let Some(kinds) = params.fields.get("allowed_updates").and_then(Value::as_array) {
            self.allowed = Some(kinds.iter().filter_map(|k| Some(k.as_str()?.to_owned())).collect());
        }
    }

    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            // "The negative offset can be specified to retrieve updates starting from -offset
            // update from the end of the queue. All previous updates will be forgotten."
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            while self.pending.len() > keep {
                self.pending.pop_front();
            }
        } else {
            self.pending.retain(|u| u["update_id"].as_i64() >= Some(offset));
        }
    }
}

/// `getUpdates`.
pub async fn poll(shared: &Arc<Shared>, params: &Params) -> Result<Value, Refusal> {
    let mut changed = shared.subscribe();
    let me = shared.with(|world| start_poll(world, params))?;
    let seconds = params.integer("timeout").unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let limit = usize::try_from(params.integer("limit").unwrap_or(100)).unwrap_or(100);
    loop {
        let batch = shared.look(|world| {
            if world.updates.webhook.is_some() {
                return Err(Refusal::new(409, WEBHOOK_SET));
            }
            if world.updates.poller != me {
                return Err(Refusal::new(409, TWO_POLLERS));
            }
            Ok(take_batch(world, limit))
        })?;
        if !batch.is_empty() {
            return Ok(Value::Array(batch));
        }
        if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
            return Ok(json!([]));
        }
    }
}

fn start_poll(world: &mut World, params: &Params) -> Result<u64, Refusal> {
    if world.updates.webhook.is_some() {
        return Err(Refusal::new(409, WEBHOOK_ACTIVE));
    }
    world.updates.poller += 1;
    world.updates.allow(params);
    if let Some(offset) = params.integer("offset") {
        let confirms = world.updates.pending.iter().any(|u| u["update_id"].as_i64() < Some(offset));
        if !(confirms && world.plan.take_update(UpdateFault::ForgetConfirmation)) {
            world.updates.confirm(offset);
        }
    }
    Ok(world.updates.poller)
}

fn take_batch(world: &mut World, limit: usize) -> Vec<Value> {
    let mut batch: Vec<Value> = world.updates.pending.iter().take(limit).cloned().collect();
    if !batch.is_empty() && world.plan.take_update(UpdateFault::Twice) {
        batch = batch.into_iter().flat_map(|u| [u.clone(), u]).collect();
    }
    if batch.len() > 1 && world.plan.take_update(UpdateFault::Reversed) {
        batch.reverse();
    }
    batch
}

/// `setWebhook`.
pub fn set_webhook(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let url = params.text("url").unwrap_or_default().to_owned();
    if url.is_empty() {
        return Ok(delete_webhook(world, params));
    }
    let (address, _) =
        split_url(&url).ok_or(Refusal::new(400, "Bad Request: invalid webhook URL specified"))?;
    // Like a local Bot API server this one takes http, but only where nobody can listen in.
    if url.starts_with("http://") && !address.starts_with("127.0.0.1") && !address.starts_with("localhost") {
        let text = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
        return Err(Refusal::new(400, text));
    }
    world.updates.allow(params);
    if params.flag("drop_pending_updates") {
        world.updates.pending.clear();
    }
    world.updates.webhook = Some(Webhook {
        url,
        secret: params.text("secret_token").map(str::to_owned),
        max_connections: params.integer("max_connections").unwrap_or(40),
        has_certificate: params.uploads.contains_key("certificate")
            || params.fields.contains_key("certificate"),
        last_error: None,
    });
    Ok(Value::Bool(true))
}

/// `deleteWebhook`.
pub fn delete_webhook(world: &mut World, params: &Params) -> Value {
    world.updates.webhook = None;
    if params.flag("drop_pending_updates") {
        world.updates.pending.clear();
    }
    Value::Bool(true)
}

/// `getWebhookInfo`.
pub fn webhook_info(world: &World) -> Value {
    let hook = world.updates.webhook.clone().unwrap_or_default();
    let mut info = json!({
        "url": hook.url,
        "has_custom_certificate": hook.has_certificate,
        "pending_update_count": world.updates.pending.len(),
    });
    if !hook.url.is_empty() {
        info["max_connections"] = hook.max_connections.into();
    }
    if let Some((date, text)) = hook.last_error {
        info["last_error_date"] = date.into();
        info["last_error_message"] = text.into();
    }
    if let Some(kinds) = &world.updates.allowed {
        info["allowed_updates"] = json!(kinds);
    }
    info
}

/// Delivers to the webhook for as long as the server lives.
pub async fn deliver(shared: Arc<Shared>) {
    let mut changed = shared.subscribe();
    let mut pause = RETRY;
    loop {
        let Some((hook, address, path, batch)) = shared.look(next_delivery) else {
            if changed.changed().await.is_err() {
                return;
            }
            continue;
        };
        for update in batch {
            let secret = hook.secret.as_deref();
            let headers: Vec<(&str, &str)> =
                secret.map(|s| ("X-Telegram-Bot-Api-Secret-Token", s)).into_iter().collect();
            let answer = super::net::post_json(&address, &path, &headers, &update.to_string()).await;
            let error = match answer {
                Ok(200..=299) => None,
                Ok(status) => Some(format!("Wrong response from the webhook: {status}")),
                Err(error) => Some(error.to_string()),
            };
            let failed = error.is_some();
            shared.with(|world| finish_delivery(world, &update, error));
            if failed {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_MOST);
                break;
            }
            pause = RETRY;
        }
    }
}

type Delivery = (Webhook, String, String, Vec<Value>);

fn next_delivery(world: &mut World) -> Option<Delivery> {
    let hook = world.updates.webhook.clone()?;
    let (host, path) = split_url(&hook.url)?;
    let first = world.updates.pending.front()?.clone();
    let mut batch = vec![first.clone()];
    if let Some(second) = world.updates.pending.get(1).cloned()
        && world.plan.take_update(UpdateFault::Reversed)
    {
        batch.insert(0, second);
    } else if world.plan.take_update(UpdateFault::Twice)
        || world.plan.take_update(UpdateFault::ForgetConfirmation)
    {
        batch.push(first);
    }
    let address = world.updates.routes.get(&host).cloned().unwrap_or(host);
    Some((hook, address, path, batch))
}

fn finish_delivery(world: &mut World, update: &Value, error: Option<String>) {
    let now = world.now();
    world.updates.deliveries += 1;
    match error {
        None => {
            world.updates.pending.retain(|u| u["update_id"] != update["update_id"]);
        }
        Some(text) => {
            if let Some(hook) = &mut world.updates.webhook {
                hook.last_error = Some((now, text));
            }
        }
    }
}

/// Host with port, and path with query.
fn split_url(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    (!host.is_empty()).then(|| (host.to_owned(), path.to_owned()))
}
