//! Many rows in few statements, whose texts stay the same whatever the number of rows.
//!
//! Rows are written in portions of a few fixed sizes and keys are read in one array, or on SQLite in a list that is
//! filled up by repeating a key: so that each statement is prepared once.

use std::collections::HashMap;

use entity::chain;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, LockType, OnConflict, ValueType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use crate::Result;
use crate::force::is_any_on;
use crate::sql_transaction::SqlTransaction;

/// How many rows go into one statement: as many of the first as fit, then of the second, and so on.
const PORTIONS: [usize; 4] = [512, 64, 8, 1];

/// The transaction of a load.
#[derive(Debug)]
pub(super) struct Bulk {
    transaction: SqlTransaction,
}

impl Bulk {
    pub(super) fn new(transaction: SqlTransaction) -> Self {
        Self { transaction }
    }

    fn backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    pub(super) fn is_on_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    pub(super) async fn run(&self, sql: &str) -> Result<()> {
        self.transaction.execute_unprepared(sql).await?;
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.transaction.commit().await
    }

    /// The rows whose `column` is one of `keys`.
    pub(super) async fn read<E, K>(&self, column: E::Column, keys: Vec<K>) -> Result<Vec<E::Model>>
    where
        E: EntityTrait,
        K: Into<Value> + ValueType,
    {
        self.read_where::<E, K>(column, keys, Condition::all()).await
    }

    /// The rows whose `column` is one of `keys` and that meet a condition.
    pub(super) async fn read_where<E, K>(
        &self,
        column: E::Column,
        keys: Vec<K>,
        condition: Condition,
    ) -> Result<Vec<E::Model>>
    where
        E: EntityTrait,
        K: Into<Value> + ValueType,
    {
        let mut rows = Vec::new();
        for any in self.any_of::<K>(&Expr::col(column.as_column_ref()), keys) {
            let select = E::find().filter(any).filter(condition.clone());
            rows.extend(select.all(&self.transaction).await?);
        }
        Ok(rows)
    }

    /// Keeps others from changing the rows with these ids, and says which versions they have.
    pub(super) async fn hold<E: EntityTrait>(
        &self,
        (id, version): (E::Column, E::Column),
        ids: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, i32>> {
        let mut versions = HashMap::new();
        for any in self.any_of(&Expr::col(id.as_column_ref()), ids) {
            let select = E::find().select_only().column(id).column(version).filter(any);
            let select = select.lock(LockType::NoKeyUpdate).into_tuple::<(Uuid, i32)>();
            versions.extend(select.all(&self.transaction).await?);
        }
        Ok(versions)
    }

    /// Locks the chains of these customers, one after another by their ids.
    pub(super) async fn hold_chains(&self, customers: Vec<Uuid>) -> Result<()> {
        if !self.is_on_postgres() || customers.is_empty() {
            return Ok(());
        }
        let id = chain::Column::CustomerId;
        for any in self.any_of(&Expr::col(id.as_column_ref()), customers) {
            let select = chain::Entity::find().select_only().column(id).filter(any).order_by_asc(id);
            select.lock(LockType::NoKeyUpdate).into_tuple::<Uuid>().all(&self.transaction).await?;
        }
        Ok(())
    }

    /// Adds rows that are not there yet.
    pub(super) async fn insert<E>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        for portion in portions(rows) {
            let insert = E::insert_many(portion.into_iter().map(IntoActiveModel::into_active_model));
            insert.exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    /// Replaces rows that are there.
    pub(super) async fn update<E>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
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
    pub(super) async fn delete<E: EntityTrait>(&self, column: E::Column, keys: Vec<Uuid>) -> Result<()> {
        for any in self.any_of(&Expr::col(column.as_column_ref()), keys) {
            E::delete_many().filter(any).exec(&self.transaction).await?;
        }
        Ok(())
    }

    /// Runs a statement with its values once for each of these.
    pub(super) async fn run_each<const N: usize>(&self, sql: &str, each: Vec<[Value; N]>) -> Result<()> {
        for values in each {
            let statement = Statement::from_sql_and_values(self.backend(), sql, values);
            self.transaction.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// Conditions that each name some of `keys`, and together all of them.
    fn any_of<K: Into<Value> + ValueType>(&self, column: &Expr, keys: Vec<K>) -> Vec<Expr> {
        let kind: ArrayType = K::array_type();
        let mut keys: Vec<Value> = keys.into_iter().map(Into::into).collect();
        if self.is_on_postgres() {
            let any = is_any_on(self.backend(), column.clone(), kind, keys);
            return Vec::from([any]);
        }
        let mut conditions = Vec::new();
        while let Some(last) = keys.last().cloned() {
            let [portion, ..] = PORTIONS;
            let rest = keys.split_off(keys.len().min(portion));
            let filled = PORTIONS.into_iter().rev().find(|size| *size >= keys.len()).unwrap_or(portion);
            keys.resize(filled, last);
            conditions.push(column.clone().is_in(std::mem::replace(&mut keys, rest)));
        }
        conditions
    }
}

/// Cuts `rows` into pieces of the fixed sizes.
fn portions<T>(mut rows: Vec<T>) -> Vec<Vec<T>> {
    let mut portions = Vec::new();
    for size in PORTIONS {
        while rows.len() >= size {
            let rest = rows.split_off(size);
            portions.push(std::mem::replace(&mut rows, rest));
        }
    }
    portions
}
