//! Lists: of what, in which order, narrowed how, and which page of it. `connection.rs` shows the page.

use std::{
    hash::Hash,
    mem::{Discriminant, discriminant},
    sync::Arc,
};

use async_graphql::{Context, ID, OutputType};
use serde::Serialize;
use uuid::Uuid;

use super::connection::Connection;
use super::cursor::CursorKey;
use super::loader::ContextExt;
use crate::graphql::{Error, Result};
use access::{Listed, Page, PageFrom, ScopedSelect, Slice, Sort, SortKey, View};

/// The largest page, and the page of whoever does not say.
pub const MAX_PAGE: i32 = 200;
pub const DEFAULT_PAGE: i32 = 50;

/// An object of the API that comes in lists.
pub trait Noun: OutputType + From<Arc<RowOf<Self>>> + Send + Sync + 'static {
    type Entity: Listed;
    /// How a list of it can be narrowed.
    type Filter: Filter<Self::Entity>;

    const CONNECTION: &'static str;
    const EDGE: &'static str;
}

/// The row behind an object of the API.
pub type RowOf<N> = access::Row<<N as Noun>::Entity>;

/// A page of such rows, which are shared with the objects made of them.
pub type PageOf<N> = Page<Arc<RowOf<N>>>;

/// A column of that row.
pub type ColumnOf<N> = access::Column<<N as Noun>::Entity>;

/// How a list can be narrowed. Equal filters narrow alike, so that their lists share a batch.
pub trait Filter<E: Listed>:
    Clone + std::fmt::Debug + Default + Eq + Hash + Serialize + Send + Sync + 'static
{
    /// # Errors
    ///
    /// A client's mistake, when the filter names what cannot be.
    fn narrow<'v>(&self, select: ScopedSelect<'v, E>) -> Result<ScopedSelect<'v, E>>;
}

/// The four arguments of every connection.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// A list that someone asked for: of what, in which order, narrowed how, and which part of it.
#[derive(Clone, Debug)]
pub struct List<N: Noun> {
    pub(super) parent: Option<(ColumnOf<N>, Uuid)>,
    pub(super) sort: Sort<<N::Entity as Listed>::Order>,
    pub(super) slice: Slice,
    filter: N::Filter,
}

impl<N: Noun> List<N> {
    /// # Errors
    ///
    /// A client's mistake, when the arguments of the page are out of bounds or a cursor is not of this list.
    pub fn new(
        ctx: &Context<'_>,
        filter: Option<N::Filter>,
        sort: Sort<<N::Entity as Listed>::Order>,
        paging: Paging,
    ) -> Result<Self> {
        let (from, limit) = match (paging.first, paging.last) {
            (Some(_), Some(_)) => {
                return Err(Error::BadRequest("Give `first` or `last`, not both.".to_owned()));
            }
            (None, Some(last)) => (PageFrom::End, page_size("last", last)?),
            (first, None) => (PageFrom::Start, page_size("first", first.unwrap_or(DEFAULT_PAGE))?),
        };
        let slice = Slice { limit, from, after: None, before: None };
        let mut list = Self { parent: None, sort, slice, filter: filter.unwrap_or_default() };
        let name = list.name(ctx.view());
        let decode = |cursor: Option<String>, argument| {
            cursor.map(|cursor| key(ctx).decode(&name, &cursor, argument)).transpose()
        };
        list.slice.after = decode(paging.after, "after")?;
        list.slice.before = decode(paging.before, "before")?;
        Ok(list)
    }

    /// Only the children of one parent: those whose `column` names it.
    #[must_use]
    pub fn of(mut self, column: ColumnOf<N>, parent: impl Into<Uuid>) -> Self {
        self.parent = Some((column, parent.into()));
        self
    }

    /// The connection of the page.
    pub async fn connection(self, ctx: &Context<'_>) -> Result<Connection<N>> {
        let page = self.page(ctx).await?;
        self.with(ctx, page)
    }

    /// The page of a list whose rows are all at hand, with the keys of its order.
    pub fn connection_of(self, ctx: &Context<'_>, rows: Vec<(SortKey, RowOf<N>)>) -> Result<Connection<N>> {
        let total = rows.len() as u64;
        let page = ScopedSelect::<N::Entity>::page_of(rows, self.sort, &self.slice);
        Ok(self.with(ctx, shared(page))?.of_total(total))
    }

