//! Lists as the API shows them: Relay connections over pages.

use async_graphql::{Context, ID, Object, OutputType, SimpleObject, TypeName};
use serde::Serialize;
use uuid::Uuid;

use super::cursor::CursorKey;
use super::rows::{Ask, Row};
use crate::graphql::{Error, Result};
use access::{From as End, Key, Listed, Page, ScopedSelect, Slice, Sort, View};

/// The largest page, and the page of whoever does not say.
pub const MAX_PAGE: i32 = 200;
pub const DEFAULT_PAGE: i32 = 50;

/// An object of the API that comes in lists.
pub trait Noun: OutputType + From<Row<Self>> + Send + Sync + 'static {
    type Entity: Listed;
    /// How a list of it can be narrowed.
    type Filter: Filter<Self::Entity>;

    const CONNECTION: &'static str;
    const EDGE: &'static str;
}

/// How a list can be narrowed.
pub trait Filter<E: Listed>: Clone + std::fmt::Debug + Default + Serialize + Send + Sync + 'static {
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
    pub(super) parent: Option<(access::Column<N::Entity>, Uuid)>,
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
            (None, Some(last)) => (End::End, page_size("last", last)?),
            (first, None) => (End::Start, page_size("first", first.unwrap_or(DEFAULT_PAGE))?),
        };
        let slice = Slice { limit, from, after: None, before: None };
        let mut list = Self { parent: None, sort, slice, filter: filter.unwrap_or_default() };
        let name = list.name(ctx.view());
        let open = |cursor: Option<String>, argument| {
            cursor.map(|cursor| key(ctx).open(&name, &cursor, argument)).transpose()
        };
        list.slice.after = open(paging.after, "after")?;
        list.slice.before = open(paging.before, "before")?;
        Ok(list)
    }

    /// Only the children of one parent: those whose `column` names it.
    #[must_use]
    pub fn of(mut self, column: access::Column<N::Entity>, parent: impl Into<Uuid>) -> Self {
        self.parent = Some((column, parent.into()));
        self
    }

    /// Reads the page.
    pub async fn connection(self, ctx: &Context<'_>) -> Result<Connection<N>> {
        let page = self.page(ctx).await?;
        self.with(ctx, page)
    }

    /// The page of a list whose rows are all at hand, with the keys of its order.
    pub fn connection_of(self, ctx: &Context<'_>, rows: Vec<(Key, Row<N>)>) -> Result<Connection<N>> {
        let total = rows.len() as u64;
        let page = ScopedSelect::<N::Entity>::page_of(rows, self.sort, &self.slice);
        Ok(Connection { total: Some(total), ..self.with(ctx, page)? })
    }

    /// The connection of a page that was read already.
    pub(super) fn with(self, ctx: &Context<'_>, page: Page<Row<N>>) -> Result<Connection<N>> {
        let name = self.name(ctx.view());
        let cursors = page.positions.iter().map(|position| key(ctx).seal(&name, position));
        let cursors = cursors.collect::<Result<_>>()?;
        Ok(Connection { list: self, page, cursors, total: None })
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

fn key<'c>(ctx: &Context<'c>) -> &'c CursorKey {
    ctx.data_unchecked()
}

fn page_size(argument: &str, size: i32) -> Result<u32> {
    u32::try_from(size).ok().filter(|_| size <= MAX_PAGE).ok_or_else(|| {
        Error::BadRequest(format!("`{argument}` must be from 0 to {MAX_PAGE}; {size} was given."))
    })
}

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there is more after this page: known exactly when paging forward, and when paging backward true
    /// exactly if `before` was given.
    has_next_page: bool,
    /// Whether there is more before this page: known exactly when paging backward, and when paging forward true
    /// exactly if `after` was given.
    has_previous_page: bool,
    /// The cursor of the first item; null on an empty page.
    start_cursor: Option<String>,
    /// The cursor of the last item, to give as `after` for the next page; null on an empty page.
    end_cursor: Option<String>,
}

/// One page of a list, of what the viewer may see.
#[derive(Clone, Debug)]
pub struct Connection<N: Noun> {
    list: List<N>,
    page: Page<Row<N>>,
    cursors: Vec<String>,
    /// How many items the list has, where that is known without counting.
    total: Option<u64>,
}

impl<N: Noun> Connection<N> {
    /// A page with cursors of its own kind.
    pub(super) fn of(list: List<N>, page: Page<Row<N>>, cursors: Vec<String>) -> Self {
        Self { list, page, cursors, total: None }
    }
}

impl<N: Noun> TypeName for Connection<N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        N::CONNECTION.into()
    }
}

/// One page of a list, of what the viewer may see.
#[Object(name_type)]
impl<N: Noun> Connection<N> {
    /// The items of the page with their cursors.
    async fn edges(&self) -> Vec<Edge<N>> {
        let rows = self.page.rows.iter().cloned().zip(self.cursors.iter().cloned());
        rows.map(|(row, cursor)| Edge { cursor, node: N::from(row) }).collect()
    }

    /// The items of the page.
    async fn nodes(&self) -> Vec<N> {
        self.page.rows.iter().cloned().map(N::from).collect()
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        let slice = &self.list.slice;
        let is_forward = slice.from == End::Start;
        PageInfo {
            has_next_page: if is_forward { self.page.is_cut } else { slice.before.is_some() },
            has_previous_page: if is_forward { slice.after.is_some() } else { self.page.is_cut },
            start_cursor: self.cursors.first().cloned(),
            end_cursor: self.cursors.last().cloned(),
        }
    }

    /// How many items the whole list has, of what the viewer may see. Counted only when it is selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = match self.total {
            Some(total) => total,
            None => self.list.count(ctx).await?,
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// An item of a page, with its cursor.
#[derive(Clone, Debug)]
pub struct Edge<N> {
    cursor: String,
    node: N,
}

impl<N: Noun> TypeName for Edge<N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        N::EDGE.into()
    }
}

/// An item of a page, with its cursor.
#[Object(name_type)]
impl<N: Noun> Edge<N> {
    /// Where the item stands in the list: opaque, bound to the viewer's tenant, the order and the filter.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The item itself.
    async fn node(&self) -> &N {
        &self.node
    }
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
