//! What is said on a socket whose client is known: which operations are open, what is written of them, and for how long.
//!
//! All of a socket runs as one task, which reads, lets its operations go on and writes. While it waits for the client to
//! read, nothing else of it goes on, so that it takes no more memory for whoever is slow.

use std::collections::HashMap;
use std::convert::Infallible;
use std::rc::Rc;

use actix_web::http::header::HeaderValue;
use entity::TenantId;
use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::connection::{Connection, End, Received, authenticate, receive};
use super::counts::Counted;
use super::operation::{Operation, Outgoing, beyond};
use super::protocol::{self, ClientMessage, Closure};
use super::session::Session;
use crate::graphql::{Answer, EndReason};

/// How many messages of operations may wait to be written.
const WAITING: usize = 4;

/// A connection whose client is known.
pub(super) struct Conversation {
    connection: Connection,
    session: Rc<Session>,
    operations: HashMap<String, Open>,
    running: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    results: (mpsc::Sender<Outgoing>, mpsc::Receiver<Outgoing>),
    serial: u64,
    _counted: Counted<TenantId>,
}

/// An operation that is open.
struct Open {
    serial: u64,
    running: AbortHandle,
    last_event: Option<String>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Conversation {
    pub(super) fn new(connection: Connection, session: Session, counted: Counted<TenantId>) -> Self {
        Self {
            connection,
            session: Rc::new(session),
            operations: HashMap::new(),
            running: FuturesUnordered::new(),
            results: mpsc::channel(WAITING),
            serial: 0,
            _counted: counted,
        }
    }

    /// Goes on until something ends it.
    pub(super) async fn run(mut self) -> End {
        match self.go_on().await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn go_on(&mut self) -> Result<Infallible, End> {
        let ping_time = self.connection.service.live_settings.ping_time();
        let draining = self.connection.service.draining.clone();
        let mut stopping = std::pin::pin!(draining.is_over());
        let mut expiry = Instant::now() + self.session.time_left();
        let mut silence = Instant::now() + ping_time;
        let mut is_pinged = false;
        loop {
            let Connection { service, outbox, incoming, .. } = &mut self.connection;
            tokio::select! {
                received = receive(incoming, outbox, service) => {
                    silence = Instant::now() + ping_time;
                    is_pinged = false;
                    if let Received::Message(message) = received? {
                        self.hear(message).await?;
                        expiry = Instant::now() + self.session.time_left();
                    }
                }
                outgoing = self.results.1.recv() => if let Some(outgoing) = outgoing {
                    self.write(outgoing).await?;
                },
                _ = self.running.next(), if !self.running.is_empty() => {}
                () = sleep_until(silence) => {
                    if is_pinged {
                        return Err(End::Gone);
                    }
                    outbox.ping();
                    is_pinged = true;
                    silence = Instant::now() + ping_time;
                }
                () = sleep_until(expiry) => {
                    let left = self.session.time_left();
                    if left.is_zero() {
                        return Err(Closure::forbidden("Forbidden: the token has expired. Connect again with a new one.").into());
                    }
                    expiry = Instant::now() + left;
                }
                () = &mut stopping => return Err(Closure::going_away().into()),
            }
        }
    }

    async fn hear(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit(_) => Err(Closure::repeated_init().into()),
            ClientMessage::Pong => Ok(()),
            ClientMessage::Ping { payload, token } => {
                if let Some(token) = token {
                    self.renew(&token).await?;
                }
                self.say(&protocol::pong(payload)).await
            }
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            ClientMessage::Subscribe { id, request } => {
                if self.operations.contains_key(&id) {
                    return Err(Closure::repeated_id(&id).into());
                }
                let most = self.connection.service.live_settings.operations_per_socket;
                self.serial += 1;
                let request_id = format!("{}.{}", self.connection.request_id, self.serial);
                if self.operations.len() >= most {
                    return self.say(&protocol::error(&id, &beyond(most).to_json(&request_id))).await;
                }
                let operation = Operation {
                    service: self.connection.service.clone(),
                    session: Rc::clone(&self.session),
                    id: id.clone(),
                    serial: self.serial,
                    request_id,
                    client: self.connection.client,
                    out: self.results.0.clone(),
                };
                let (running, registration) = AbortHandle::new_pair();
                self.operations.insert(id, Open { serial: self.serial, running, last_event: None });
                self.running
                    .push(Abortable::new(operation.run(request), registration).map(drop).boxed_local());
                Ok(())
            }
        }
    }

    /// Goes on with a fresh token of the same principal.
    async fn renew(&mut self, token: &str) -> Result<(), End> {
        let forbidden =
            Closure::forbidden("Forbidden: the token is not valid. Connect again with a valid one.");
        let Ok(authorization) = HeaderValue::from_str(token) else { return Err(forbidden.into()) };
        let (identity, _) = authenticate(&self.connection.service, &authorization).await?;
        if !self.session.is_of(&identity) {
            return Err(Closure::forbidden(
                "Forbidden: the token is another principal's. Open another socket for it.",
            )
            .into());
        }
        self.session.renew(authorization, identity);
        Ok(())
    }

    /// Writes a message of an operation that is still open.
    async fn write(&mut self, outgoing: Outgoing) -> Result<(), End> {
        let Outgoing { id, serial, message, is_last, event } = outgoing;
        let Some(open) = self.operations.get_mut(&id).filter(|open| open.serial == serial) else {
            return Ok(());
        };
        if let Some(event) = event {
            open.last_event = Some(event);
        }
        if is_last {
            self.operations.remove(&id);
        }
        self.say(&message).await
    }

    /// Says something, unless the client does not read what was said before.
    async fn say(&mut self, message: &[u8]) -> Result<(), End> {
        let time = self.connection.service.live_settings.write_time();
        if let Ok(said) = timeout(time, self.connection.outbox.text(message)).await {
            return Ok(said?);
        }
        for (id, open) in self.operations.drain() {
            let answer = Answer::ended(EndReason::SlowConsumer, open.last_event.as_deref());
            let payload = answer.to_json(&self.connection.request_id);
            self.connection.outbox.last_text(&protocol::next(&id, &payload));
        }
        Err(Closure::try_again_later("Slow consumer: what was sent is not read.").into())
    }
}
