//! `copartner serve`.

use std::net::TcpListener;
use std::sync::Arc;

use clap::Args;

use super::{CliResult, Settings, directory, lock, log, open, say};
use crate::clock::{self, Clock};
use crate::config::{Config, DEFAULT_METRICS_LISTEN};
use crate::graphql::{Api, ApiData, CursorKey, InvitationUrl};
use crate::http::{
    Bulkhead, Counts, Draining, GraphiqlPage, Rates, Running, ServeError, Service, TrustedDocuments, bind,
    serve, serve_metrics,
};
use crate::key_file;
use crate::live::Live;
use crate::timer::Timer;
use crate::trust::Trust;
use crate::webhook::{Courier, Pace, Worker};
use access::Store;
use token::{DevelopmentIssuer, Issuers, Verifier};

/// Run the server.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// The address and port to listen on [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Accept tokens of the server's own development issuer, which `copartner token` mints. Never for real data
    #[arg(long)]
    development_issuer: bool,
}

impl Serve {
    pub(crate) async fn run(self) -> CliResult {
        let mut config = self.settings.read().map_err(say)?;
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        config.development_issuer |= self.development_issuer;
        log::start(&config.log)?;
        config.check_profile().map_err(say)?;
        if config.issuers.is_empty() && !config.development_issuer {
            return Err("no issuer is configured, so no token would be accepted. Add [[issuers]] to the configuration, \
                        or try things out with --development-issuer."
                .to_owned());
        }
        let options = config.store().map_err(say)?;
        let listener = prepare(&config)?;
        let _in_use = lock::hold(&options.database)?;
        let store = open::open_current(options).await?;
        let development = config.development_issuer.then(|| development_issuer(&config)).transpose()?;
        let startup = Startup { listener, development: development.as_ref(), page: GraphiqlPage::default() };
        let (running, beside) = startup.start(&config, store.clone()).await?;
        tracing::info!(address = %running.address, version = env!("CARGO_PKG_VERSION"), "listening");
        if development.is_some() {
            tracing::warn!(
                "tokens of the development issuer are accepted: whoever has its key can be anyone"
            );
        }
        running.run_until_signal(config.http.drain_time()).await.map_err(say)?;
        beside.stop().await;
        store.close().await;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Does all that can fail without the database: so that a server that does not start makes none, and no key.
pub(crate) fn prepare(config: &Config) -> CliResult<TcpListener> {
    Issuers::new(config.issuers.clone(), None).map_err(|error| error.sentence())?;
    TrustedDocuments::read(&config.documents).map_err(say)?;
    let listener = bind(&config.listen).map_err(say)?;
    serve_metrics_of(config)?;
    Ok(listener)
}

/// The development issuer.
pub(crate) fn development_issuer(config: &Config) -> CliResult<DevelopmentIssuer> {
    directory::make(&config.data)?;
    let key = key_file::open_or_make(&config.development_key()).map_err(|error| error.sentence())?;
    Ok(DevelopmentIssuer::new(&key))
}

/// What a server is started with, besides its configuration and its store.
pub(crate) struct Startup<'d> {
    pub(crate) listener: TcpListener,
    pub(crate) development: Option<&'d DevelopmentIssuer>,
    pub(crate) page: GraphiqlPage,
}

/// What runs beside the server.
#[derive(Debug)]
pub(crate) struct Beside {
    timer: Timer,
    webhooks: Option<Worker>,
}

impl Beside {
    /// Ends it. What is being sent is sent to its end.
    pub(crate) async fn stop(self) {
        drop(self.timer);
        if let Some(webhooks) = self.webhooks {
            webhooks.stop().await;
        }
    }
}

impl Startup<'_> {
    /// Starts the server, and beside it the timer and what sends to webhooks.
    pub(crate) async fn start(self, config: &Config, store: Store) -> CliResult<(Running, Beside)> {
        open::claim_log(&store, &config.log_key()).await?;
        let issuers =
            Issuers::new(config.issuers.clone(), self.development).map_err(|error| error.sentence())?;
        let verifier = Verifier::new(issuers);
        for keys in verifier.load_keys(clock::now()).await {
            match keys.error {
                None => tracing::info!(issuer = keys.issuer, keys = keys.usable, "issuer"),
                Some(error) => {
                    tracing::warn!(
                        issuer = keys.issuer,
                        reason = error.sentence(),
                        "its keys cannot be read"
                    );
                }
            }
        }
        let secret = store.doorkeeper().cursor_key().await;
        let secret = secret.map_err(|error| open::describe("the database", &error))?;
        let cursors = CursorKey::new(&secret).map_err(|error| open::describe("the database", &error))?;
        let invitations = InvitationUrl(config.invitation_url.clone());
        let webhooks = config.webhooks.rules();
        let verifier = Arc::new(verifier);
        let data = ApiData { cursors, invitations, webhooks, verifier: Arc::clone(&verifier) };
        let api = Api::new(config.limits.clone(), data).map_err(say)?;
        let trust = Trust::load(store.clone(), Arc::clone(&verifier), config.http.revocation_time()).await;
        let trust = trust.map_err(|error| open::describe("the database", &error))?;
        let documents = TrustedDocuments::read(&config.documents).map_err(say)?;
        for fault in documents.faults(api.gate()) {
            tracing::warn!("{fault}");
        }
        let clock = Clock::default();
        let live = Live::at_the_end(store.clone(), clock.clone()).await;
        let live = live.map_err(|error| open::describe("the database", &error))?;
        let bulkhead = Bulkhead::new(store.clone(), config.rate.bulkhead_points, config.http.workers);
        let service = Service {
            api: Arc::new(api),
            verifier,
            trust,
            store,
            clock,
            settings: Arc::new(config.http.clone()),
            live,
            live_settings: Arc::new(config.live.clone()),
            counts: Counts::default(),
            rates: Rates::new(&config.rate),
            bulkhead,
            documents,
            page: Arc::new(self.page),
            development_keys: self.development.map(DevelopmentIssuer::jwks),
            draining: Draining::default(),
        };
        let (store, clock) = (service.store.clone(), service.clock.clone());
        let timer = Timer::start(store.clone(), clock.clone());
        let courier = config.webhooks.enabled.then(|| courier(config)).flatten();
        let webhooks = courier.map(|courier| Worker::start(store, clock, courier, Pace::default()));
        let running = serve(service, self.listener).map_err(say)?;
        Ok((running, Beside { timer, webhooks }))
    }
}

/// What sends to webhooks. A machine without roots to trust serves all else.
fn courier(config: &Config) -> Option<Courier> {
    let courier = Courier::new(&config.webhooks);
    courier.inspect_err(|reason| tracing::warn!(reason, "nothing is sent to webhooks")).ok()
}

/// Starts the listener for metrics, which ends with the program. Where nobody has chosen its address, several servers on
/// one machine are not kept from running by it.
fn serve_metrics_of(config: &Config) -> CliResult {
    if config.metrics_listen.is_empty() {
        return Ok(());
    }
    match serve_metrics(&config.metrics_listen) {
        Ok(metrics) => tracing::info!(at = %metrics.address, "metrics"),
        Err(error @ ServeError::Metrics { .. }) if config.metrics_listen == DEFAULT_METRICS_LISTEN => {
            tracing::warn!("there are no metrics: {error}");
        }
        Err(error) => return Err(say(error)),
    }
    Ok(())
}
