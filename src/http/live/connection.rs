//! A socket from its handshake to its end, and how it is said who is there.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;

use access::View;
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderValue;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use domain::identity::Identity;
use entity::TenantId;
use tokio::time::timeout;

use super::conversation::Conversation;
use super::counts::{Counted, Gauged};
use super::outbox::Outbox;
use super::protocol::{self, ClientMessage, Closure};
use super::session::{Session, identify};
use crate::graphql::Code;
use crate::http::error::HttpError;
use crate::http::graphql::admit_viewer;
use crate::http::record::{RequestRecord, count_rejection};
use crate::http::server::Service;

/// How long a closed socket is kept for its last words.
const LINGER: Duration = Duration::from_secs(2);

/// A socket whose handshake is done.
pub struct Connection {
    pub service: Service,
    pub outbox: Outbox,
    pub incoming: AggregatedMessageStream,
    /// What the handshake's Authorization header has: for whoever has no token in its `connection_init`.
    pub authorization: Option<HeaderValue>,
    pub request_id: String,
    pub client: Option<IpAddr>,
    pub waiting: Option<Counted<IpAddr>>,
}

/// Why nothing more is said.
#[derive(Debug)]
pub(super) enum End {
    Close(Closure),
    /// The client does not read.
    Unread,
    Gone,
}

impl From<Closure> for End {
    fn from(closure: Closure) -> Self {
        Self::Close(closure)
    }
}

impl Connection {
    /// Talks to the client until one of them ends it.
    pub async fn run(self: Box<Self>) {
        let _gauged = Gauged::new("copartner_live_sockets");
        let (outbox, request_id) = (self.outbox.clone(), self.request_id.clone());
        let closure = match self.talk().await {
            End::Close(closure) => closure,
            End::Unread => Closure::try_again_later("Slow consumer: what was sent is not read."),
            End::Gone => return outbox.finish(),
        };
        metrics::counter!("copartner_live_sockets_closed_total", "code" => closure.code.to_string())
            .increment(1);
        tracing::debug!(id = request_id, code = closure.code, reason = %closure.reason, "a socket is closed");
        outbox.close(&closure);
        // Whoever does not read does not read this either.
        let _ = timeout(LINGER, outbox.written()).await;
    }

    async fn talk(mut self: Box<Self>) -> End {
        let draining = self.service.draining.clone();
        let time = self.service.live_settings.init_time();
        // Boxed: what takes a moment leaves nothing behind in the future of a socket that is open for hours.
        let initialised = tokio::select! {
            initialised = timeout(time, Box::pin(self.initialise())) => initialised.unwrap_or_else(|_| Err(Closure::init_timeout().into())),
            () = draining.is_over() => Err(Closure::going_away().into()),
        };
        match initialised {
            Ok((session, counted)) => Box::pin(Conversation::new(self, session, counted).run()).await,
            Err(end) => end,
        }
    }

    /// Waits until the client has said who it is.
    async fn initialise(&mut self) -> Result<(Session, Counted<TenantId>), End> {
        loop {
            match receive(&mut self.incoming, &self.outbox, &self.service).await? {
                Received::Message(ClientMessage::ConnectionInit(token)) => {
                    let authorization = token.and_then(|token| HeaderValue::from_str(&token).ok());
                    let authorization = authorization.or_else(|| self.authorization.take());
                    return self.acknowledge(authorization).await;
                }
                Received::Message(ClientMessage::Ping { payload, .. }) => {
                    self.outbox.say(&protocol::pong(payload)).await?;
                }
                Received::Message(ClientMessage::Subscribe { .. }) => {
                    return Err(Closure::unauthorized().into());
                }
                Received::Message(ClientMessage::Pong | ClientMessage::Complete { .. }) | Received::Life => {}
            }
        }
    }

    async fn acknowledge(
        &mut self,
        authorization: Option<HeaderValue>,
    ) -> Result<(Session, Counted<TenantId>), End> {
        let service = &self.service;
        let Some(authorization) = authorization else {
            count_rejection("missing");
            return Err(Closure::forbidden(
                "Forbidden: send a valid token as `authorization` in connection_init.",
            )
            .into());
        };
        let (identity, view) = authenticate(service, &authorization).await?;
        let most = service.live_settings.connections_per_tenant;
        let Some(counted) = service.counts.of_tenant.take(view.viewer().tenant(), most) else {
            return Err(Closure::try_again_later(
                "This tenant has too many sockets open. Close some of them.",
            )
            .into());
        };
        self.waiting = None;
        let expires_at = identity.expires_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        self.outbox.say(&protocol::connection_ack(&expires_at)).await?;
        Ok((Session::new(service.clone(), authorization, identity), counted))
    }
}

/// Who bears a token, and its view.
pub(super) async fn authenticate(
    service: &Service,
    authorization: &HeaderValue,
) -> Result<(Identity, View), Closure> {
    let at = service.clock.now();
    let mut record = RequestRecord::default();
    let closure = |error: &HttpError| match error.code {
        Code::Unauthenticated => {
            Closure::forbidden("Forbidden: the token is not valid. Connect again with a valid one.")
        }
        _ => Closure::unverifiable(),
    };
    let identity = identify(service, authorization, at, &mut record).await;
    if let Some(refusal) = record.refusal {
        count_rejection(refusal);
    }
    let identity = identity.map_err(|error| closure(&error))?;
    if identity.expires_at <= at {
        return Err(Closure::forbidden("Forbidden: the token has expired. Connect again with a new one."));
    }
    match admit_viewer(service, identity.clone(), at).await {
        Ok(Ok(view)) => match view.barred().await {
            Ok(Some(barred)) => Err(Closure::barred(barred)),
            Ok(None) | Err(_) => Ok((identity, view)),
        },
        Ok(Err(barred)) => Err(Closure::barred(barred)),
        Err(error) => Err(closure(&error)),
    }
}

pub(super) enum Received {
    Message(ClientMessage),
    /// A frame that says only that the client is there.
    Life,
}

/// The next thing that the client says. Dropped before it is there, nothing is lost.
pub(super) async fn receive(
    incoming: &mut AggregatedMessageStream,
    outbox: &Outbox,
    service: &Service,
) -> Result<Received, End> {
    let most = service.settings.body_bytes;
    match incoming.recv().await {
        Some(Ok(AggregatedMessage::Text(text))) => Ok(Received::Message(ClientMessage::read(&text)?)),
        Some(Ok(AggregatedMessage::Binary(_))) => {
            Err(Closure::invalid("Invalid message: send text, not binary.").into())
        }
        Some(Ok(AggregatedMessage::Ping(payload))) => {
            outbox.pong(&payload).await?;
            Ok(Received::Life)
        }
        Some(Ok(AggregatedMessage::Pong(_))) => Ok(Received::Life),
        Some(Ok(AggregatedMessage::Close(_))) => Err(Closure::normal().into()),
        Some(Err(ProtocolError::Overflow)) => Err(Closure::too_large(most).into()),
        Some(Err(ProtocolError::Io(error))) => match error.get_ref() {
            Some(cause) if cause.is::<PayloadError>() => Err(End::Gone),
            _ if error.kind() == ErrorKind::InvalidData => Err(Closure::not_utf8().into()),
            // A message of many frames.
            _ => Err(Closure::too_large(most).into()),
        },
        Some(Err(_)) => Err(Closure::malformed_frame().into()),
        None => Err(End::Gone),
    }
}
