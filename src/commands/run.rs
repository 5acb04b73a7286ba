//! `digidel run`: every adapter that is configured, the outbox, and a clean end.
//!
//! Only wires things together; what an adapter does is in its own folder.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Command, FromArgMatches};
use digidel::adapters::discord::{Discord, Labels, Wiring};
use digidel::adapters::preview::previews;
use digidel::adapters::telegram::Telegram;
use digidel::adapters::web::{self, WebMail};
use digidel::alarms::AlarmClock;
use digidel::app::App;
use digidel::console;
use digidel::demo::Nowhere;
use digidel::engine::say;
use digidel::facts::Facts;
use digidel::facts::source::Source;
use digidel::http::state::{Part, Parts};
use digidel::http::{self, Site};
use digidel::model::chat::Platform;
use digidel::model::retention::Retention;
use digidel::model::time::Timestamp;
use digidel::outbox::Outbox;
use digidel::settings::Settings;
use digidel::store::lock::Lock;
use digidel::store::{Store, StoreError};
use digidel::telemetry;
use digidel::tidy::{self, Tidied};
use digidel::watch::Watch;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Level;

use super::demo::{Demo, Login};
use super::{backup, log};

/// How long a bot that is stopping is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// How to run.
#[derive(Args)]
pub struct Run {
    /// Show a month of invented requests and visits, in a database of its own that is thrown away
    #[arg(long)]
    demo: bool,
    /// How the log is written
    #[arg(long, value_enum, default_value = "text", env = "DIGIDEL_LOG")]
    log: log::Form,
}

