//! How a server ends: what it does when the system tells it to.
//!
//! On SIGTERM it first *drains*: `/readyz` says 503, so that a balancer sends no more, while requests are answered as
//! before, each on a connection that is closed afterwards. Then it stops: it listens no more, idle connections are closed,
//! and open requests may finish. Ctrl+C stops without draining; told once more, it ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;

use super::server::Service;

/// Whether a server is about to stop. Shared by its workers.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Has the server say that it is about to stop, from now on.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Has clients look for another connection once the server drains.
pub async fn part_with_clients(
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

/// What the system tells a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// SIGTERM: whoever runs it takes it out of service.
    Terminate,
    /// Ctrl+C: someone sits at the terminal.
    Interrupt,
}

/// What the system tells this process. Made once, so that nothing is missed between two of them.
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
    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Terminate,
            _ = self.interrupt.recv() => Told::Interrupt,
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Told {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Told::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits for `time`, or until the system tells something once more.
    pub(super) async fn quiet_for(&mut self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => (),
            _ = self.next() => (),
        }
    }
}
