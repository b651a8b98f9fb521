//! Relay connections: a page of a list, as the API shows it.

use std::sync::Arc;

use async_graphql::{Context, Object, TypeName};
use plain::plain;

use super::list::{List, ListPage, Noun};
use super::writing::Items;
use crate::graphql::{Error, Result};
use access::PageFrom;

/// Where a page lies in its list.
pub struct PageInfo<'c> {
    has_next_page: bool,
    has_previous_page: bool,
    page: &'c dyn Cursors,
}

/// Where a page lies in its list.
#[plain]
#[Object]
impl PageInfo<'_> {
    /// Whether there is more after this page: known exactly when paging forward, and when paging backward true
    /// exactly if `before` was given.
    fn has_next_page(&self) -> bool {
        self.has_next_page
    }

    /// Whether there is more before this page: known exactly when paging backward, and when paging forward true
    /// exactly if `after` was given.
    fn has_previous_page(&self) -> bool {
        self.has_previous_page
    }

    /// The cursor of the first item; null on an empty page.
    fn start_cursor(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.page.cursor(ctx, 0)
    }

    /// The cursor of the last item, to give as `after` for the next page; null on an empty page.
    fn end_cursor(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.page.cursor(ctx, self.page.count().checked_sub(1)?)
    }
}

/// The cursors of a page's items, each sealed when someone asks for it.
trait Cursors: Sync {
    /// How many items the page has.
    fn count(&self) -> usize;

    /// The cursor of the item at this place.
    fn cursor(&self, ctx: &Context<'_>, place: usize) -> Option<Result<String>>;
}

/// One page of a list, of what the viewer may see.
#[derive(Clone, Debug)]
pub struct Connection<N: Noun> {
    list: List<N>,
    page: Arc<ListPage<N>>,
    /// How many items the list has, where that is known without counting.
    total: Option<u64>,
}

impl<N: Noun> Connection<N> {
    pub(super) fn new(list: List<N>, page: Arc<ListPage<N>>) -> Self {
        Self { list, page, total: None }
    }

    /// The same, where it is known without counting how many items the list has.
    #[must_use]
    pub(super) fn of_total(self, total: u64) -> Self {
        Self { total: Some(total), ..self }
    }

    /// The item at this place of the page.
    fn node(&self, place: usize) -> N {
        N::from(Arc::clone(&self.page.rows[place]))
    }
}

impl<N: Noun> Cursors for Connection<N> {
    fn count(&self) -> usize {
        self.page.rows.len()
    }

    fn cursor(&self, ctx: &Context<'_>, place: usize) -> Option<Result<String>> {
        let position = self.page.positions.get(place)?;
        Some(self.page.seal(ctx, &self.list).encode(position))
    }
}

impl<N: Noun> TypeName for Connection<N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        N::CONNECTION.into()
    }
}

/// One page of a list, of what the viewer may see.
#[plain]
#[Object(name_type)]
impl<N: Noun> Connection<N> {
    /// The items of the page with their cursors.
    fn edges(&self) -> Items<'_, Self, Edge<'_, N>> {
        Items::of(self, self.count(), |connection, place| Edge { connection, place })
    }

    /// The items of the page.
    fn nodes(&self) -> Items<'_, Self, N> {
        Items::of(self, self.count(), Self::node)
    }

    /// Where the page lies in the list.
    fn page_info(&self) -> PageInfo<'_> {
        let slice = &self.list.slice;
        let is_forward = slice.from == PageFrom::Start;
        PageInfo {
            has_next_page: if is_forward { self.page.is_cut } else { slice.before.is_some() },
            has_previous_page: if is_forward { slice.after.is_some() } else { self.page.is_cut },
            page: self,
        }
    }

    /// How many items the whole list has, of what the viewer may see. Counted only when it is selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = match self.total.or(self.page.total) {
            Some(total) => total,
            None => self.list.count(ctx).await?,
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// An item of a page, with its cursor.
#[derive(Clone, Debug)]
pub struct Edge<'c, N: Noun> {
    connection: &'c Connection<N>,
    place: usize,
}

impl<N: Noun> TypeName for Edge<'_, N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        N::EDGE.into()
    }
}

/// An item of a page, with its cursor.
#[plain]
#[Object(name_type)]
impl<N: Noun> Edge<'_, N> {
    /// Where the item stands in the list: opaque, bound to the viewer's tenant, the order and the filter.
    fn cursor(&self, ctx: &Context<'_>) -> Result<String> {
        let cursor = self.connection.cursor(ctx, self.place);
        cursor.unwrap_or(Err(Error::internal("an item of a page has no position")))
    }

    /// The item itself.
    fn node(&self) -> N {
        self.connection.node(self.place)
    }
}
