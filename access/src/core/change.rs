//! How a proof is used: rows are changed, made and removed, each with the log's entry of it.
//!
//! A permit is a row that the viewer sees, that nobody else changes meanwhile, and with which it may do one thing. A rule, which
//! is pure, says what is to become of the row. [`Transaction::apply`] writes that, repeating what let the row be seen and its
//! version, and the log's entry with it.

use entity::EventKind;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, IntoActiveModel, Iterable, ModelTrait, QueryTrait, Value,
};

use crate::chain::entry::Entry;
use crate::core::append::{is_unmoved, setting};
use crate::core::created::{Created, Made};
use crate::core::proof::{Parent, Permit};
use crate::core::transaction::Transaction;
use crate::nouns::{Change, Changed, ChildOf};
use crate::{Error, Result};
use domain::history::FieldChange;

impl Transaction<'_> {
    /// Writes what a rule made of the permitted row, and the log's entry of it.
    pub async fn apply<E: Changed>(&mut self, permit: Permit<E>, row: E::Model) -> Result<E::Model> {
        self.apply_with(permit, row, Vec::new()).await
    }

    /// [`apply`](Self::apply), with what became of what belongs to the row.
    pub(crate) async fn apply_with<E: Changed>(
        &mut self,
        permit: Permit<E>,
        mut row: E::Model,
        changes: Vec<FieldChange>,
    ) -> Result<E::Model> {
        let Some(kind) = permit.action.event() else {
            return Err(Error::Internal("a permission is used for a change that it is not for"));
        };
        E::next_version(&mut row);
        let entry = Entry::of::<E>(kind, Some(&permit.row), &row).with(changes).through(permit.grant);
        self.write(&permit, &row, entry).await?;
        Ok(row)
    }

    /// Writes down what the clock has made of the permitted row. The permission goes on with the row as it is then.
    pub async fn advance<E: Changed>(
        &mut self,
        permit: Permit<E>,
        mut row: E::Model,
        kind: EventKind,
    ) -> Result<Permit<E>> {
        E::next_version(&mut row);
        let entry = Entry::of::<E>(kind, Some(&permit.row), &row).by_the_clock();
        self.write(&permit, &row, entry).await?;
        Ok(Permit { row, ..permit })
    }

    /// Writes the row where the permitted one is, and its entry: repeats what let the row be seen, and its version. Sets
    /// what is another than before, which is nothing that cannot change.
    pub(crate) async fn write<E: Changed>(
        &mut self,
        permit: &Permit<E>,
        row: &E::Model,
        entry: Entry,
    ) -> Result<()> {
        let Permit { row: before, seen_by, .. } = permit;
        let is_fixed = |column: &E::Column| matches!(E::change(*column), Change::Never);
        if E::Column::iter().filter(is_fixed).any(|column| row.get(column) != before.get(column)) {
            return Err(Error::Internal("a rule changes what never changes"));
        }
        let mut update = setting(before, row, E::VERSION);
        if self.connection.is_optimistic() {
            update.and_where(is_unmoved());
        }
        update
            .and_where(Expr::col(E::ID.as_column_ref()).eq(before.get(E::ID)))
            .and_where(Expr::col(E::VERSION.as_column_ref()).eq(before.get(E::VERSION)))
            .cond_where(seen_by.clone())
            .returning_col(E::ID);
        self.append_after(Some(update), entry).await
    }

    /// Removes the permitted row, with what belongs to it: repeats what let the row be seen, and its version.
    pub(crate) async fn remove<E: Changed>(&mut self, permit: Permit<E>) -> Result<E::Model> {
        let Some(kind) = permit.action.event() else {
            return Err(Error::Internal("a permission is used for a change that it is not for"));
        };
        let Permit { row, seen_by, .. } = permit;
        let mut delete = Query::delete();
        delete
            .from_table(E::default())
            .and_where(Expr::col(E::ID.as_column_ref()).eq(row.get(E::ID)))
            .and_where(Expr::col(E::VERSION.as_column_ref()).eq(row.get(E::VERSION)))
            .cond_where(seen_by)
            .returning_col(E::ID);
        self.append_after(Some(delete), Entry::of::<E>(kind, Some(&row), &row)).await?;
        Ok(row)
    }

    /// Adds the row that a proof permits, and no other, and its entry.
    pub(crate) async fn create<E: Created + Changed>(
        &mut self,
        proof: &E::Proof,
        row: &E::Model,
        entry: Entry,
    ) -> Result<()> {
        self.check_proof::<E>(proof, row)?;
        let mut insert = E::insert(row.clone().into_active_model()).into_query();
        insert.returning_col(E::ID);
        self.append_after(Some(insert), entry).await
    }

    /// Adds the row that a proof permits, and no other.
    pub(crate) async fn insert<E: Created>(&self, proof: &E::Proof, row: E::Model) -> Result<Made<E>> {
        self.check_proof::<E>(proof, &row)?;
        E::insert(row.clone().into_active_model()).exec_without_returning(&self.connection).await?;
        Ok(Made(row))
    }

    fn check_proof<E: Created>(&self, proof: &E::Proof, row: &E::Model) -> Result<()> {
        if E::is_permitted(row, proof, self.view.viewer()) {
            return Ok(());
        }
        Err(Error::Internal("another row is written than the one permitted"))
    }

    /// Replaces the row that a proof permits.
    pub(crate) async fn replace<E: Created>(&self, proof: &E::Proof, row: E::Model) -> Result<()> {
        self.check_proof::<E>(proof, &row)?;
        E::update(row.into_active_model().reset_all()).exec(&self.connection).await?;
        Ok(())
    }

    /// Adds rows that belong to a permitted row, or to one that was made here.
    pub(crate) async fn insert_children<C, E>(
        &self,
        parent: &impl Parent<E>,
        rows: Vec<C::Model>,
    ) -> Result<()>
    where
        C: ChildOf<E>,
        E: Changed,
    {
        if rows.is_empty() {
            return Ok(());
        }
        if rows.iter().any(|row| row.get(C::PARENT) != parent.id()) {
            return Err(Error::Internal("a row is added to another one than the one permitted"));
        }
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        C::insert_many(rows).exec_without_returning(&self.connection).await?;
        Ok(())
    }

    /// Removes the rows of `C` that belong to the permitted row, and of them only those whose `column` has one of `values`,
    /// if there are any.
    pub(crate) async fn delete_children<C, E>(
        &self,
        parent: &Permit<E>,
        column: C::Column,
        values: Option<Vec<Value>>,
    ) -> Result<()>
    where
        C: ChildOf<E>,
        E: Changed,
    {
        let mut delete = Query::delete();
        delete.from_table(C::default()).and_where(Expr::col(C::PARENT.as_column_ref()).eq(parent.id()));
        if let Some(values) = values {
            delete.and_where(Expr::col(column.as_column_ref()).is_in(values));
        }
        self.connection.execute(&delete).await?;
        Ok(())
    }
}
