//! What is said on a socket whose client is known: which operations are open, what is written of them, and for how long.
//!
//! All of a socket runs as one task, which reads and lets its operations go on. An operation that has something to say waits until
//! what was said before is on its way, so that a socket takes no more memory for whoever is slow.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::rc::Rc;

use actix_web::http::header::HeaderValue;
use entity::TenantId;
use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, End, Received, authenticate, receive};
use super::counts::Counted;
use super::operation::{Operation, OperationName, beyond};
use super::protocol::{self, ClientMessage, Closure};
use super::session::{Session, ShutOut};
use crate::graphql::{Answer, EndReason};

/// A connection whose client is known.
pub(super) struct Conversation {
    connection: Box<Connection>,
    session: Rc<Session>,
    operations: HashMap<String, Open>,
    running: FuturesUnordered<Running>,
    turns: Rc<Mutex<()>>,
    serial: u64,
    _counted: Counted<TenantId>,
}

/// An operation that runs, until it ends or is aborted.
type Running = Abortable<LocalBoxFuture<'static, Result<OperationName, End>>>;

/// An operation that is open.
struct Open {
    serial: u64,
    running: AbortHandle,
    last_event: Rc<RefCell<Option<String>>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Conversation {
    pub(super) fn new(connection: Box<Connection>, session: Session, counted: Counted<TenantId>) -> Self {
        Self {
            connection,
            session: Rc::new(session),
            operations: HashMap::new(),
            running: FuturesUnordered::new(),
            turns: Rc::default(),
            serial: 0,
            _counted: counted,
        }
    }

    /// Goes on until something ends it.
    pub(super) async fn run(mut self) -> End {
        let end = match self.go_on().await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        if matches!(end, End::Unread) {
            self.tell_slow_consumer();
        }
        end
    }

    async fn go_on(&mut self) -> Result<Infallible, End> {
        let ping_time = self.connection.service.live_settings.ping_time();
        let draining = self.connection.service.draining.clone();
        let mut stopping = std::pin::pin!(draining.is_over());
        let mut expiry = Instant::now() + self.session.time_left();
        let mut silence = Instant::now() + ping_time;
        let mut is_pinged = false;
        let mut trust = self.connection.service.trust.changes();
        loop {
            let Connection { service, outbox, incoming, .. } = self.connection.as_mut();
            tokio::select! {
                received = receive(incoming, outbox, service) => {
                    silence = Instant::now() + ping_time;
                    is_pinged = false;
                    if let Received::Message(message) = received? {
                        Box::pin(self.hear(message)).await?;
                        expiry = Instant::now() + self.session.time_left();
                    }
                }
                // What was aborted has ended without a word.
                ended = self.running.next(), if !self.running.is_empty() => if let Some(Ok(ended)) = ended {
                    self.close(&ended?);
                },
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
                // The sender lives as long as the service, which this has.
                _ = trust.changed() => match self.session.shut_out().await {
                    None => {}
                    Some(ShutOut::Barred(barred)) => return Err(Closure::barred(barred).into()),
                    Some(ShutOut::TokenRefused) => return Err(Closure::revoked().into()),
                    Some(ShutOut::TokenUnverifiable) => return Err(Closure::unverifiable().into()),
                },
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
                self.connection.outbox.say(&protocol::pong(payload)).await
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
                    let refusal = protocol::error(&id, &beyond(most).to_json(&request_id));
                    return self.connection.outbox.say(&refusal).await;
                }
                let last_event = Rc::default();
                let operation = Operation {
                    service: self.connection.service.clone(),
                    session: Rc::clone(&self.session),
                    outbox: self.connection.outbox.clone(),
                    turns: Rc::clone(&self.turns),
                    name: OperationName { id: id.clone(), serial: self.serial },
                    request_id,
                    client: self.connection.client,
                    last_event: Rc::clone(&last_event),
                };
                let (running, registration) = AbortHandle::new_pair();
                self.operations.insert(id, Open { serial: self.serial, running, last_event });
                self.running.push(Abortable::new(operation.run(request).boxed_local(), registration));
                Ok(())
            }
        }
    }

    /// An operation has ended; its id may be in use again.
    fn close(&mut self, OperationName { id, serial }: &OperationName) {
        if self.operations.get(id).is_some_and(|open| open.serial == *serial) {
            self.operations.remove(id);
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

    /// Says of each live operation where it was left, to a client that may read on.
    fn tell_slow_consumer(&self) {
        for (id, open) in &self.operations {
            let answer = Answer::ended(EndReason::SlowConsumer, open.last_event.borrow().as_deref());
            let payload = answer.to_json(&self.connection.request_id);
            self.connection.outbox.last_text(&protocol::next(id, &payload));
        }
    }
}
