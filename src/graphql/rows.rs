//! Loads of rows through the view, batched: what resolvers call.

use std::sync::Arc;

use async_graphql::Context;
use entity::CustomerId;
use uuid::Uuid;

use super::{List, Loader, Noun};
use crate::graphql::{Error, Result};
use access::{Page, Scoped, View};
use domain::decision::Access;
use domain::reason::Reason;

/// What every resolver needs: who asks, and the loads of this request.
pub trait Ask {
    fn view(&self) -> &View;
    fn loader(&self) -> &Loader;

    /// The rows of `E` whose `column` names `key`, of those that the viewer may see.
    fn rows_by<E: Scoped>(
        &self,
        column: E::Column,
        key: Uuid,
    ) -> impl Future<Output = Result<Arc<Vec<E::Model>>>> + Send;

    /// The row of `E` whose `column`, which is unique, names `key`, if the viewer may see it.
    fn row_by<E: Scoped>(
        &self,
        column: E::Column,
        key: Uuid,
    ) -> impl Future<Output = Result<Option<E::Model>>> + Send;

    /// The row that a mutation has left, by its id. It is there, so that not to find it is an error: the viewer's rights
    /// have ended meanwhile.
    fn left_by_mutation<E: Scoped>(
        &self,
        id: E::Column,
        key: Uuid,
    ) -> impl Future<Output = Result<E::Model>> + Send;

    /// What the viewer may do at a customer.
    fn access(&self, customer: CustomerId) -> impl Future<Output = Result<Arc<Access>>> + Send;
}

impl Ask for Context<'_> {
    fn view(&self) -> &View {
        self.data_unchecked()
    }

    fn loader(&self) -> &Loader {
        self.data_unchecked()
    }

    async fn rows_by<E: Scoped>(&self, column: E::Column, key: Uuid) -> Result<Arc<Vec<E::Model>>> {
        let view = self.view();
        let name = format!("{}.{column:?}", std::any::type_name::<E>());
        let batch = self.loader().batch::<Uuid, Option<Arc<Vec<E::Model>>>>(name);
        let rows = batch
            .load(key, |keys| async move {
                let grouped = view.select::<E>().grouped_by(column, keys).await?;
                Ok(grouped.into_iter().map(|(key, rows)| (key, Some(Arc::new(rows)))).collect())
            })
            .await?;
        Ok(rows.unwrap_or_default())
    }

    async fn row_by<E: Scoped>(&self, column: E::Column, key: Uuid) -> Result<Option<E::Model>> {
        Ok(self.rows_by::<E>(column, key).await?.first().cloned())
    }

    async fn left_by_mutation<E: Scoped>(&self, id: E::Column, key: Uuid) -> Result<E::Model> {
        let row = self.row_by::<E>(id, key).await.map_err(Error::of_reading_back)?;
        row.ok_or_else(|| Error::forbidden(Vec::from([Reason::done_and_not_visible()])))
    }

    async fn access(&self, customer: CustomerId) -> Result<Arc<Access>> {
        let view = self.view();
        let batch = self.loader().batch::<CustomerId, Option<Arc<Access>>>("access");
        let access = batch
            .load(customer, |customers| async move {
                let access = view.access(customers).await?;
                Ok(access.into_iter().map(|(id, access)| (id, Some(Arc::new(access)))).collect())
            })
            .await?;
        access.ok_or(Error::internal("no access was decided for a customer"))
    }
}

impl<N: Noun> List<N> {
    /// One page of the list: at once, or with the lists of all parents of its level.
    pub(super) async fn page(&self, ctx: &Context<'_>) -> Result<Page<Row<N>>> {
        let view = ctx.view();
        let Some((column, parent)) = self.parent else {
            return Ok(self.select(view)?.page(self.sort, &self.slice).await?);
        };
        let name = format!("pages {column:?} {:?} {:?} {}", self.sort, self.slice, self.filter_text());
        let batch = ctx.loader().batch::<Uuid, Option<Arc<Page<Row<N>>>>>(name);
        let page = batch
            .load(parent, |parents| async move {
                let pages = self.select(view)?.pages_by(column, parents, self.sort, &self.slice).await?;
                Ok(pages.into_iter().map(|(parent, page)| (parent, Some(Arc::new(page)))).collect())
            })
            .await?;
        Ok(page.map_or_else(Page::empty, Arc::unwrap_or_clone))
    }

    /// How many rows the whole list has.
    pub(super) async fn count(&self, ctx: &Context<'_>) -> Result<u64> {
        let view = ctx.view();
        let Some((column, parent)) = self.parent else { return Ok(self.select(view)?.count().await?) };
        let name = format!("counts {column:?} {}", self.filter_text());
        let batch = ctx.loader().batch::<(std::any::TypeId, Uuid), u64>(name);
        let entity = std::any::TypeId::of::<N::Entity>();
        batch
            .load((entity, parent), |parents| async move {
                let parents = parents.into_iter().map(|(_, parent)| parent).collect();
                let counts = self.select(view)?.counts_by(column, parents).await?;
                Ok(counts.into_iter().map(|(parent, n)| ((entity, parent), n)).collect())
            })
            .await
    }
}

/// The row behind an object of the API.
pub type Row<N> = access::Row<<N as Noun>::Entity>;
