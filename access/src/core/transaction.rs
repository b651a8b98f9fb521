//! What one viewer changes, in one transaction: the only write that a request has.
//!
//! Permit, rule, change. `permit` has how a permit is given, and `change` how it is used.
//!
//! All acts at one customer go one after another: the customer's chain of events is locked before anything of it is read.
//! So an act decides about what is there, the chain has no forks, and no two acts wait for each other crosswise. Dropped
//! at any point, a transaction leaves nothing behind.

use connection::SqlTransaction;
use entity::{CustomerId, chain};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockType, SubQueryStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryResult,
    QueryTrait,
};
use uuid::Uuid;

use crate::chain::entry::Entry;
use crate::chain::head::chain_of;
use crate::core::server_transaction::rows_of;
use crate::core::view::{ScopedSelect, View};
use crate::nouns::Changed;
use crate::scope::columns::{Named, columns};
use crate::scope::scoped::{Scoped, standing};
use crate::unscoped::UnscopedRead;
use crate::{Error, Result};

/// A number that a bulk load locks for itself, and that those share who lock more than one chain at once. A transaction
/// that locks one chain needs it not: it waits for a load that locks this chain, and never the other way round.
pub(crate) const BULK_LOAD: i64 = 4_920_615;

/// What one viewer changes.
#[derive(Debug)]
pub struct Transaction<'v> {
    pub(super) view: &'v View,
    pub(super) connection: SqlTransaction,
    /// The chains of the customers at which this transaction acts, locked, each as this transaction has left it. Of one that is
    /// optimistic, as it has seen them.
    pub(super) locked: Vec<chain::Model>,
    /// What was locked when each savepoint was set, the innermost last.
    savepoints: Vec<Vec<chain::Model>>,
    /// What is told of the act even if it is refused.
    pub(crate) regardless: Vec<Entry>,
}

/// The chain of the customer that a row names in this column; where it names none, that of what concerns no customer.
fn chain_named(customer: Option<impl ColumnTrait>) -> Expr {
    let none = Expr::value(chain_of(None));
    match customer {
        Some(column) => Func::coalesce([Expr::col(column.as_column_ref()), none]).into(),
        None => none,
    }
}

impl View {
    /// Begins to act.
    pub(crate) async fn transaction(&self) -> Result<Transaction<'_>> {
        Ok(Transaction::on(self, self.store().begin(self.counter()).await?))
    }

    /// Begins an act that changes one row at most, without locks where the database can do without: what it decides on is read
    /// in one statement, and its write takes effect only if the customer's chain still ends where that has found it. Else,
    /// or when there is more to write, it is contended, and to be begun again with locks.
    pub(crate) async fn optimistic_transaction(&self) -> Result<Transaction<'_>> {
        Ok(Transaction::on(self, self.store().begin_optimistically(self.counter()).await?))
    }
}

impl<'v> Transaction<'v> {
    fn on(view: &'v View, connection: SqlTransaction) -> Self {
        Self { view, connection, locked: Vec::new(), savepoints: Vec::new(), regardless: Vec::new() }
    }

