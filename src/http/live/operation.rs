//! One operation on a socket, from `subscribe` to its end.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Instant as Stopwatch;

use gate::OperationKind;
use tokio::sync::Mutex;

use super::connection::End;
use super::counts::Counted;
use super::outbox::Outbox;
use super::protocol;
use super::session::Session;
use super::stream::{Delivery, Expiry, LiveStream};
use crate::graphql::{Answer, Code, Stage};
use crate::http::error::HttpError;
use crate::http::graphql::{admit, charge, execute, failed};
use crate::http::misses::even_out;
use crate::http::record::{RequestRecord, write_line};
use crate::http::request::GraphqlRequest;
use crate::http::server::Service;

/// An operation, with what it needs.
pub struct Operation {
    pub service: Service,
    pub session: Rc<Session>,
    pub outbox: Outbox,
    /// Whose turn it is to begin, of the socket's operations.
    pub turns: Rc<Mutex<()>>,
    pub name: OperationName,
    pub request_id: String,
    pub client: Option<IpAddr>,
    /// The last event that was told of.
    pub last_event: Rc<RefCell<Option<String>>>,
}

/// Which operation of a socket it is: the same id may be used again.
#[derive(Clone, Debug)]
pub struct OperationName {
    pub id: String,
    pub serial: u64,
}

/// The live operation that a document opens, and its place among its tenant's.
type Opened = (Box<LiveStream>, Counted<entity::TenantId>);

impl Operation {
    /// Runs to its end. Dropped, it is cancelled: what it has not committed has not happened.
    ///
    /// # Errors
    ///
    /// When nothing can be said on the socket any more.
    pub async fn run(self, request: Result<GraphqlRequest, HttpError>) -> Result<OperationName, End> {
        let started = Stopwatch::now();
        let mut record = RequestRecord::default();
        let begun = match request {
            Ok(request) => match self.service.documents.resolve(self.session.tenant(), request) {
                Ok(request) => Box::pin(self.begin(&request, &mut record)).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        let (answer, live) = match begun {
            Ok(Begun::Answered(answer)) => (Some(answer), None),
            Ok(Begun::Live(live)) => (None, Some(live)),
            Err(error) => (Some(error.answer()), None),
        };
        record.code = answer.as_ref().and_then(Answer::code);
        write_line(&record, &self.request_id, self.client, None, started.elapsed());
        match answer {
            Some(answer) if answer.stage() == Stage::Executed => self.next(answer).await?,
            Some(answer) => {
                self.outbox.say(&protocol::error(self.id(), &answer.to_json(&self.request_id))).await?;
                return Ok(self.name);
            }
            None => {}
        }
        if let Some((mut stream, _counted)) = live {
            while let Some(Delivery { answer, event }) = stream.next().await {
                self.next(answer).await?;
                if event.is_some() {
                    self.last_event.replace(event);
                }
            }
        }
        self.outbox.say(&protocol::complete(self.id())).await?;
        Ok(self.name)
    }

    fn id(&self) -> &str {
        &self.name.id
    }

    async fn next(&self, answer: Answer) -> Result<(), End> {
        self.outbox.say(&protocol::next(self.id(), &answer.to_json(&self.request_id))).await
    }

    async fn begin(&self, request: &GraphqlRequest, record: &mut RequestRecord) -> Result<Begun, HttpError> {
        let service = &self.service;
        // In the order in which they came: whatever is read on a socket is as new as the place at which a stream that was
        // asked for before it begins, so that no event falls between the two.
        let turn = self.turns.lock().await;
        let view = match self.session.view(record).await? {
            Ok(view) => view,
            Err(barred) => return Ok(Begun::Answered(Answer::forbidden(&[barred.reason()]))),
        };
        let admitted = match admit(service, request, &view, record).await? {
            Ok(admitted) => admitted,
            Err(answer) => return Ok(Begun::Answered(answer)),
        };
        if admitted.kind != OperationKind::Subscription {
            drop(turn);
            return execute(service, admitted, view, record).await.map(Begun::Answered);
        }
        charge(service, &admitted, &view, record).await?;
        let tenant = view.viewer().tenant();
        let most = service.live_settings.streams_per_tenant;
        let Some(counted) = service.counts.streams.take(tenant, most) else {
            return Err(HttpError::too_many(format!(
                "This tenant has {most} live operations open already. End some of them first."
            )));
        };
        let begun = tokio::time::Instant::now();
        let opened = service.api.open(admitted, view.clone(), None).await;
        even_out(&view, begun).await;
        let operation = match opened {
            Ok(operation) => operation,
            Err(answer) => return Ok(Begun::Answered(answer)),
        };
        let identity = (self.session.watch(), Expiry::IsTheSockets);
        let stream = LiveStream::begin(service.clone(), operation, &view, identity).await;
        record.statements = Some(view.statements());
        Ok(Begun::Live((Box::new(stream.map_err(|error| failed(&error))?), counted)))
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
