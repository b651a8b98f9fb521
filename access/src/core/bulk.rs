//! Many rows in few statements, whose texts stay the same whatever the number of rows.
//!
//! Rows are written in portions of a few fixed sizes. Keys are read in one array, or on SQLite in a list that is filled
//! up by repeating a key. So each statement is prepared once.
//!
//! All that a bulk load does to the database goes through here, and no statement of anyone else's does. It reaches the tables that
//! are [`Loaded`]; of the log it can only lock the chains.

use std::sync::Arc;

use connection::SqlTransaction;
use entity::{
    GrantId, RequestId, access_assignment, chain, customer, delegated_admin_grant as grant,
    delegated_admin_grant_role as grant_role, offer, partner, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
    subscription,
};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict, ValueType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use crate::Result;
use crate::core::loading_key;
use crate::core::store::Store;
use crate::core::transaction::BULK_LOAD;
use crate::portions::{lists, portions};
use crate::scope::scoped::is_any_on;

/// The transaction of a bulk load, and the statements that can be run in it.
#[derive(Debug)]
pub(crate) struct BulkStatements {
    transaction: SqlTransaction,
}

mod sealed {
    /// Only a table that this file names is written by a load.
    pub trait Loaded {}
}

/// A table that a load reads and writes.
pub(crate) trait Loaded:
    EntityTrait<Model: IntoActiveModel<Self::ActiveModel>> + sealed::Loaded
{
}

macro_rules! loaded {
    ($($entity:ty),* $(,)?) => {$(
        impl sealed::Loaded for $entity {}
        impl Loaded for $entity {}
    )*};
}

loaded!(
    partner::Entity,
    customer::Entity,
    offer::Entity,
    grant::Entity,
    grant_role::Entity,
    access_assignment::Entity,
    request::Entity,
    request_role::Entity,
    request_assignment::Entity,
    subscription::Entity,
    loading_key::Entity,
);

/// SQLite's page cache during a load, in KiB: random keys touch a dozen indexes for each row, and pages that fall out of
/// the cache are written again and again.
const CACHE: u32 = 512 * 1024;

/// Everything here goes by key. The tables grow within this transaction, without statistics that tell: plans that were made
/// while they were small must not scan them.
const PLANS: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; \
                     SET LOCAL enable_mergejoin = off; SET LOCAL jit = off";

/// The keys that a load was given so far, in a table that belongs to this connection alone.
const KEYS_ON_POSTGRES: &str = "CREATE TEMPORARY TABLE loading_key (kind text, id uuid, digest bigint, \
                                PRIMARY KEY (id, kind)) ON COMMIT DROP";
const KEYS_ON_SQLITE: &str = "CREATE TEMPORARY TABLE loading_key (kind TEXT, id BLOB, digest INTEGER, \
                              PRIMARY KEY (id, kind)) WITHOUT ROWID";

