//! The index over what a partner might reach, from which its lists over many customers start.
//!
//! It is kept by the database (the migration `reach`), repeats columns of the table, and decides nothing: the rule is asked of
//! each row besides. So a list walks it in its own order, and reads no row that the conditions on it drop. An order by what
//! changes often has an index in a table of its own, which repeats nothing else.

use sea_orm::sea_query::{Alias, Expr};
use sea_orm::{ColumnTrait, Condition, IdenStatic};

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
        column(self.table, name)
    }
}

/// One order of a table in a table of its own, from which lists in this order start, a partner's and a customer's.
#[derive(Debug)]
pub struct OrderIndex<C: 'static> {
    pub(crate) table: &'static str,
    /// What it goes by, which it repeats under its name.
    pub(crate) by: C,
    /// Where it names the customer.
    pub(crate) customer: &'static str,
    /// Where it names the partner that has the row in reach.
    pub(crate) reached_by: &'static str,
}

/// Where a viewer's list starts.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) table: &'static str,
    /// Which of its rows.
    pub(super) condition: Condition,
}

impl Start {
    /// The id of the row that each of its own leads to.
    pub(super) fn id(&self) -> Expr {
        column(self.table, "id")
    }
}

/// A column of a table that no entity stands for.
pub(super) fn column(table: &'static str, name: &'static str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(name)))
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
