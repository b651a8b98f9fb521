//! Relay connections: a page of a list, as the API shows it.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, TypeName};

use super::list::{List, Noun, PageOf};
use crate::graphql::Result;
use access::PageFrom;

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
    page: Arc<PageOf<N>>,
    cursors: Vec<String>,
    /// How many items the list has, where that is known without counting.
    total: Option<u64>,
}

impl<N: Noun> Connection<N> {
    pub(super) fn new(list: List<N>, page: Arc<PageOf<N>>, cursors: Vec<String>) -> Self {
        Self { list, page, cursors, total: None }
    }

    /// The same, where it is known without counting how many items the list has.
    #[must_use]
    pub(super) fn of_total(self, total: u64) -> Self {
        Self { total: Some(total), ..self }
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
        let is_forward = slice.from == PageFrom::Start;
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
