//! Lists: of what, in which order, narrowed how, and which page of it. `connection.rs` shows the page.

use std::{
    hash::Hash,
    mem::{Discriminant, discriminant},
    sync::{Arc, OnceLock},
};

use async_graphql::{Context, ID, InputType, Name, Value};
use serde::Serialize;
use uuid::Uuid;

use super::connection::Connection;
use super::cursor::{CursorKey, CursorSeal};
use super::loader::{ContextExt, LoadBatch};
use super::writing::Plain;
use crate::graphql::{Error, Result};
use access::{Listed, Page, PageFrom, PageRequest, Position, ScopedSelect, Slice, Sort, SortKey, View};

/// The largest page, and the page of whoever does not say.
pub const MAX_PAGE: i32 = 200;
pub const DEFAULT_PAGE: i32 = 50;

/// An object of the API that comes in lists.
pub trait Noun: Plain + From<Arc<RowOf<Self>>> + Send + Sync + 'static {
    type Entity: Listed;
    /// How a list of it can be narrowed.
    type Filter: Filter<Self::Entity>;

    const CONNECTION: &'static str;
    const EDGE: &'static str;

    /// Reads a page of a whole list.
    fn read_page(
        _ctx: &Context<'_>,
        select: ScopedSelect<'_, Self::Entity>,
        request: PageRequest<'_, <Self::Entity as Listed>::Order>,
    ) -> impl Future<Output = Result<Page<Arc<RowOf<Self>>>>> + Send {
        async move { Ok(select.page(request).await?) }
    }
}

/// The order of a list.
pub type SortOf<N> = Sort<<<N as Noun>::Entity as Listed>::Order>;

/// The row behind an object of the API.
pub type RowOf<N> = access::Row<<N as Noun>::Entity>;

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
    pub(super) sort: SortOf<N>,
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
        sort: SortOf<N>,
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
        if paging.after.is_some() || paging.before.is_some() {
            let seal = list.seal(ctx);
            let decode = |cursor: Option<String>, argument| {
                cursor.map(|cursor| seal.decode(&cursor, argument)).transpose()
            };
            list.slice.after = decode(paging.after, "after")?;
            list.slice.before = decode(paging.before, "before")?;
        }
        Ok(list)
    }

    /// The list that this field of what is being resolved will ask for, if one does, and no other of its name.
    pub(super) fn ahead<By: InputType>(
        ctx: &Context<'_>,
        field: &str,
        sort: impl FnOnce(Option<By>) -> SortOf<N>,
    ) -> Option<Self>
    where
        N::Filter: InputType,
    {
        let fields = ctx.look_ahead().field(field).selection_fields();
        let [field] = &fields[..] else { return None };
        let mut arguments = Arguments(field.arguments().ok()?);
        let (first, after) = (arguments.take("first")?, arguments.take("after")?);
        let (last, before) = (arguments.take("last")?, arguments.take("before")?);
        let (filter, order_by) = (arguments.take("filter")?, arguments.take("orderBy")?);
        Self::new(ctx, filter, sort(order_by), Paging { first, after, last, before }).ok()
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
        Ok(Connection::new(self, page))
    }

    /// The page of a list whose rows are all at hand, with the keys of its order.
    pub fn connection_of(self, rows: Vec<(SortKey, RowOf<N>)>) -> Connection<N> {
        let total = rows.len() as u64;
        let page = ScopedSelect::<N::Entity>::page_of(rows, self.sort, &self.slice);
        Connection::new(self, ListPage::of(page)).of_total(total)
    }

    /// Reads the page: at once, or with the pages of all parents of its level.
    pub(super) async fn page(&self, ctx: &Context<'_>) -> Result<Arc<ListPage<N>>> {
        Ok(self.found_page(ctx).await?.unwrap_or_else(|| ListPage::of(Page::empty())))
    }

    /// [`page`](Self::page); None where nothing was read that says whether the viewer may look at the parent's children.
    pub(super) async fn found_page(&self, ctx: &Context<'_>) -> Result<Option<Arc<ListPage<N>>>> {
        let view = ctx.view();
        let Some((column, parent)) = self.parent else {
            let is_counted = ctx.look_ahead().field("totalCount").exists();
            let request = PageRequest { sort: self.sort, slice: &self.slice, is_counted };
            let page = N::read_page(ctx, self.select(view)?, request).await?;
            return Ok(Some(ListPage::of(page)));
        };
        let page = self
            .child_pages(ctx, column)
            .load(parent, |parents| async move {
                let pages = self.select(view)?.pages_by(column, parents, self.sort, &self.slice).await?;
                let seal = Arc::default();
                let shared = |(parent, page)| (parent, Some(ListPage::sealed_by(&seal, page)));
                Ok(pages.into_iter().map(shared).collect())
            })
            .await?;
        Ok(page)
    }

    /// Has this page of a parent's children as though it had been read.
    pub(super) fn remember(&self, ctx: &Context<'_>, page: Page<Arc<RowOf<N>>>) {
        if let Some((column, parent)) = self.parent {
            self.child_pages(ctx, column).remember(parent, Some(ListPage::of(page)));
        }
    }

    fn child_pages(&self, ctx: &Context<'_>, column: ColumnOf<N>) -> Arc<PageBatch<N>> {
        ctx.loader().batch(self.pages(column))
    }

    /// What the pages of all parents have in common.
    pub(super) fn pages(&self, column: ColumnOf<N>) -> PagesOf<N> {
        ChildPages { of: self.children(column), sort: self.sort, slice: self.slice.clone() }
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

    /// What seals the cursors of this list.
    fn seal(&self, ctx: &Context<'_>) -> CursorSeal {
        let tenant = ctx.view().viewer().tenant().0;
        let key: &CursorKey = ctx.data_unchecked();
        key.seal(&format!("{tenant} {} {:?} {}", N::CONNECTION, self.sort, self.filter_text()))
    }
}