impl Store {
    /// Begins the transaction of a bulk load.
    pub(crate) async fn bulk_statements(&self) -> Result<BulkStatements> {
        let bulk = BulkStatements { transaction: self.begin(Arc::default()).await? };
        if bulk.is_on_postgres() {
            // The load waits for whatever locks it needs, and takes its time.
            bulk.run("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
            // A load locks customers in whatever order the files have them. Only one that locks several may run at a
            // time, or two would wait for each other.
            bulk.run(&format!("SELECT pg_advisory_xact_lock({BULK_LOAD})")).await?;
            // Natural keys are looked up before they are written: nobody may register one in between.
            bulk.run("LOCK TABLE partner, customer, offer IN SHARE ROW EXCLUSIVE MODE").await?;
            bulk.run(PLANS).await?;
            bulk.run(KEYS_ON_POSTGRES).await?;
        } else {
            bulk.run(&format!("PRAGMA cache_size = -{CACHE}")).await?;
            bulk.run(KEYS_ON_SQLITE).await?;
        }
        Ok(bulk)
    }
}

impl BulkStatements {
    fn backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    pub(crate) fn is_on_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    async fn run(&self, sql: &str) -> Result<()> {
        self.transaction.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Names the request of each of these grants.
    pub(crate) async fn name_requests(&self, grants: Vec<(GrantId, RequestId)>) -> Result<()> {
        let sql = "UPDATE delegated_admin_grant SET request_id = $1 WHERE id = $2";
        for (grant, request) in grants {
            let values = [request.0.into(), grant.0.into()];
            let statement = Statement::from_sql_and_values(self.backend(), sql, values);
            self.transaction.execute_raw(statement).await?;
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.run("DROP TABLE loading_key").await?;
        if !self.is_on_postgres() {
            self.run("PRAGMA cache_size = -2000").await?;
        }
        Ok(self.transaction.commit().await?)
    }

    /// The rows whose `column` is one of `keys`.
    pub(crate) async fn read<E, K>(&self, column: E::Column, keys: Vec<K>) -> Result<Vec<E::Model>>
    where
        E: Loaded,
        K: Into<Value> + ValueType,
    {
        self.read_where::<E, K>(column, keys, Condition::all()).await
    }

    /// The rows whose `column` is one of `keys` and that meet a condition.
    pub(crate) async fn read_where<E, K>(
        &self,
        column: E::Column,
        keys: Vec<K>,
        condition: Condition,
    ) -> Result<Vec<E::Model>>
    where
        E: Loaded,
        K: Into<Value> + ValueType,
    {
        let mut rows = Vec::new();
        for any in self.any_of::<K>(column, keys) {
            let select = E::find().filter(any).filter(condition.clone());
            rows.extend(select.all(&self.transaction).await?);
        }
        Ok(rows)
    }

    /// Reads the rows whose `column` is one of `keys` and locks them, one after another by that column: nobody else
    /// changes them before this transaction ends. SQLite has one writer at a time and needs no lock.
    pub(crate) async fn lock<E: Loaded>(&self, column: E::Column, keys: Vec<Uuid>) -> Result<Vec<E::Model>> {
        self.lock_by::<E>(column, keys).await
    }

    /// Locks customers by their chains, as acts do.
    pub(crate) async fn lock_chains(&self, customers: Vec<Uuid>) -> Result<()> {
        self.lock_by::<chain::Entity>(chain::Column::CustomerId, customers).await?;
        Ok(())
    }

    async fn lock_by<E: EntityTrait>(&self, column: E::Column, keys: Vec<Uuid>) -> Result<Vec<E::Model>> {
        let mut rows = Vec::new();
        for any in self.any_of(column, keys) {
            let select = E::find().filter(any).order_by_asc(column).lock(LockType::NoKeyUpdate);
            rows.extend(select.all(&self.transaction).await?);
        }
        Ok(rows)
    }

    /// Adds rows that are not there yet.
    pub(crate) async fn insert<E: Loaded>(&self, rows: Vec<E::Model>) -> Result<()> {
        for portion in portions(rows) {
            let insert = E::insert_many(portion.into_iter().map(IntoActiveModel::into_active_model));
            insert.exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    /// Replaces rows that are there.
    pub(crate) async fn update<E: Loaded>(&self, rows: Vec<E::Model>) -> Result<()> {
        let key = || E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let is_key = |column: &E::Column| key().any(|key| key.as_str() == column.as_str());
        let replace = OnConflict::columns(key())
            .update_columns(E::Column::iter().filter(|column| !is_key(column)))
            .to_owned();
        for portion in portions(rows) {
            let insert = E::insert_many(portion.into_iter().map(IntoActiveModel::into_active_model));
            insert.on_conflict(replace.clone()).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    /// Removes the rows whose `column` is one of `keys`.
    pub(crate) async fn delete<E: Loaded>(&self, column: E::Column, keys: Vec<Uuid>) -> Result<()> {
        for any in self.any_of(column, keys) {
            E::delete_many().filter(any).exec(&self.transaction).await?;
        }
        Ok(())
    }

    /// Conditions that each name some of `keys`, and together all of them.
    fn any_of<K: Into<Value> + ValueType>(&self, column: impl ColumnTrait, keys: Vec<K>) -> Vec<Expr> {
        let column = Expr::col(column.as_column_ref());
        let keys: Vec<Value> = keys.into_iter().map(Into::into).collect();
        if self.is_on_postgres() && !keys.is_empty() {
            return Vec::from([is_any_on(self.backend(), column, K::array_type(), keys)]);
        }
        lists(keys).into_iter().map(|keys| column.clone().is_in(keys)).collect()
    }
}
