//! Many rows in few statements, whose texts stay the same whatever the number of rows.
//!
//! Rows are written in portions of a few fixed sizes. Keys are read in one array, or on SQLite in a list that is filled
//! up by repeating a key. So each statement is prepared once.
//!
//! All that a bulk load does to the database goes through here.

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

/// The transaction of a bulk load, and the statements that can be run in it.
#[derive(Debug)]
pub(super) struct Statements {
    transaction: SqlTransaction,
}

impl Statements {
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

    /// Runs a statement with its values once for each of these.
    pub(super) async fn run_each<const N: usize>(&self, sql: &str, each: Vec<[Value; N]>) -> Result<()> {
        for values in each {
            let statement = Statement::from_sql_and_values(self.backend(), sql, values);
            self.transaction.execute_raw(statement).await?;
        }
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
        for any in self.any_of::<K>(column, keys) {
            let select = E::find().filter(any).filter(condition.clone());
            rows.extend(select.all(&self.transaction).await?);
        }
        Ok(rows)
    }

    /// Reads the rows whose `column` is one of `keys` and locks them, one after another by that column: nobody else
    /// changes them before this transaction ends. SQLite has one writer at a time and needs no lock.
    pub(super) async fn lock<E: EntityTrait>(
        &self,
        column: E::Column,
        keys: Vec<Uuid>,
    ) -> Result<Vec<E::Model>> {
        let mut rows = Vec::new();
        for any in self.any_of(column, keys) {
            let select = E::find().filter(any).order_by_asc(column).lock(LockType::NoKeyUpdate);
            rows.extend(select.all(&self.transaction).await?);
        }
        Ok(rows)
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
        for any in self.any_of(column, keys) {
            E::delete_many().filter(any).exec(&self.transaction).await?;
        }
        Ok(())
    }

    /// Conditions that each name some of `keys`, and together all of them.
    fn any_of<K: Into<Value> + ValueType>(&self, column: impl ColumnTrait, keys: Vec<K>) -> Vec<Expr> {
        let column = Expr::col(column.as_column_ref());
        let mut keys: Vec<Value> = keys.into_iter().map(Into::into).collect();
        if self.is_on_postgres() && !keys.is_empty() {
            let kind: ArrayType = K::array_type();
            return Vec::from([is_any_on(self.backend(), column, kind, keys)]);
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
