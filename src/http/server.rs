//! The server itself: what its workers share, its routes, its start and its end.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::{Server, ServerHandle, ServiceRequest};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{App, HttpResponse, HttpServer, Resource, Route, guard, web};

use super::bulkhead::Bulkhead;
use super::connections::{Connections, Watcher, keep};
use super::documents::TrustedDocuments;
use super::hosts::check_host;
use super::live::{Counts, LiveSettings, without_coding};
use super::rate::Rates;
use super::record::record;
use super::settings::HttpSettings;
use super::stop::{Draining, Signal, Signals, close_connections};
use super::target::check_target;
use super::{GraphiqlPage, graphql, health, metrics, pages};
use crate::clock::Clock;
use crate::graphql::Api;
use crate::live::{Live, Reader};
use crate::trust::{Trust, TrustWatcher};
use access::Store;
use token::Verifier;

/// What a worker answers with. Cheap to clone; each worker has a store of its own.
#[derive(Clone, Debug)]
pub struct Service {
    pub api: Arc<Api>,
    pub verifier: Arc<Verifier>,
    pub trust: Trust,
    pub store: Store,
    pub clock: Clock,
    pub settings: Arc<HttpSettings>,
    pub live: Live,
    pub live_settings: Arc<LiveSettings>,
    pub counts: Counts,
    pub rates: Rates,
    pub bulkhead: Bulkhead,
    pub documents: TrustedDocuments,
    pub page: Arc<GraphiqlPage>,
    /// The public key of the development issuer, if its tokens are accepted.
    pub development_keys: Option<String>,
    pub draining: Draining,
}

impl Service {
    /// The service that a request is for.
    pub(super) fn of(request: &ServiceRequest) -> Option<&Self> {
        request.app_data::<web::ThinData<Self>>().map(|service| &service.0)
    }
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "{address} cannot be listened on: {cause}. Choose another address with --listen ADDR:PORT, or stop what uses this one."
    )]
    Listen { address: String, cause: std::io::Error },
    #[error("the server does not start: {0}")]
    Start(#[from] std::io::Error),
    #[error(
        "{address} cannot be listened on for /metrics: {cause}. Choose another address with the setting `metrics_listen` \
         (COPARTNER_METRICS_LISTEN), or none with an empty one."
    )]
    Metrics { address: String, cause: std::io::Error },
    #[error("the metrics cannot be set up: {0}")]
    Recorder(#[from] metrics_exporter_prometheus::BuildError),
    #[error("a worker cannot open the database")]
    Store(crate::Error),
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    draining: Draining,
    _beside: Option<Beside>,
}

/// What runs beside a server for as long as it does.
#[derive(Debug)]
pub(super) struct Beside {
    /// Reads the feed for its streams.
    _reader: Reader,
    /// Keeps up with whom it trusts.
    _watcher: TrustWatcher,
    /// Closes connections that are held.
    _connections: Watcher,
}

impl Running {
    pub(super) fn new(
        address: SocketAddr,
        server: Server,
        draining: Draining,
        beside: Option<Beside>,
    ) -> Self {
        Self { address, handle: server.handle(), server: tokio::spawn(server), draining, _beside: beside }
    }

    /// Runs until the process gets a signal, and stops: on SIGTERM after it has drained for so long. See [`Draining`].
    ///
    /// # Errors
    ///
    /// When it ended otherwise.
    pub async fn run_until_signal(mut self, drain: Duration) -> std::io::Result<()> {
        let mut signals = Signals::listen()?;
        let signal = tokio::select! {
            ended = &mut self.server => return ended.unwrap_or_else(|cause| Err(std::io::Error::other(cause))),
            signal = signals.next() => signal,
        };
        if signal == Signal::Terminate && !drain.is_zero() {
            self.draining.begin(drain);
            tracing::info!(seconds = drain.as_secs(), "draining: no longer ready, and still answering");
            signals.wait(drain).await;
        }
        self.draining.begin(Duration::ZERO);
        tracing::info!("stopping: open requests may finish");
        let handle = self.handle.clone();
        tokio::select! {
            () = self.handle.stop(true) => (),
            // A second signal: do not wait for open requests.
            _ = signals.next() => handle.stop(false).await,
        }
        Ok(())
    }