    /// Who acts, and what it sees.
    #[must_use]
    pub fn view(&self) -> &'v View {
        self.view
    }

    /// A row that the viewer sees now, whoever has locked it.
    pub async fn see<E: Scoped>(&self, select: ScopedSelect<'_, E>) -> Result<Option<E::Model>> {
        Ok(self.see_all(select.first(1)).await?.pop())
    }

    /// The rows that the viewer sees now.
    pub(crate) async fn see_all<E: Scoped>(&self, select: ScopedSelect<'_, E>) -> Result<Vec<E::Model>> {
        let results = self.results(select).await?;
        results.iter().map(|result| ScopedSelect::<E>::read(self.view, result)).collect()
    }

    /// How many rows the viewer sees now.
    pub(crate) async fn count<E: Scoped>(&self, select: ScopedSelect<'_, E>) -> Result<u64> {
        let count = select.only(Vec::from([(Func::count(Expr::cust("*")).into(), "n")]));
        let counted = self.connection.query_all(&count.into_query()).await?;
        let n = counted.first().map_or(Ok(0), |result| result.try_get::<i64>("", "n"))?;
        u64::try_from(n).map_err(|_| Error::Internal("a count is negative"))
    }

    /// What the database answers to a selection now.
    pub(crate) async fn results<E: Scoped>(&self, select: ScopedSelect<'_, E>) -> Result<Vec<QueryResult>> {
        let results = self.connection.query_all(&select.into_query()).await?;
        self.view.note_standing(results.len());
        Ok(results)
    }

    /// The rows of a selection, locked: nobody else changes them before this transaction ends. What is read beside them is not.
    pub(super) async fn lock_rows<E: Changed>(
        &self,
        select: ScopedSelect<'_, E>,
    ) -> Result<Vec<QueryResult>> {
        let mut query = select.into_query();
        query.lock_with_tables(LockType::Update, [E::default()]);
        Ok(self.connection.query_all(&query).await?)
    }

    /// The rows of a selection with the chain of the customer that each names in this column, of which the first row's is
    /// remembered.
    pub(super) async fn rows_with_chain<E: Changed>(
        &mut self,
        select: ScopedSelect<'_, E>,
    ) -> Result<Vec<QueryResult>> {
        const CHAIN: &str = "chain_";
        let its = Expr::col(chain::Column::CustomerId.as_column_ref()).eq(chain_named(E::CUSTOMER));
        let chains = columns::<chain::Entity>(None, Named::Under(CHAIN));
        let select = select.joined(chain::Entity, its).with_columns(chains);
        let results = self.results(select).await?;
        if let Some(result) = results.first() {
            self.locked.push(chain::Model::from_query_result(result, CHAIN)?);
        }
        Ok(results)
    }

    /// Locks the customer by its chain, and remembers how often what it has bought was written. What concerns no customer
    /// has a chain, too.
    pub(crate) async fn lock(&mut self, customer: Option<CustomerId>) -> Result<()> {
        let id = chain_of(customer);
        if self.locked.iter().any(|locked| locked.customer_id == id) || self.lock_chain(id).await?.is_some() {
            return Ok(());
        }
        Err(match self.view.barred().await? {
            Some(barred) => Error::Forbidden(Vec::from([barred.reason()])),
            None => Error::Internal("a customer has no chain"),
        })
    }

    /// [`lock`](Self::lock) for the customer that the row of a selection names in this column, which never changes, or None
    /// where the viewer sees no row.
    pub(super) async fn lock_customer_of<E: Scoped>(
        &mut self,
        select: ScopedSelect<'_, E>,
        customer: Option<E::Column>,
    ) -> Result<Option<Option<CustomerId>>> {
        let of_row = select.first(1).only(Vec::from([(chain_named(customer), "chain")])).into_query();
        let id = self.lock_chain(SubQueryStatement::SelectStatement(of_row)).await?;
        Ok(id.map(|id| (!id.is_nil()).then_some(CustomerId(id))))
    }

    /// Locks a chain, if there is one.
    async fn lock_chain(&mut self, id: impl Into<Expr>) -> Result<Option<Uuid>> {
        let is_named = Expr::col(chain::Column::CustomerId.as_column_ref()).eq(id);
        if self.connection.is_optimistic() {
            return Err(connection::Error::overtaken("it has to lock").into());
        }
        let mut lock = chain::Entity::find().filter(is_named).into_query();
        // Whoever is not registered any more locks nothing, and so changes nothing.
        lock.cond_where(standing(self.view)).lock(LockType::NoKeyUpdate);
        let Some(chain) = rows_of::<chain::Model>(&self.connection.query_all(&lock).await?)?.pop() else {
            return Ok(None);
        };
        self.view.note_standing(1);
        let id = chain.customer_id;
        if self.locked.iter().all(|locked| locked.customer_id != id) {
            self.locked.push(chain);
        }
        Ok(Some(id))
    }

    /// Lets this transaction lock more than one thing that a bulk load may lock, too: while one runs it waits, before it
    /// locks anything.
    pub async fn lock_several(&self) -> Result<()> {
        if self.view.backend() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock_shared({BULK_LOAD})");
            self.connection.execute_unprepared(&lock).await?;
        }
        Ok(())
    }

    /// Begins a part that can be rolled back alone.
    pub(crate) async fn savepoint(&mut self) -> Result<()> {
        self.savepoints.push(self.locked.clone());
        self.connection.execute_unprepared(&format!("SAVEPOINT part{}", self.savepoints.len())).await?;
        Ok(())
    }

    /// Keeps what was done since the last savepoint, with what follows.
    pub(crate) async fn release(&mut self) -> Result<()> {
        self.connection
            .execute_unprepared(&format!("RELEASE SAVEPOINT part{}", self.savepoints.len()))
            .await?;
        self.savepoints.pop();
        Ok(())
    }

    /// Takes back what was done since the last savepoint, whose locks go with it.
    pub(crate) async fn roll_back_to_savepoint(&mut self) -> Result<()> {
        let back = format!("ROLLBACK TO SAVEPOINT part{}", self.savepoints.len());
        self.connection.execute_unprepared(&back).await?;
        self.locked = self.savepoints.pop().unwrap_or_default();
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        let committed = self.connection.commit().await;
        // Also where the answer was lost: it may have happened.
        self.view.store().commits().note();
        Ok(committed?)
    }

    pub(crate) async fn roll_back(self) {
        self.connection.roll_back().await;
    }

    /// The rows that a statement without a rule finds.
    pub(crate) async fn unscoped<R: FromQueryResult>(&self, read: UnscopedRead<R>) -> Result<Vec<R>> {
        rows_of(&self.connection.query_all(&read).await?)
    }
}
