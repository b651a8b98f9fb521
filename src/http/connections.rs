//! Connections that are held although nothing is asked on them: they are closed, whatever their clients do.
//!
//! The web server gives the head of a connection's first request a time, and an idle connection one; but what begins a second request
//! and does not end it, a body that nobody has asked for, and an answer that is not read hold a connection for ever. So it is noted
//! here since when no request is being answered on each connection, and what is held longer than an idle one may be is closed
//! underneath. What is written and not read for a while, the kernel gives up (TCP_USER_TIMEOUT).

use std::any::Any;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, header};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use socket2::{SockRef, Socket};
use tokio::task::JoinHandle;

/// How long a client may take for the head of a request on a connection that was idle, besides.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// How long a connection is kept whose request has a body that may not end, and was answered before that.
const LINGER: Duration = Duration::from_secs(2);

/// How long a client may leave unread what was written to it.
const UNREAD: Duration = Duration::from_secs(30);

/// How often it is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The connections of a server. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    begun: Instant,
    /// How long a connection may be idle.
    patience: Duration,
    next: AtomicUsize,
    held: Mutex<HashMap<usize, (Socket, Arc<State>)>>,
}

/// What goes on on a connection.
#[derive(Debug)]
struct State {
    /// How many requests are being answered.
    answering: AtomicUsize,
    /// When it is closed if nothing is asked until then, in milliseconds since the server began.
    until: AtomicU64,
}

/// A connection, for as long as the web server has it.
#[derive(Debug)]
struct Connection {
    shared: Arc<Shared>,
    id: usize,
    state: Arc<State>,
}

impl Connections {
    pub(super) fn new(keep_alive: Duration) -> Self {
        Self(Arc::new(Shared {
            begun: Instant::now(),
            patience: keep_alive + HEAD_TIME,
            next: AtomicUsize::default(),
            held: Mutex::default(),
        }))
    }

    /// Takes note of a new connection.
    pub(super) fn note(&self, io: &dyn Any, data: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<TcpStream>() else { return };
        let socket = SockRef::from(stream);
        #[cfg(target_os = "linux")]
        if let Err(error) = socket.set_tcp_user_timeout(Some(UNREAD)) {
            tracing::debug!(%error, "a connection is not given up when it is not read");
        }
        // The web server closes its own: this one must still be the same connection then.
        let Ok(own) = socket.try_clone() else { return };
        let shared = Arc::clone(&self.0);
        let state = Arc::new(State { answering: AtomicUsize::default(), until: AtomicU64::default() });
        shared.allow(&state, shared.patience);
        let id = shared.next.fetch_add(1, Ordering::Relaxed);
        shared.held.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (own, Arc::clone(&state)));
        data.insert(Connection { shared, id, state });
    }

    /// Closes what is held too long, until it is dropped.
    pub(super) fn watch(&self) -> Watcher {
        let shared = Arc::clone(&self.0);
        Watcher(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(LOOK_INTERVAL);
            loop {
                ticks.tick().await;
                shared.close_held();
            }
        }))
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Gives a connection so much time from now.
    fn allow(&self, state: &State, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        state.until.store(self.now().saturating_add(time), Ordering::Relaxed);
    }

    fn close_held(&self) {
        let now = self.now();
        for (socket, state) in self.held.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if state.answering.load(Ordering::Relaxed) == 0 && state.until.load(Ordering::Relaxed) < now {
                // Whoever is connected learns it by the end of what it reads; the web server lets go of it.
                let _ = socket.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Looks at the connections until it is dropped.
#[derive(Debug)]
pub(super) struct Watcher(JoinHandle<()>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A request that is being answered on a connection.
struct Answering {
    shared: Arc<Shared>,
    state: Arc<State>,
    /// How long the connection is kept afterwards.
    kept: Duration,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.shared.allow(&self.state, self.kept);
        self.state.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer's body, which is written as long as there is some of it.
struct Body {
    body: BoxBody,
    _answering: Option<Answering>,
}

impl MessageBody for Body {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

/// Notes that a request is answered on its connection, until all of the answer is on its way.
pub(super) async fn keep(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut answering = request.conn_data::<Connection>().map(|connection| {
        connection.state.answering.fetch_add(1, Ordering::Relaxed);
        let (shared, state) = (Arc::clone(&connection.shared), Arc::clone(&connection.state));
        let kept = shared.patience;
        Answering { shared, state, kept }
    });
    let may_go_on = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = next.call(request).await?;
    // An answer other than to what was read: the rest is not read, however long it is.
    if may_go_on && !(response.status().is_success() && response.request().path() == "/graphql") {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        if let Some(answering) = &mut answering {
            answering.kept = LINGER;
        }
    }
    Ok(response.map_body(|_, body| Body { body: body.boxed(), _answering: answering }))
}