impl Run {
    /// As `digidel run` without options, which may still be set in the environment.
    pub fn of_environment() -> Self {
        let matches = Self::augment_args(Command::new("run")).get_matches_from(["run"]);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// Runs until it is told to stop.
pub fn run(options: &Run, source: &Source, folder: Option<&Path>) -> anyhow::Result<()> {
    let settings = Settings::read(folder)?;
    // Two thousand lines on what invented people did would bury the address to click on.
    log::start(options.log, if options.demo { Level::WARN } else { Level::INFO });
    telemetry::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if !options.demo {
        let facts = Arc::new(super::load(source));
        return runtime.block_on(serve(settings, facts, None));
    }
    let (demo, facts) = Demo::set_up(settings, source, folder)?;
    let login = runtime.block_on(demo.fill(&facts))?;
    runtime.block_on(serve(demo.settings.clone(), facts, Some(login)))
}

async fn serve(settings: Settings, facts: Arc<Facts>, demo: Option<Login>) -> anyhow::Result<()> {
    if let Some(folder) = settings.database.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    // The facts were read before the lock: another bot that stops serves until this one is ready.
    let _lock = alone(&settings.database).await?;
    let store = Store::open(&settings.database)
        .await
        .with_context(|| format!("the database {} cannot be opened", settings.database.display()))?;
    let clock = super::computer_clock();
    let bell = Arc::new(Notify::new());
    let app = App::start(facts, store.clone(), clock.clone(), super::system_seed(), Arc::clone(&bell))
        .guarded(settings.limits);
    let stop = CancellationToken::new();
    let mail = WebMail::default();
    let outbox = Outbox::new(store.clone(), clock.clone(), bell, Arc::new(AlarmClock(app.clone())))
        .with(Platform::Web, Arc::new(mail.clone()));
    let adapters = connect(&settings, &app, &store, outbox, &stop)?;
    let Adapters { mut outbox, parts, routes, listening } = adapters;
    if demo.is_some() {
        // What the invented residents of these are told is seen in the console, and goes nowhere.
        let nowhere = Arc::new(Nowhere);
        outbox = outbox.with(Platform::Telegram, nowhere.clone()).with(Platform::Discord, nowhere);
    }
    let site = Site::new(&settings.http, store.clone())
        .watching(Parts::new(parts, clock.clone()))
        .of_demo(demo.is_some());
    let pages = web::router(app.clone(), site.clone(), mail);
    let looks = previews(Labels::new(&say::discord), say::profiles());
    let desk = console::router(app.clone(), store.clone(), site.clone(), settings.retention, looks);
    let router = http::router(&site, pages.merge(desk), routes);
    let listener = listen(&settings).await?;
    let left = outbox.recover().await.context("the outbox cannot be read")?;
    if left > 0 {
        tracing::warn!(letters = left, "letters were under way when the bot last stopped");
    }
    welcome(&settings, &store, &site, demo.as_ref(), clock()).await?;

    // A start that fails has received nothing: only from here on does anything run, and nothing ends it.
    let mut tasks: JoinSet<()> = JoinSet::new();
    for listening in listening {
        tasks.spawn(listening);
    }
    let patience = Duration::from_secs(u64::from(settings.http.patience_seconds.max(1)));
    tasks.spawn(serve_pages(http::serve(listener, router, patience, stop.clone())));
    let (backup, database) = (settings.backup.clone(), settings.database.clone());
    tasks.spawn(backup::keep_backing_up(backup, database, clock, stop.clone()));
    tasks.spawn(tidy_figures(stop.clone()));
    tasks.spawn(tidy(app.clone(), store.clone(), settings.retention, stop.clone()));
    tasks.spawn(Arc::new(outbox).run(stop.clone()));
    stopped().await;
    tracing::info!("stopping: letters under way are finished first");
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    store.close().await;
    Ok(())
}

/// The adapters that are configured: what each adds to the rest of the program.
struct Adapters {
    /// With their carriers.
    outbox: Outbox,
    /// How each does.
    parts: Vec<Part>,
    /// Theirs beside the pages.
    routes: axum::Router,
    /// What receives, once it is polled.
    listening: Vec<BoxFuture<'static, ()>>,
}

/// Sets up the adapters that are configured. Nothing is received yet.
fn connect(
    settings: &Settings,
    app: &App,
    store: &Store,
    mut outbox: Outbox,
    stop: &CancellationToken,
) -> anyhow::Result<Adapters> {
    let (mut parts, mut listening) = (Vec::new(), Vec::<BoxFuture<'static, ()>>::new());
    let mut routes = axum::Router::new();
    if let Some(telegram) =
        Telegram::connect(&settings.telegram, &settings.http, app.clone(), say::profiles())?
    {
        outbox = outbox.with(Platform::Telegram, telegram.clone());
        parts.push(telegram_part(&telegram));
        if let Some(webhook) = telegram.routes() {
            routes = routes.merge(webhook);
        }
        listening.push(Box::pin(telegram.listen(stop.clone())));
    }
    if settings.discord.token.is_some() {
        let discord = Discord::new(&settings.discord, app.clone(), discord_wiring(app, store))?;
        outbox = outbox.with(Platform::Discord, Arc::new(discord.clone()));
        parts.push(discord_part(&discord));
        listening.push(Box::pin(discord.listen(stop.clone())));
    }
    Ok(Adapters { outbox, parts, routes, listening })
}

async fn serve_pages(server: impl Future<Output = std::io::Result<()>>) {
    if let Err(error) = server.await {
        tracing::error!(%error, "the HTTP server failed");
    }
}

/// Becomes the only bot on the database; waits a moment for another that is stopping.
async fn alone(database: &Path) -> anyhow::Result<Lock> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(lock) = Lock::take(database)? {
            return Ok(lock);
        }
        if Instant::now() > deadline {
            return Err(StoreError::InUse(database.to_owned()).into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How Telegram does, for `/readyz`.
fn telegram_part(telegram: &Arc<Telegram>) -> Part {
    let telegram = Arc::clone(telegram);
    let look = move || {
        let health = telegram.health();
        match (health.connected, health.trouble) {
            (true, None) => Ok(()),
            (_, trouble) => Err(trouble.unwrap_or_else(|| "Telegram has not answered yet.".to_owned())),
        }
    };
    Part { name: "telegram", look: Arc::new(look) }
}

/// How Discord does, for `/readyz`.
fn discord_part(discord: &Discord) -> Part {
    let discord = discord.clone();
    let look = move || {
        if discord.is_connected() { Ok(()) } else { Err("the gateway is not connected.".to_owned()) }
    };
    Part { name: "discord", look: Arc::new(look) }
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

/// Says where to click, what is off and how to turn it on, and how the first administrator gets in.
async fn welcome(
    settings: &Settings,
    store: &Store,
    site: &Site,
    demo: Option<&Login>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let url = &site.public_url;
    // Set by systemd where the output is the journal (systemd.exec, `$JOURNAL_STREAM`).
    let in_journal = std::env::var_os("JOURNAL_STREAM").is_some();
    let link = console::first::first_link(store, url, now).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Digidel runs.\n")?;
    writeln!(out, "  Web chat    {url}/")?;
    writeln!(out, "  Console     {url}/staff")?;
    writeln!(out, "  Database    {}", settings.database.display())?;
    if let Some(login) = demo {
        writeln!(out, "{login}\nStop with Ctrl-C; then everything of it is deleted.")?;
        return Ok(());
    }
    match link {
        // What the journal has, everybody who may read it has for as long as it is kept.
        Some(_) if in_journal => writeln!(
            out,
            "  First administrator: `digidel staff reset admin` prints a one-time link (not here: this goes to the journal)"
        )?,
        Some(link) => writeln!(out, "  First administrator, once, within three days:\n              {link}")?,
        None => {}
    }
    if settings.telegram.token.is_none() {
        writeln!(out, "\n  Telegram is off: get a token from @BotFather and set DIGIDEL__TELEGRAM__TOKEN.")?;
    }
    if settings.discord.token.is_none() {
        writeln!(
            out,
            "  Discord is off: make a bot at discord.com/developers and set DIGIDEL__DISCORD__TOKEN."
        )?;
    }
    if settings.http.public_url.is_none() && !settings.http.listen.ip().is_loopback() {
        writeln!(
            out,
            "  Others can reach this address without https: set DIGIDEL__HTTP__PUBLIC_URL and put a proxy in front."
        )?;
    }
    writeln!(out, "\nStop with Ctrl-C.")?;
    Ok(())
}

/// Keeps the figures small.
async fn tidy_figures(stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(telemetry::TIDY) => telemetry::tidy(),
            () = stop.cancelled() => return,
        }
    }
}

/// Deletes, every hour, what has been kept for long enough.
async fn tidy(app: App, store: Store, kept: Retention, stop: CancellationToken) {
    let mut watch = Watch::new(app.now(), Instant::now());
    let mut told = false;
    loop {
        match tidy::may_tidy(&store, &mut watch, app.now(), Instant::now()).await {
            Ok(true) => sweep(&app, &store, &kept).await,
            Ok(false) if told => {}
            Ok(false) => {
                tracing::warn!(
                    "by this computer's clock nothing old was deleted for more than a week. If the clock is wrong,                      set it now; if it goes on like this for six hours, what is too old is deleted"
                );
                told = true;
            }
            Err(error) => tracing::error!(%error, "what is too old could not be deleted"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_hours(1)) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn sweep(app: &App, store: &Store, kept: &Retention) {
    match tidy::tidy(app, store, kept).await {
        Ok(Tidied { persons: 0, rows: 0 }) => {}
        Ok(Tidied { persons, rows }) => {
            tracing::info!(persons, rows, "deleted what was kept for long enough");
        }
        Err(error) => tracing::error!(%error, "what is too old could not be deleted"),
    }
}

async fn listen(settings: &Settings) -> anyhow::Result<tokio::net::TcpListener> {
    let address = settings.http.listen;
    tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}; choose another address with DIGIDEL__HTTP__LISTEN=127.0.0.1:8081"
        )
    })
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
