//! How a permitted row is removed, which few tables allow.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ModelTrait};

use crate::chain::entry::Entry;
use crate::core::permit::Permit;
use crate::core::transaction::Transaction;
use crate::nouns::Changed;
use crate::{Error, Result};

impl Transaction<'_> {
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
}
