//! `digidel run`: every adapter that is configured, the outbox, and a clean end.
//!
//! Only wires things together; what an adapter does is in its own folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use digidel::adapters::discord::{Discord, Labels, Wiring};
use digidel::adapters::telegram::Telegram;
use digidel::app::App;
use digidel::engine::say;
use digidel::facts::source::Source;
use digidel::model::chat::{Chat, Hints, Platform, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::message::Content;
use digidel::outbox::{Deliver, Failure, Outbox, Parcel, Receipt, SendError};
use digidel::settings::Settings;
use digidel::store::Store;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Brings notes of the bot to itself back as events.
pub struct AlarmClock(pub App);

impl Deliver for AlarmClock {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let Content::Alarm(alarm) = &parcel.content else { return Ok(Vec::new()) };
            let incoming = Incoming {
                key: format!("alarm:{}", parcel.id),
                chat: Chat::private(parcel.to.clone()),
                role: Role::Clock,
                input: Input::Alarm(alarm.clone()),
                hints: Hints::default(),
                reply: None,
                message: None,
            };
            match self.0.handle(incoming).await {
                Ok(_) => Ok(Vec::new()),
                Err(error) => Err(SendError::Retry { after: None, why: error.to_string() }.into()),
            }
        })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}

/// Runs until it is told to stop.
pub fn run(source: &Source, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                // serenity prints whole payloads when it cannot read one.
                .unwrap_or_else(|_| "info,serenity=error".into()),
        )
        .init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(settings, source))
}

async fn serve(settings: Settings, source: &Source) -> anyhow::Result<()> {
    if let Some(folder) = settings.database.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let store = Store::open(&settings.database)
        .await
        .with_context(|| format!("the database {} cannot be opened", settings.database.display()))?;
    let clock = super::computer_clock();
    let bell = Arc::new(Notify::new());
    let facts = Arc::new(super::load(source));
    let app = App::start(facts, store.clone(), clock.clone(), super::system_seed(), Arc::clone(&bell));
    let stop = CancellationToken::new();
    let mut tasks: JoinSet<()> = JoinSet::new();
    let mut outbox = Outbox::new(store.clone(), clock, bell, Arc::new(AlarmClock(app.clone())));

    let mut routes = Router::new();
    let mut is_served = false;

    // Each adapter that is configured adds its carrier to the outbox, its listener to the tasks and,
    // if it has any, its routes to the HTTP server.
    if let Some(telegram) =
        Telegram::connect(&settings.telegram, &settings.http, app.clone(), say::profiles())?
    {
        outbox = outbox.with(Platform::Telegram, telegram.clone());
        if let Some(webhook) = telegram.routes() {
            routes = routes.merge(webhook);
            is_served = true;
        }
        tasks.spawn(telegram.listen(stop.clone()));
    }
    if settings.discord.token.is_some() {
        let discord = Discord::new(&settings.discord, app.clone(), discord_wiring(&app, &store))?;
        outbox = outbox.with(Platform::Discord, Arc::new(discord.clone()));
        tasks.spawn(discord.listen(stop.clone()));
    }
    if is_served {
        let listener = tokio::net::TcpListener::bind(settings.http.listen)
            .await
            .with_context(|| format!("{} cannot be listened on", settings.http.listen))?;
        let end = stop.clone().cancelled_owned();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(end).await {
                tracing::error!(%error, "the HTTP server ended");
            }
        });
    }

    let left = outbox.recover().await.context("the outbox cannot be read")?;
    if left > 0 {
        tracing::warn!(letters = left, "letters were under way when the bot last stopped");
    }
    tasks.spawn(Arc::new(outbox).run(stop.clone()));
    stopped().await;
    tracing::info!("stopping: letters under way are finished first");
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    store.close().await;
    Ok(())
}

/// What the Discord adapter may know of the engine's words, the facts and the store.
fn discord_wiring(app: &App, store: &Store) -> Wiring {
    let (app, store) = (app.clone(), store.clone());
    Wiring {
        labels: Labels::new(&say::discord),
        places: Arc::new(move |typed| {
            let places = app.facts().places.suggest(typed, 25);
            places.into_iter().map(|place| place.name).collect()
        }),
        followed: Arc::new(move || {
            let store = store.clone();
            Box::pin(async move { store.followed(Platform::Discord).await.map_err(|e| e.to_string()) })
        }),
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
