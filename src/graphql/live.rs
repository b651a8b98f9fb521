//! Live operations: how one is opened, and what is delivered of it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use async_graphql::Response;
use entity::event;
use futures_util::{FutureExt, StreamExt};
use gate::AdmittedOperation;

use super::api::Api;
use super::event::{LiveEvents, Occasion};
use super::id::NodeId;
use super::loader::Loader;
use super::{Answer, Code};
use access::View;
use domain::tenant::Barred;

/// A live operation, open.
#[derive(Debug)]
pub struct LiveOperation {
    admitted: AdmittedOperation,
    pub events: LiveEvents,
}

impl LiveOperation {
    /// What the delivery of an event is foretold to cost.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.admitted.cost
    }
}

/// Why a stream ends of which nobody asked that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The customer or the subscription that it is narrowed to is not visible to the viewer any more.
    AccessEnded,
    /// The object that it is narrowed to has come to its end.
    SubjectEnded,
    /// The instants that it is narrowed to are over.
    RangeEnded,
    /// The viewer's tenant is not let in any more.
    Barred(Barred),
    /// The viewer's token has expired.
    TokenExpired,
    /// The viewer's token is not accepted any more, though it has not expired.
    TokenRevoked,
    /// The keys of the issuer of the viewer's token cannot be had now.
    TokenUnverifiable,
    /// What was delivered is not read.
    SlowConsumer,
}

impl EndReason {
    /// The reason as clients see it, and a sentence that says what to do.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AccessEnded => (
                "ACCESS_ENDED",
                "What this stream is narrowed to is not visible any more. A new grant or assignment makes it visible again.",
            ),
            Self::SubjectEnded => ("SUBJECT_ENDED", "What this stream is narrowed to has come to its end."),
            Self::RangeEnded => ("RANGE_ENDED", "The time that this stream is narrowed to is over."),
            Self::Barred(Barred::NotRegistered) => {
                ("TENANT_NOT_REGISTERED", "The tenant is not registered any more.")
            }
            Self::Barred(Barred::Suspended) => (
                "TENANT_SUSPENDED",
                "The tenant is suspended. Go on after the last event when the operator has reinstated it.",
            ),
            Self::Barred(Barred::Closed) => ("TENANT_CLOSED", "The tenant was closed."),
            Self::TokenExpired => {
                ("TOKEN_EXPIRED", "The token has expired. Go on with a new one, after the last event.")
            }
            Self::TokenRevoked => ("TOKEN_REVOKED", "The token is not accepted any more."),
            Self::TokenUnverifiable => (
                "TOKEN_UNVERIFIABLE",
                "The token cannot be verified right now. Go on after the last event, a little later.",
            ),
            Self::SlowConsumer => (
                "SLOW_CONSUMER",
                "What was delivered is not read. Go on after the last event that was received.",
            ),
        }
    }
}

/// The id of an event as clients hold it.
#[must_use]
pub fn event_id(row: &event::Model) -> String {
    NodeId::from(row.id).encode().0
}

impl Api {
    /// Opens a live operation, to go on after the event `last` if there is one, whatever its argument says.
    ///
    /// # Errors
    ///
    /// What is to be answered instead.
    pub async fn open(
        &self,
        admitted: AdmittedOperation,
        view: View,
        last: Option<&str>,
    ) -> Result<LiveOperation, Answer> {
        let opened = Arc::new(OnceLock::new());
        let response = self.once(&admitted, Occasion::Opening(Arc::clone(&opened)), view.clone()).await?;
        let mut events = match (response, opened.get()) {
            (None, Some(events)) => events.clone(),
            (Some(refused), _) => return Err(Answer::not_begun(refused)),
            (None, None) => return Err(Answer::error(Code::Internal, super::INTERNAL)),
        };
        if let Some(last) = last.filter(|last| !last.is_empty()) {
            events.resume(&view, last).await.map_err(|error| Answer::refused(error, Code::BadRequest))?;
        }
        Ok(LiveOperation { admitted, events })
    }

    /// What a live operation shows of an event, to a viewer that sees the event.
    pub async fn deliver(&self, operation: &LiveOperation, event: Arc<event::Model>, view: View) -> Answer {
        let id = event_id(&event);
        let response = self.once(&operation.admitted, Occasion::Event(event), view).await;
        match response {
            Ok(Some(response)) => Answer::executed(response.extension("eventId", id.into())),
            Ok(None) => Answer::error(Code::Internal, super::INTERNAL),
            Err(answer) => answer,
        }
    }

    /// The one response of an execution, if there is one. A panic below becomes an answer.
    async fn once(
        &self,
        admitted: &AdmittedOperation,
        occasion: Occasion,
        view: View,
    ) -> Result<Option<Response>, Answer> {
        let loader = Loader::default();
        let request = admitted.clone().into_request().data(view).data(loader.clone()).data(occasion);
        let mut responses = self.schema().execute_stream(request);
        let execution = tokio::task::unconstrained(loader.drive(responses.next()));
        AssertUnwindSafe(execution).catch_unwind().await.map_err(|panic| Self::of_panic(panic.as_ref()))
    }
}
