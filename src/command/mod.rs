//! What can be done: one type for each act, by the way of permit, rule, change.
//!
//! A command says what a client asks for, in this house's own words; [`run`] does it and answers with what came of it.
//! What it refuses for a reason that the caller can act on is [`Error::Refused`](crate::Error::Refused), and then
//! nothing has happened. Deliberately absent: the decision who may, which is `access`'s, and the rules themselves.

mod assignment;
mod grant;
mod registry;
mod request;
mod subscription;
mod time;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use assignment::{AssignAccess, UnassignAccess};
pub use grant::{GrantChange, Impact, NarrowGrant, SetAutoExtend, TerminateGrant};
pub use registry::{RegisterCustomer, RegisterPartner, UpsertOffer};
pub use request::{
    AcceptRequest, Accepted, DeclineRequest, MOST_AT_ONCE, RenewGrant, RequestName, RequestRelationship,
    RequestRelationships, Requested, WithdrawRequest,
};
pub use subscription::{
    Bought, CancelSubscription, PurchaseSubscription, ReactivateSubscription, RenameSubscription,
    ResizeSubscription, ScheduleNextTerm, SetAutoRenew, SubscriptionName, SuspendSubscription,
};
pub use time::{ExpireRequest, PassTerm, PassTime};

use entity::CustomerId;

use crate::{Error, Result};
use access::Outage;
use access::{Begun, IdempotencyKey, TenantKey, Transaction, View};
use domain::action::Action;
use domain::refusal::Refusal;

/// How a partner names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum CustomerName {
    /// One that it knows already; None for the id of nothing.
    Id(Option<CustomerId>),
    Tenant(TenantKey),
}

/// Something to do. How it is written as JSON tells whether two under one key are the same.
pub trait Command: Clone + Serialize + Send {
    /// Tells commands from each other under one key.
    const NAME: &'static str;
    /// What came of it, as it is remembered under a key.
    type Done: Serialize + DeserializeOwned + Send;

    /// What it takes of its actor before anything is read, and before a key is claimed: whoever may not do it learns
    /// nothing else, holds nobody up and leaves nothing behind.
    fn action(&self) -> Action;

    /// Does it, in a transaction that [`run`] begins and ends.
    fn act(self, act: &mut Transaction<'_>) -> impl Future<Output = Result<Self::Done>> + Send;
}

/// The object that a command has left: its id, which is remembered under a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "Id: Serialize", deserialize = "Id: Deserialize<'de>"))]
pub struct Left<Id, Row> {
    pub id: Id,
    /// As it is then, which after a rehearsal is nowhere else.
    #[serde(skip)]
    pub row: Option<Row>,
}

impl<Id, Row> Left<Id, Row> {
    fn new(id: Id, row: Row) -> Self {
        Self { id, row: Some(row) }
    }
}

/// How a command is to be run.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// Once for each key; a repeat gets the first answer.
    pub key: Option<String>,
    /// Only say what would come of it: everything is done, and undone. A key is not used up by this.
    pub is_rehearsal: bool,
}

/// Runs a command for a viewer, in one transaction.
pub async fn run<C: Command>(view: &View, command: C, how: How) -> Result<C::Done> {
    command.action().check(view.viewer().actor()).map_err(Refusal::forbidden)?;
    let key = match how.key {
        Some(key) if !how.is_rehearsal => Some(IdempotencyKey::new(key, C::NAME, &command)?),
        Some(_) | None => None,
    };
    match attempt(view, command.clone(), (key.as_ref(), how.is_rehearsal)).await {
        // Two transactions were in each other's way, and the database has undone this one before anything was said.
        Err(Error::Unavailable(Outage::Contended, _)) => {
            attempt(view, command, (key.as_ref(), how.is_rehearsal)).await
        }
        outcome => outcome,
    }
}

async fn attempt<C: Command>(
    view: &View,
    command: C,
    (key, is_rehearsal): (Option<&IdempotencyKey>, bool),
) -> Result<C::Done> {
    match view.begin(key).await? {
        Begun::Repeat(done) => Ok(done),
        Begun::First(mut act) => {
            let outcome = command.act(&mut act).await;
            if is_rehearsal { act.undo(outcome).await } else { act.end(outcome, key).await }
        }
    }
}
