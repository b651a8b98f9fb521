//! One operation on a socket, from `subscribe` to its end.

use std::net::IpAddr;
use std::rc::Rc;
use std::time::Instant as Stopwatch;

use gate::OperationKind;
use tokio::sync::mpsc;

use super::counts::Counted;
use super::protocol;
use super::session::Session;
use super::stream::{Delivery, Expiry, LiveStream};
use crate::graphql::{Answer, Code, Stage};
use crate::http::error::HttpError;
use crate::http::graphql::{execute, failed};
use crate::http::record::{RequestRecord, write_line};
use crate::http::request::GraphqlRequest;
use crate::http::server::Service;
use domain::reason::Reason;

/// An operation, with what it needs.
pub struct Operation {
    pub service: Service,
    pub session: Rc<Session>,
    pub id: String,
    /// Which of the operations with this id it is.
    pub serial: u64,
    pub request_id: String,
    pub client: Option<IpAddr>,
    pub out: mpsc::Sender<Outgoing>,
}

/// A message of an operation, to be written.
pub struct Outgoing {
    pub id: String,
    pub serial: u64,
    pub message: Vec<u8>,
    /// Whether it is the last one.
    pub is_last: bool,
    /// The event that it tells of.
    pub event: Option<String>,
}

/// The live operation that a document opens, and its place among its tenant's.
type Opened = (Box<LiveStream>, Counted<entity::TenantId>);

impl Operation {
    /// Runs to its end. Dropped, it is cancelled: what it has not committed has not happened.
    pub async fn run(self, request: Result<GraphqlRequest, HttpError>) {
        let started = Stopwatch::now();
        let mut record = RequestRecord::default();
        let outcome = match request {
            Ok(request) => self.begin(&request, &mut record).await,
            Err(error) => Err(error),
        };
        let outcome = match outcome {
            Ok(Begun::Answered(answer)) if answer.stage() == Stage::Executed => {
                record.code = answer.code();
                let payload = answer.to_json(&self.request_id);
                self.send(protocol::next(&self.id, &payload), false, None).await;
                self.send(protocol::complete(&self.id), true, None).await;
                None
            }
            Ok(Begun::Answered(answer)) => {
                record.code = answer.code();
                self.send(protocol::error(&self.id, &answer.to_json(&self.request_id)), true, None).await;
                None
            }
            Err(error) => {
                record.code = Some(error.code.name().to_owned());
                let payload = error.answer().to_json(&self.request_id);
                self.send(protocol::error(&self.id, &payload), true, None).await;
                None
            }
            Ok(Begun::Live(stream)) => Some(stream),
        };
        write_line(&record, &self.request_id, self.client, None, started.elapsed());
        if let Some((mut stream, _counted)) = outcome {
            while let Some(Delivery { answer, event }) = stream.next().await {
                let payload = answer.to_json(&self.request_id);
                self.send(protocol::next(&self.id, &payload), false, event).await;
            }
            self.send(protocol::complete(&self.id), true, None).await;
        }
    }

    async fn begin(&self, request: &GraphqlRequest, record: &mut RequestRecord) -> Result<Begun, HttpError> {
        let service = &self.service;
        let Some(view) = self.session.view(record).await? else {
            return Ok(Begun::Answered(Answer::forbidden(&[Reason::tenant_not_registered()])));
        };
        let admitted = match service.api.admit(request.parameters()) {
            Ok(admitted) => admitted,
            Err(rejection) => return Ok(Begun::Answered(Answer::rejected(&rejection))),
        };
        record.note(admitted.kind, admitted.name.as_deref());
        if admitted.kind != OperationKind::Subscription {
            return execute(service, admitted, view, record).await.map(Begun::Answered);
        }
        let tenant = view.viewer().tenant();
        let most = service.live_settings.streams_per_tenant;
        let Some(counted) = service.counts.streams.take(tenant, most) else {
            return Err(HttpError::too_many(format!(
                "This tenant has {most} live operations open already. End some of them first."
            )));
        };
        let operation = match service.api.open(admitted, view.clone(), None).await {
            Ok(operation) => operation,
            Err(answer) => return Ok(Begun::Answered(answer)),
        };
        let identity = (self.session.watch(), Expiry::IsTheSockets);
        let stream = LiveStream::begin(service.clone(), operation, &view, identity).await;
        record.statements = Some(view.statements());
        Ok(Begun::Live((Box::new(stream.map_err(|error| failed(&error))?), counted)))
    }

    async fn send(&self, message: Vec<u8>, is_last: bool, event: Option<String>) {
        let outgoing = Outgoing { id: self.id.clone(), serial: self.serial, message, is_last, event };
        // The socket is gone, and this with it.
        let _ = self.out.send(outgoing).await;
    }
}

enum Begun {
    Answered(Answer),
    Live(Opened),
}

/// What an operation beyond a socket's bound is answered with.
pub fn beyond(most: usize) -> Answer {
    Answer::error(
        Code::RateLimited,
        format!(
            "This socket has {most} operations open already. Complete some of them, or open another socket."
        ),
    )
}