    /// The connection of a page that was read already.
    pub(super) fn with(self, ctx: &Context<'_>, page: Arc<PageOf<N>>) -> Result<Connection<N>> {
        let name = self.name(ctx.view());
        let cursors = page.positions.iter().map(|position| key(ctx).encode(&name, position));
        let cursors = cursors.collect::<Result<_>>()?;
        Ok(Connection::new(self, page, cursors))
    }

    /// Reads the page: at once, or with the pages of all parents of its level.
    pub(super) async fn page(&self, ctx: &Context<'_>) -> Result<Arc<PageOf<N>>> {
        let view = ctx.view();
        let Some((column, parent)) = self.parent else {
            return Ok(shared(self.select(view)?.page(self.sort, &self.slice).await?));
        };
        let pages = ChildPages { of: self.children(column), sort: self.sort, slice: self.slice.clone() };
        let batch = ctx.loader().batch::<_, Uuid, Option<Arc<PageOf<N>>>>(pages);
        let page = batch
            .load(parent, |parents| async move {
                let pages = self.select(view)?.pages_by(column, parents, self.sort, &self.slice).await?;
                Ok(pages.into_iter().map(|(parent, page)| (parent, Some(shared(page)))).collect())
            })
            .await?;
        Ok(page.unwrap_or_else(|| Arc::new(Page::empty())))
    }

    /// How many rows the whole list has: counted at once, or with the lists of all parents of its level.
    pub(super) async fn count(&self, ctx: &Context<'_>) -> Result<u64> {
        let view = ctx.view();
        let Some((column, parent)) = self.parent else { return Ok(self.select(view)?.count().await?) };
        let batch = ctx.loader().batch::<_, Uuid, u64>(self.children(column));
        batch
            .load(parent, |parents| async move { Ok(self.select(view)?.counts_by(column, parents).await?) })
            .await
    }

    fn children(&self, column: ColumnOf<N>) -> ChildRows<Discriminant<ColumnOf<N>>, N::Filter> {
        ChildRows { column: discriminant(&column), filter: self.filter.clone() }
    }

    pub(super) fn select<'v>(&self, view: &'v View) -> Result<ScopedSelect<'v, N::Entity>> {
        self.filter.narrow(view.select())
    }

    pub(super) fn filter_text(&self) -> String {
        text(&self.filter)
    }

    /// What a cursor of this list is bound to.
    fn name(&self, view: &View) -> Vec<u8> {
        format!("{} {} {:?} {}", view.viewer().tenant().0, N::CONNECTION, self.sort, self.filter_text())
            .into_bytes()
    }
}

/// What the lists of one level have in common: the column that names the parent, which tells the table too, and the
/// filter.
#[derive(PartialEq, Eq, Hash)]
struct ChildRows<Column, F> {
    column: Column,
    filter: F,
}

/// What their pages have in common.
#[derive(PartialEq, Eq, Hash)]
struct ChildPages<Column, F, Order> {
    of: ChildRows<Column, F>,
    sort: Sort<Order>,
    slice: Slice,
}

/// The page, to be shared by all that show it.
pub(super) fn shared<M>(Page { rows, positions, is_cut }: Page<M>) -> Arc<Page<Arc<M>>> {
    Arc::new(Page { rows: rows.into_iter().map(Arc::new).collect(), positions, is_cut })
}

fn key<'c>(ctx: &Context<'c>) -> &'c CursorKey {
    ctx.data_unchecked()
}

fn page_size(argument: &str, size: i32) -> Result<u32> {
    u32::try_from(size).ok().filter(|_| size <= MAX_PAGE).ok_or_else(|| {
        Error::BadRequest(format!("`{argument}` must be from 0 to {MAX_PAGE}; {size} was given."))
    })
}

/// A filter as text: equal ones, and only these, have the same.
pub(super) fn text(filter: &impl Serialize) -> String {
    serde_json::to_string(filter).unwrap_or_default()
}

/// Reads the ids in a filter's list.
pub(super) fn each_id<I: super::id::TypedId>(ids: &[ID], argument: &str) -> Result<Vec<I>> {
    ids.iter().map(|id| I::require(id, argument)).collect()
}

/// Reads the id in a filter's field.
pub(super) fn optional_id<I: super::id::TypedId>(id: Option<&ID>, argument: &str) -> Result<Option<I>> {
    id.map(|id| I::require(id, argument)).transpose()
}
