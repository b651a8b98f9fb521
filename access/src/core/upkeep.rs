//! The server's own work on the log: it reads and signs the chains of all customers, and hands out nothing of them to a viewer.
//! Its reads are among those that `unscoped` lists.

use std::sync::Arc;

use connection::SqlTransaction;
use entity::{CustomerId, chain, event};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use uuid::Uuid;

use crate::Result;
use crate::core::store::Store;

impl Store {
    /// Chains that have entries, in the order of their customers' ids: the next `most` after `after`.
    pub(crate) async fn chains_after(&self, after: Option<Uuid>, most: u64) -> Result<Vec<chain::Model>> {
        chains_after(self.reads(), after, most).await
    }

    /// Entries by chain and sequence, of the chain without a customer or of the others: the next `most` after one of them.
    pub(crate) async fn entries_after(
        &self,
        of_server: bool,
        after: Option<(Option<CustomerId>, i64)>,
        most: u64,
    ) -> Result<Vec<event::Model>> {
        use event::Column::{CustomerId as Customer, Sequence};
        let part = if of_server { Customer.is_null() } else { Customer.is_not_null() };
        let later = after.map(|(customer, sequence)| match customer {
            None => Condition::any().add(Sequence.gt(sequence)),
            Some(customer) => Condition::any()
                .add(Customer.gt(customer))
                .add(Condition::all().add(Customer.eq(customer)).add(Sequence.gt(sequence))),
        });
        let query = event::Entity::find().filter(Condition::all().add(part).add_option(later));
        Ok(query.order_by_asc(Customer).order_by_asc(Sequence).limit(most).all(self.reads()).await?)
    }

    /// Customers that have no chain, of which each has one.
    pub(crate) async fn customers_without_chain(&self) -> Result<Vec<CustomerId>> {
        let sql = "SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM chain WHERE chain.customer_id = customer.id)";
        let rows = self.reads().query_all_raw(Statement::from_string(self.backend(), sql)).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id").map(CustomerId)).collect::<Result<_, _>>()?)
    }

    /// Begins to do the server's own work on the log.
    pub(crate) async fn upkeep(&self) -> Result<Upkeep> {
        Ok(Upkeep { transaction: self.begin(Arc::default()).await? })
    }
}

async fn chains_after(
    connection: &impl ConnectionTrait,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<chain::Model>> {
    let mut query = chain::Entity::find().filter(chain::Column::Sequence.gt(0));
    if let Some(after) = after {
        query = query.filter(chain::Column::CustomerId.gt(after));
    }
    Ok(query.order_by_asc(chain::Column::CustomerId).limit(most).all(connection).await?)
}

/// A transaction of the server's own work on the log, which can do only what its methods name.
#[derive(Debug)]
pub(crate) struct Upkeep {
    transaction: SqlTransaction,
}

/// What is to become of a secret that is there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

/// A number that only those lock who give entries their positions.
const PLACING: i64 = 4_920_616;

/// Entries whose transaction is committed and which have no position yet.
const IS_WAITING: &str = "SELECT EXISTS (SELECT 1 FROM event_unplaced) AS is_waiting";

/// Within a customer's chain, instants and ids grow, so that its order is kept.
const PLACE: &str = "
WITH taken AS (DELETE FROM event_unplaced RETURNING event_id)
INSERT INTO event_feed (position, event_id, customer_id, partner_id)
SELECT (SELECT coalesce(max(position), 0) FROM event_feed)
    + row_number() OVER (ORDER BY event.occurred_at, event.id), event.id, event.customer_id, event.partner_id
FROM taken JOIN event ON event.id = taken.event_id";

impl Upkeep {
    /// Sets a secret; false when one is there and kept.
    pub(crate) async fn put_secret(&self, name: &str, value: Vec<u8>, existing: Existing) -> Result<bool> {
        let conflict = match existing {
            Existing::Keep => "NOTHING",
            Existing::Replace => "UPDATE SET value = excluded.value",
        };
        let sql = format!(
            "INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO {conflict}"
        );
        let backend = self.transaction.get_database_backend();
        let insert = Statement::from_sql_and_values(backend, sql, [name.into(), value.into()]);
        Ok(self.transaction.execute_raw(insert).await?.rows_affected() > 0)
    }

    /// [`Store::chains_after`], as things stand in this transaction.
    pub(crate) async fn chains_after(&self, after: Option<Uuid>, most: u64) -> Result<Vec<chain::Model>> {
        chains_after(&self.transaction, after, most).await
    }

    /// Sets the signature of a chain's head, if that has not moved.
    pub(crate) async fn sign(&self, chain: &chain::Model, signature: Vec<u8>) -> Result<()> {
        let mut update = Query::update();
        update
            .table(chain::Entity)
            .value(chain::Column::Signature, signature)
            .and_where(Expr::col(chain::Column::CustomerId).eq(chain.customer_id))
            .and_where(Expr::col(chain::Column::Sequence).eq(chain.sequence));
        self.transaction.execute(&update).await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }
}

impl Store {
    /// Gives committed entries their positions. Whoever comes second finds none left to place.
    pub async fn place_events(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let look = Statement::from_string(DbBackend::Postgres, IS_WAITING);
        let row = self.reads().query_one_raw(look).await?;
        if !row.map_or(Ok(false), |row| row.try_get("", "is_waiting"))? {
            return Ok(());
        }
        let transaction = self.begin(Arc::default()).await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({PLACING})")).await?;
        transaction.execute_unprepared(PLACE).await?;
        Ok(transaction.commit().await?)
    }
}
