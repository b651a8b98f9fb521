//! The ways to narrow a selection, by columns and values.
//!
//! They take no conditions: a condition could hold a query over another table and tell something about rows that are not
//! seen. What depends on another table goes through [`ScopedSelect::related`], where that table's rule stands first too.

use std::collections::HashMap;

use entity::Instant;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{Condition, Iterable, ModelTrait, PrimaryKeyToColumn, PrimaryKeyTrait, Value};
use uuid::Uuid;

use crate::Result;
use crate::core::view::ScopedSelect;
use crate::scope::scoped::Scoped;

impl<'v, E: Scoped> ScopedSelect<'v, E> {
    /// Only the row with this id.
    pub fn find(self, id: <E::PrimaryKey as PrimaryKeyTrait>::ValueType) -> Self
    where
        <E::PrimaryKey as PrimaryKeyTrait>::ValueType: Into<Value>,
    {
        match E::PrimaryKey::iter().next() {
            Some(key) => self.eq(key.into_column(), id),
            None => self,
        }
    }

    /// Only rows where `column` is `value`.
    pub fn eq(self, column: E::Column, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.narrowed_by(&[column], |place| place.of(column).eq(Expr::value(value.clone())))
    }

    /// Only rows where `column` is not null.
    pub fn is_set(self, column: E::Column) -> Self {
        self.narrowed_by(&[column], |place| place.of(column).is_not_null())
    }

    /// Only rows where one of `columns` contains `text`, which is taken as it is.
    pub fn contains(self, columns: &[E::Column], text: &str) -> Self {
        self.narrowed_by(columns, |place| {
            let has = |column: &E::Column| place.of(*column).like(containing(text));
            columns.iter().fold(Condition::any(), |any, column| any.add(has(column)))
        })
    }

    /// Only rows where `from <= column < until`; either end may be left out.
    pub fn between(self, column: E::Column, from: Option<Instant>, until: Option<Instant>) -> Self {
        self.narrowed_by(&[column], |place| {
            Condition::all()
                .add_option(from.map(|from| place.of(column).gte(from)))
                .add_option(until.map(|until| place.of(column).lt(until)))
        })
    }

    /// Only rows for which there is a row of `F` that the viewer may see, whose `theirs` is this one's `ours`, and
    /// which `narrow` leaves over.
    pub fn related<F: Scoped>(
        self,
        ours: E::Column,
        theirs: F::Column,
        narrow: impl FnOnce(ScopedSelect<'v, F>) -> ScopedSelect<'v, F>,
    ) -> Self {
        let theirs = narrow(self.view().select::<F>()).existing(theirs, ours);
        self.narrowed(theirs)
    }

    /// Only rows for which there is no row of `F` that the viewer may see, whose `theirs` is this one's `ours`, and which
    /// `narrow` leaves over.
    pub fn unrelated<F: Scoped>(
        self,
        ours: E::Column,
        theirs: F::Column,
        narrow: impl FnOnce(ScopedSelect<'v, F>) -> ScopedSelect<'v, F>,
    ) -> Self {
        let theirs = narrow(self.view().select::<F>()).existing(theirs, ours);
        self.narrowed(theirs.not())
    }

    /// The rows whose `column` is one of `keys`, however many there are, by it.
    pub async fn grouped_by(
        self,
        column: E::Column,
        keys: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, Vec<E::Model>>> {
        let mut grouped: HashMap<Uuid, Vec<E::Model>> = HashMap::new();
        for row in self.all_by(column, keys).await? {
            if let Value::Uuid(Some(key)) = row.get(column) {
                grouped.entry(key).or_default().push(row);
            }
        }
        Ok(grouped)
    }
}

/// The pattern of all that contains `text`, which is taken as it is.
pub(crate) fn containing(text: &str) -> LikeExpr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}
