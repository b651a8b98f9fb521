//! How a server stops when the process gets a signal.
//!
//! On SIGTERM it first *drains*: `/readyz` says 503, so that a balancer sends no more, while requests are answered as
//! before, each on a connection that is closed afterwards, and streams and sockets are told to go elsewhere. Then it stops: it listens no more, idle connections are closed,
//! and open requests may finish. Ctrl+C stops without draining; a second signal ends it at once.

use std::sync::Arc;
use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use tokio::sync::watch;

use super::server::Service;

/// Whether a server is about to stop, and how long it still answers then. Shared by its workers.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<watch::Sender<Option<Duration>>>);

impl Draining {
    /// Has the server say that it is about to stop, from now on, and end what would go on for ever within this time.
    pub fn begin(&self, within: Duration) {
        self.0.send_if_modified(|draining| draining.replace(within).is_none());
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until a stream or a socket is to end: not all in the same moment, so that not all come back to another server
    /// in the same moment.
    pub(super) async fn is_over(&self) {
        // The sender is in here.
        let within = self.0.subscribe().wait_for(Option::is_some).await.map_or(None, |within| *within);
        tokio::time::sleep(within.unwrap_or_default().mul_f64(rand::random_range(0.0..0.8))).await;
    }
}

/// Closes each connection after its answer once the server drains, so that clients connect elsewhere.
pub async fn close_connections(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_draining = Service::of(&request).is_some_and(|service| service.draining.has_begun());
    let mut response = next.call(request).await?;
    if is_draining {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// A signal that stops a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM: it is taken out of service.
    Terminate,
    /// Ctrl+C, from a terminal.
    Interrupt,
}

/// The signals of this process. Registered once, so that none is missed between two.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits for `time`, or until the next signal.
    pub(super) async fn wait(&mut self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => (),
            _ = self.next() => (),
        }
    }
}
