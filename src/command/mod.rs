//! What can be done: one command for each mutation, and for what the timer does, in three steps: permit, rule, change.
//!
//! A command holds the input, in the domain's types; [`run`] executes it in a transaction. What it refuses for a reason that
//! the caller can act on is [`Error::Refused`](crate::Error::Refused), and then nothing has changed. Deliberately absent: the
//! decision who may, which is `access`'s, and the rules themselves.

mod assignment;
mod grant;
mod registry;
mod request;
mod subscription;
mod tenant;
mod time;
mod trust;
mod webhook;

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use assignment::{AssignAccess, UnassignAccess};
pub use grant::{ForceTerminateGrant, GrantChange, Impact, NarrowGrant, SetAutoExtend, TerminateGrant};
pub use registry::{RegisterCustomer, RegisterPartner, UpsertOffer};
pub use request::{
    AcceptRequest, AcceptanceDone, DeclineRequest, MOST_AT_ONCE, RenewGrant, RequestName,
    RequestRelationship, RequestRelationships, Requested, WithdrawRequest,
};
pub use subscription::{
    Bought, CancelSubscription, PurchaseSubscription, ReactivateSubscription, RenameSubscription,
    ResizeSubscription, ScheduleNextTerm, SetAutoRenew, SubscriptionName, SuspendSubscription,
};
pub use tenant::{
    CloseTenant, ReinstateTenant, SuspendTenant, TenantName, TenantRef, TenantRow, TenantWritten,
    UpdateTenantProfile,
};
pub use time::{AdvanceGrant, AdvanceSubscription, ExpireRequest};
pub use trust::{CredentialRevoked, IssuerChanged, IssuerName, RevokeCredential, RevokeIssuer, TrustIssuer};
pub use webhook::{
    RegisterWebhook, RemoveWebhook, ReplayWebhook, RotateWebhookSecret, SecretGiven, UpdateWebhook,
    WebhookName,
};

use entity::CustomerId;

use crate::{Error, Result};
use access::Outage;
use access::{Begun, IdempotencyKey, TenantKey, Transaction, View};
use domain::action::Action;
use domain::refusal::{Refusal, RefusalCode};

/// How a partner names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum CustomerName {
    /// One that it knows already; None for the id of nothing.
    Id(Option<CustomerId>),
    Tenant(TenantKey),
}

/// Something to do. Two commands under one idempotency key are the same if their JSON is.
pub trait Command: Clone + Serialize + Send {
    /// Tells commands from each other under one key.
    const NAME: &'static str;
    /// Whether it changes one row at most, and so is tried without locks first.
    const IS_ONE_CHANGE: bool = false;
    /// What came of it, as it is remembered under a key.
    type Done: Serialize + DeserializeOwned + Send;

    /// What its actor must be allowed. It is checked before anything is read or locked and before a key is claimed: whoever
    /// may not do it learns nothing else, blocks nobody and leaves nothing behind.
    fn action(&self) -> Action;

    /// Executes it in a transaction that [`run`] begins and ends.
    fn execute(self, tx: &mut Transaction<'_>) -> impl Future<Output = Result<Self::Done>> + Send;
}

/// The object that a command has written: its id, which is remembered under an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "Id: Serialize", deserialize = "Id: Deserialize<'de>"))]
pub struct Written<Id, Row> {
    pub id: Id,
    /// As it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub row: Option<Row>,
}

impl<Id, Row> Written<Id, Row> {
    fn new(id: Id, row: Row) -> Self {
        Self { id, row: Some(row) }
    }
}

/// How a command is to be run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// A command runs once for each key; a repeat gets the first answer.
    pub idempotency_key: Option<String>,
    /// Everything is done, and rolled back. This does not use up a key.
    pub dry_run: bool,
}

/// How long a transaction that was in another one's way waits before it is tried again, each time: so that the other one, for
/// whose sake it gave way, comes first.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(50)];

/// Runs a command for a viewer, in one transaction.
pub async fn run<C: Command>(view: &View, command: C, options: RunOptions) -> Result<C::Done> {
    let outcome = attempt(view, command, options).await;
    let is_missed = matches!(&outcome, Err(Error::Refused(refusal)) if refusal.code == RefusalCode::NotFound);
    view.note_miss_if(is_missed);
    outcome
}

async fn attempt<C: Command>(view: &View, command: C, options: RunOptions) -> Result<C::Done> {
    command.action().check(view.viewer().actor()).map_err(Refusal::forbidden)?;
    let key = match options.idempotency_key {
        Some(key) if !options.dry_run => Some(IdempotencyKey::new(key, C::NAME, &command)?),
        Some(_) | None => None,
    };
    if C::IS_ONE_CHANGE && key.is_none() && !options.dry_run {
        match run_optimistically(view, command.clone()).await {
            // Someone else was faster, or there is more to write than one change.
            Err(Error::Unavailable(Outage::Contended, _)) => {}
            outcome => return outcome,
        }
    }
    let execution = Execution { key, dry_run: options.dry_run };
    for pause in PAUSES {
        match execution.run(view, command.clone()).await {
            // The database rolled this transaction back for the sake of another one, so that nothing of it is left.
            Err(Error::Unavailable(Outage::Contended, _)) => tokio::time::sleep(pause).await,
            outcome => return outcome,
        }
    }
    execution.run(view, command).await
}

async fn run_optimistically<C: Command>(view: &View, command: C) -> Result<C::Done> {
    let mut tx = view.begin_optimistically().await?;
    let outcome = Box::pin(command.execute(&mut tx)).await;
    tx.end(outcome, None).await
}

/// One transaction for a command.
struct Execution {
    key: Option<IdempotencyKey>,
    dry_run: bool,
}

impl Execution {
    async fn run<C: Command>(&self, view: &View, command: C) -> Result<C::Done> {
        let key = self.key.as_ref();
        match view.begin(key).await? {
            Begun::Repeat(done) => Ok(done),
            Begun::First(mut tx) => {
                // On the heap: the futures of all resolvers would be as large as this one's.
                let outcome = Box::pin(command.execute(&mut tx)).await;
                if self.dry_run { tx.undo(outcome).await } else { tx.end(outcome, key).await }
            }
        }
    }
}
