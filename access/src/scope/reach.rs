//! The index over what a partner might reach, from which its lists over many customers start.
//!
//! It is kept by the database (the migration `reach`), repeats columns of the table, and decides nothing: the rule is asked of
//! each row besides. So a list walks it in its own order, and reads no row that the conditions on it drop.

use entity::PartnerId;
use sea_orm::sea_query::{Alias, Expr};
use sea_orm::{ColumnTrait, IdenStatic};

/// The index over reach of one table.
#[derive(Debug)]
pub struct Reach<C: 'static> {
    pub(crate) table: &'static str,
    /// Where it names the customer.
    pub(crate) customer: &'static str,
    /// What it repeats of the table's columns, under their names.
    pub(crate) columns: &'static [C],
}

impl<C: ColumnTrait + IdenStatic> Reach<C> {
    pub(crate) fn repeats(&self, column: C) -> bool {
        self.columns.iter().any(|own| own.as_str() == column.as_str())
    }

    /// Its column of this name.
    pub(super) fn column(&self, name: &'static str) -> Expr {
        Expr::col((Alias::new(self.table), Alias::new(name)))
    }
}

/// The reach of one partner.
#[derive(Debug)]
pub(super) struct Start<C: 'static> {
    pub(super) reach: &'static Reach<C>,
    pub(super) partner: PartnerId,
}

/// Where a condition looks for a table's columns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Table,
    /// The one of this name, which repeats them: an index over reach, or the table of holdings.
    Copy(&'static str),
}

impl Place {
    pub(crate) fn of(self, column: impl ColumnTrait) -> Expr {
        match self {
            Self::Table => Expr::col(column.as_column_ref()),
            Self::Copy(table) => Expr::col((Alias::new(table), Alias::new(column.as_str()))),
        }
    }
}
