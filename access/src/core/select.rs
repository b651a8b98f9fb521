//! How a selection is read: the one door to rows for whoever holds a [`View`].

use sea_orm::{IdenStatic, QueryResult};
use uuid::Uuid;

use crate::Result;
use crate::core::view::{ScopedSelect, View};
use crate::scope::scoped::Scoped;
use crate::scope::selection::ScopedStatement;

impl ScopedStatement<'_, View> {
    /// What the database answers, outside of a transaction.
    pub(crate) async fn rows(self) -> Result<Vec<QueryResult>> {
        let (view, query) = self.into_parts();
        let rows = view.reads().rows(&query).await?;
        view.note_standing(rows.len());
        Ok(rows)
    }

    /// [`rows`](Self::rows), which are counts: there is one where nothing was found, too.
    pub(crate) async fn counts(self) -> Result<Vec<QueryResult>> {
        let (view, query) = self.into_parts();
        Ok(view.reads().rows(&query).await?)
    }
}

impl<E: Scoped> ScopedSelect<'_, E> {
    /// What the database answers, outside of a transaction.
    pub(crate) async fn results(self) -> Result<Vec<QueryResult>> {
        self.statement().rows().await
    }

    /// The row, if there is one that the viewer may see.
    pub async fn one(self) -> Result<Option<E::Model>> {
        let view = self.view();
        let row = self.first(1).all().await?.pop();
        view.note_miss_if(row.is_none());
        Ok(row)
    }

    /// All rows. For selections that are bounded by keys; lists are read by [`page`](Self::page).
    pub async fn all(self) -> Result<Vec<E::Model>> {
        let view = self.view();
        self.results().await?.iter().map(|result| Self::read(view, result)).collect()
    }

    /// The rows whose column `id` is one of `ids`, however many there are: what someone has asked for by its id.
    pub async fn by_ids(self, id: E::Column, ids: Vec<Uuid>) -> Result<Vec<E::Model>> {
        let (view, is_ruled) = (self.view(), self.is_ruled_by(id));
        let mut rows = Vec::with_capacity(ids.len());
        for ids in self.statements_for(&ids) {
            for result in self.clone().looked_up(id, ids).rows().await? {
                // A customer that the rule lets see and that is not there comes back with nulls.
                if result.try_get::<Option<Uuid>>("", id.as_str())?.is_some() {
                    rows.push(Self::read(view, &result)?);
                }
            }
        }
        view.note_miss_if(!is_ruled && rows.len() < ids.len());
        Ok(rows)
    }

    /// The rows whose `column` is one of `keys`, however many there are.
    pub async fn all_by(self, column: E::Column, keys: Vec<Uuid>) -> Result<Vec<E::Model>> {
        let mut rows = Vec::with_capacity(keys.len());
        for keys in self.statements_for(&keys) {
            rows.extend(self.clone().is_in(column, keys.iter().copied()).all().await?);
        }
        Ok(rows)
    }
}
