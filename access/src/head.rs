//! The head of a chain: its newest entry, signed. Whoever has kept one can tell later whether the chain still holds it.

use entity::{CustomerId, EventId, Instant, chain};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::Store;
use super::log_key::{LogKey, LogPublicKey};
use super::sql_transaction::SqlTransaction;
use crate::{Error, Result};

/// How many heads are read or signed at once.
const BATCH: u64 = 1_000;

/// The name under which the database knows the public half of the log's key.
const PUBLIC_KEY: &str = "log-public-key";

/// What stands before a head that is signed, so that the key signs nothing else by mistake.
const PURPOSE: &[u8] = b"copartner log head 1\n";

/// The newest entry of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose chain; None for what concerns no customer.
    pub customer: Option<CustomerId>,
    pub sequence: i64,
    pub event: EventId,
    pub occurred_at: Instant,
    pub hash: Vec<u8>,
    /// Ed25519 by the log's key; None for a head that was never signed.
    pub signature: Option<Vec<u8>>,
}

/// Whether this server's key is the one that the log is signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is; or it is from now on, because there was none.
    Ours,
    /// Another server's key signs this log.
    Anothers(LogPublicKey),
}

/// The row of a customer's chain.
pub(super) fn chain_of(customer: Option<CustomerId>) -> Uuid {
    customer.map_or(Uuid::nil(), |customer| customer.0)
}

impl Head {
    /// What is signed of it.
    fn message(&self) -> Vec<u8> {
        let mut message = PURPOSE.to_vec();
        message.extend_from_slice(chain_of(self.customer).as_bytes());
        message.extend_from_slice(&self.sequence.to_be_bytes());
        message.extend_from_slice(self.event.0.as_bytes());
        message.extend_from_slice(&self.hash);
        message
    }

    pub(super) fn signed(mut self, key: &LogKey) -> Self {
        self.signature = Some(key.sign(&self.message()));
        self
    }

    /// Whether the owner of `key` has signed exactly this.
    #[must_use]
    pub fn is_signed_by(&self, key: &LogPublicKey) -> bool {
        self.signature.as_ref().is_some_and(|signature| key.has_signed(&self.message(), signature))
    }

    /// None for a chain without entries.
    fn of(row: chain::Model) -> Option<Self> {
        let chain::Model { customer_id, sequence, event_id, occurred_at, hash, signature, .. } = row;
        Some(Self {
            customer: (!customer_id.is_nil()).then_some(CustomerId(customer_id)),
            sequence,
            event: event_id?,
            occurred_at: occurred_at?,
            hash: hash?,
            signature,
        })
    }
}

impl Store {
    /// The heads of all chains that have entries, in the order of their customers' ids.
    pub async fn heads(&self) -> Result<Vec<Head>> {
        let mut heads = Vec::new();
        let mut after = None;
        loop {
            let rows = chains_after(self.reads(), after).await?;
            let Some(last) = rows.last() else { return Ok(heads) };
            after = Some(last.customer_id);
            heads.extend(rows.into_iter().filter_map(Head::of));
        }
    }

    /// The public half of the key that this log is signed with, as the database knows it.
    pub async fn log_public_key(&self) -> Result<Option<LogPublicKey>> {
        let query = secret(self);
        let row = self.reads().query_one_raw(query).await?;
        row.map(|row| Ok(LogPublicKey::from_bytes(row.try_get("", "value")?))).transpose()
    }

    /// Makes this server's key the one that the log is signed with, unless there is another. The heads that are there
    /// are signed then, and only then: a head whose signature is gone later is a sign of meddling.
    pub async fn claim_log(&self, key: LogKey) -> Result<Claim> {
        let transaction = self.begin(std::sync::Arc::default()).await?;
        let insert = Statement::from_sql_and_values(
            self.backend(),
            "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            [PUBLIC_KEY.into(), key.public().as_bytes().to_vec().into()],
        );
        if transaction.execute_raw(insert).await?.rows_affected() > 0 {
            sign_all(&transaction, &key).await?;
        }
        transaction.commit().await?;
        match self.log_public_key().await? {
            Some(public) if public != key.public() => Ok(Claim::Anothers(public)),
            Some(_) | None => {
                self.set_log_key(key);
                Ok(Claim::Ours)
            }
        }
    }