    /// Stops listening, ends streams, lets open requests finish, and ends.
    pub async fn stop(self) {
        self.draining.begin(Duration::ZERO);
        self.handle.stop(true).await;
    }
}

/// Takes the address to listen on; whoever connects waits until it is served. Port 0 takes any that is free.
///
/// # Errors
///
/// When the address cannot be had.
pub fn bind(address: &str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).map_err(|cause| ServeError::Listen { address: address.to_owned(), cause })
}

/// Starts to serve.
///
/// # Errors
///
/// When the database cannot be opened once more.
pub fn serve(service: Service, listener: TcpListener) -> Result<Running, ServeError> {
    metrics::recorder()?;
    let address = listener.local_addr()?;
    let settings = Arc::clone(&service.settings);
    let draining = service.draining.clone();
    let connections = Connections::new(settings.keep_alive());
    let beside = Beside {
        _reader: Reader::start(service.live.clone()),
        _watcher: TrustWatcher::start(service.trust.clone(), service.clock.clone()),
        _connections: connections.watch(),
    };
    let mut stores = Vec::with_capacity(settings.workers);
    for _ in 0..settings.workers {
        stores.push(service.store.sibling().map_err(ServeError::Store)?);
    }
    let stores = Arc::new(Mutex::new(stores));
    let server = HttpServer::new(move || {
        let own = stores.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let store = own.unwrap_or_else(|| service.store.clone());
        let service = Service { store, ..service.clone() };
        App::new()
            .wrap(cors(&service.settings.cors_origins))
            .wrap(Compress::default())
            .wrap(from_fn(without_coding))
            .wrap(from_fn(check_host))
            .wrap(from_fn(check_target))
            .wrap(safe_headers())
            .wrap(from_fn(close_connections))
            .wrap(from_fn(record))
            .wrap(from_fn(keep))
            .app_data(web::ThinData(service))
            .configure(routes)
    })
    .on_connect(move |io, data| connections.note(io, data))
    .workers(settings.workers)
    // Else the last part of an answer waits for the client's delayed acknowledgement: 40 ms on Linux.
    .tcp_nodelay(true)
    .keep_alive(settings.keep_alive())
    // `run_until_signal` listens to them instead.
    .disable_signals()
    .shutdown_timeout(settings.shutdown_seconds)
    .listen(listener)?
    .run();
    Ok(Running::new(address, server, draining, Some(beside)))
}

fn routes(app: &mut web::ServiceConfig) {
    app.route("/graphql", web::route().to(graphql::graphql))
        .service(readable("/graphiql/assets/{name}", web::to(pages::part)))
        .service(readable("/favicon.ico", web::to(pages::icon)))
        .service(readable("/schema.graphql", web::to(health::schema)))
        .service(readable("/healthz", web::to(health::alive)))
        .service(readable("/readyz", web::to(health::ready)))
        .service(readable("/development/jwks.json", web::to(health::development_keys)))
        .service(readable("/", web::to(to_graphql)));
}

async fn to_graphql() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/graphql")).finish()
}

/// What can be read at a path, by GET and by HEAD (RFC 9110, section 9.1); it says so to whoever asks, or does otherwise.
fn readable(path: &str, route: Route) -> Resource {
    const METHODS: (header::HeaderName, &str) = (header::ALLOW, "GET, HEAD, OPTIONS");
    web::resource(path)
        .route(route.guard(guard::Any(guard::Get()).or(guard::Head())))
        .route(
            web::route()
                .guard(guard::Options())
                .to(async || HttpResponse::NoContent().insert_header(METHODS).finish()),
        )
        .default_service(web::to(async || HttpResponse::MethodNotAllowed().insert_header(METHODS).finish()))
}

/// Pages of other origins may use the API only where the configuration names them. No cookie is ever involved.
fn cors(origins: &[String]) -> Cors {
    origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
        .allowed_methods([Method::GET, Method::POST])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_headers(["x-request-id", "last-event-id"])
        .expose_headers(["x-request-id", "retry-after", "ratelimit", "ratelimit-policy"])
        .max_age(3_600)
}

fn safe_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
}