/// The arguments of a field, not parsed yet.
struct Arguments(Vec<(Name, Value)>);

impl Arguments {
    /// One of them, or None when it is not what it should be, which the field itself will tell.
    fn take<T: InputType>(&mut self, name: &str) -> Option<T> {
        let place = self.0.iter().position(|(given, _)| given == name);
        T::parse(place.map(|place| self.0.swap_remove(place).1)).ok()
    }
}

/// A page of a list. Its rows are shared with the objects that are made of them.
#[derive(Debug)]
pub struct ListPage<N: Noun> {
    pub(super) rows: Vec<Arc<RowOf<N>>>,
    pub(super) positions: Vec<Position>,
    pub(super) is_cut: bool,
    pub(super) total: Option<u64>,
    /// Made when a cursor is selected, once for all pages that were read together.
    seal: Arc<OnceLock<CursorSeal>>,
}

impl<N: Noun> ListPage<N> {
    pub(super) fn of(page: Page<Arc<RowOf<N>>>) -> Arc<Self> {
        Self::sealed_by(&Arc::default(), page)
    }

    /// A page of which this seals the cursors, or will when it is made.
    pub(super) fn sealed_by(seal: &Arc<OnceLock<CursorSeal>>, page: Page<Arc<RowOf<N>>>) -> Arc<Self> {
        let Page { rows, positions, is_cut, total } = page;
        Arc::new(Self { rows, positions, is_cut, total, seal: Arc::clone(seal) })
    }

    /// What seals its cursors, as a page of this list.
    pub(super) fn seal(&self, ctx: &Context<'_>, list: &List<N>) -> &CursorSeal {
        self.seal.get_or_init(|| list.seal(ctx))
    }
}

type PagesOf<N> =
    ChildPages<Discriminant<ColumnOf<N>>, <N as Noun>::Filter, <<N as Noun>::Entity as Listed>::Order>;

/// The pages of one level, by their parents.
type PageBatch<N> = LoadBatch<Uuid, Option<Arc<ListPage<N>>>>;

/// What the lists of one level have in common: the column that names the parent, which tells the table too, and the
/// filter.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct ChildRows<Column, F> {
    column: Column,
    filter: F,
}

/// What their pages have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct ChildPages<Column, F, Order> {
    of: ChildRows<Column, F>,
    sort: Sort<Order>,
    slice: Slice,
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