    /// Signs the log with this server's key from now on, whichever signed it before. For an operator who has lost the
    /// old key, and has checked that the log is whole.
    pub async fn sign_log_anew(&self, key: &LogKey) -> Result<()> {
        let transaction = self.begin(std::sync::Arc::default()).await?;
        let replace = Statement::from_sql_and_values(
            self.backend(),
            "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = \
             excluded.value",
            [PUBLIC_KEY.into(), key.public().as_bytes().to_vec().into()],
        );
        transaction.execute_raw(replace).await?;
        sign_all(&transaction, key).await?;
        transaction.commit().await
    }
}

fn secret(store: &Store) -> Statement {
    let sql = "SELECT value FROM server_secret WHERE name = $1";
    Statement::from_sql_and_values(store.backend(), sql, [PUBLIC_KEY.into()])
}

/// Chains that have entries, in the order of their customers' ids: the next batch.
async fn chains_after(connection: &impl ConnectionTrait, after: Option<Uuid>) -> Result<Vec<chain::Model>> {
    let mut query = chain::Entity::find().filter(chain::Column::Sequence.gt(0));
    if let Some(after) = after {
        query = query.filter(chain::Column::CustomerId.gt(after));
    }
    Ok(query.order_by_asc(chain::Column::CustomerId).limit(BATCH).all(connection).await?)
}

/// Signs every head as it is, one batch after another.
async fn sign_all(transaction: &SqlTransaction, key: &LogKey) -> Result<()> {
    let mut after = None;
    loop {
        let rows = chains_after(transaction, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.customer_id);
        for head in rows.into_iter().filter_map(Head::of) {
            let (customer, sequence) = (chain_of(head.customer), head.sequence);
            let update = Query::update()
                .table(chain::Entity)
                .value(chain::Column::Signature, head.signed(key).signature)
                .and_where(Expr::col(chain::Column::CustomerId).eq(customer))
                .and_where(Expr::col(chain::Column::Sequence).eq(sequence))
                .take();
            transaction.execute(&update).await?;
        }
    }
}

/// Puts a new head, which is signed, where `before` is, if that has not moved; with `keeps_subscriptions` only if the
/// customer's subscriptions have not been written since either.
pub(super) async fn advance(
    transaction: &SqlTransaction,
    before: &mut chain::Model,
    (head, key): (Head, &LogKey),
    keeps_subscriptions: bool,
) -> Result<()> {
    let Head { sequence, event, occurred_at, hash, signature, .. } = head.signed(key);
    let mut update = Query::update();
    update
        .table(chain::Entity)
        .value(chain::Column::Sequence, sequence)
        .value(chain::Column::EventId, event)
        .value(chain::Column::OccurredAt, occurred_at)
        .value(chain::Column::Hash, hash.clone())
        .value(chain::Column::Signature, signature.clone())
        .and_where(Expr::col(chain::Column::CustomerId).eq(before.customer_id))
        .and_where(Expr::col(chain::Column::Sequence).eq(before.sequence));
    if keeps_subscriptions {
        update.and_where(Expr::col(chain::Column::SubscriptionWrites).eq(before.subscription_writes));
    }
    if transaction.execute(&update).await?.rows_affected() != 1 {
        return Err(Error::Internal(
            "an act on a relationship changes a subscription, or its chain has moved",
        ));
    }
    (before.sequence, before.event_id, before.occurred_at) = (sequence, Some(event), Some(occurred_at));
    (before.hash, before.signature) = (Some(hash), signature);
    Ok(())
}
