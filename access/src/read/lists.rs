//! Lists by page: of a whole list, or of the children of many parents in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{CustomerId, customer, subscription};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{DbBackend, Iterable, ModelTrait, QueryResult};
use uuid::Uuid;

use crate::core::view::ScopedSelect;
use crate::core::view::View;
use crate::read::orders::{Listed, SortBy, SubscriptionOrder};
use crate::read::paging::{Page, PageRequest, Position, Slice, Sort, SortKey};
use crate::scope::list::{Cut, IS_HELD, PARENT, SORT_KEY, TOTAL};
use crate::scope::scoped::{Row, Scoped};
use crate::{Error, Result, rows};

impl<E: Listed> ScopedSelect<'_, E> {
    /// One page of the list.
    pub async fn page(self, request: PageRequest<'_, E::Order>) -> Result<Page<Arc<E::Model>>> {
        let PageRequest { sort, slice, is_counted } = request;
        let (view, by) = (self.view(), E::by(sort.by, self.view()));
        let is_narrowed = self.is_narrowed();
        let rows = if is_counted { self.with_total() } else { self };
        let results = rows.cut(Self::cut_of(view, sort, slice)).rows().await?;
        view.note_miss_if(is_narrowed && results.is_empty());
        let rows = results.iter().map(|result| Self::placed(view, result, &by)).collect::<Result<_>>()?;
        Ok(Page { total: total_of(&results, is_counted)?, ..Page::cut(rows, slice) })
    }

    /// How many rows the list has.
    pub async fn count(self) -> Result<u64> {
        let (view, is_narrowed) = (self.view(), self.is_narrowed());
        let counts = self.counted(|_| Vec::from([(count_all(), "n")])).counts().await?;
        let count = counts.first().map_or(Ok(0), |result| number(result, "n"))?;
        view.note_miss_if(is_narrowed && count == 0);
        Ok(count)
    }

    /// For each parent, one page of the list of its children: those whose `parent` column names it. One statement,
    /// however many parents. A parent without children has an empty page where it is certain that the viewer may look at
    /// them, and else none.
    pub async fn pages_by(
        self,
        parent: E::Column,
        parents: Vec<Uuid>,
        sort: Sort<E::Order>,
        slice: &Slice,
    ) -> Result<HashMap<Uuid, Page<Arc<E::Model>>>> {
        let (view, by) = (self.view(), E::by(sort.by, self.view()));
        let is_narrowed = self.is_narrowed();
        let mut children: HashMap<Uuid, Vec<Placed<E>>> = HashMap::new();
        for parents in self.statements_for(&parents) {
            let cut = Self::cut_of(view, sort, slice);
            for result in self.clone().cut_by_parent(parent, parents, cut).rows().await? {
                let children = children.entry(result.try_get("", PARENT)?).or_default();
                if result.try_get::<Option<Uuid>>("", "id")?.is_some() {
                    children.push(Self::placed(view, &result, &by)?);
                }
            }
        }
        view.note_miss_if(is_narrowed && children.values().all(Vec::is_empty));
        // The statement finds each parent's rows; in which order it tells them is not said.
        let page = |rows| Page::of(rows, sort.direction, slice);
        Ok(children.into_iter().map(|(id, rows)| (id, page(rows))).collect())
    }

    /// For each parent, how many children its list has; parents without any may be left out.
    pub async fn counts_by(self, parent: E::Column, parents: Vec<Uuid>) -> Result<HashMap<Uuid, u64>> {
        let (view, is_narrowed) = (self.view(), self.is_narrowed());
        let mut counts = HashMap::new();
        for parents in self.statements_for(&parents) {
            let counting =
                self.clone().counted_by_parent(parent, parents, |_| Vec::from([(count_all(), "n")]));
            for result in counting.counts().await? {
                counts.insert(result.try_get::<Uuid>("", PARENT)?, number(&result, "n")?);
            }
        }
        view.note_miss_if(is_narrowed && counts.values().all(|count| *count == 0));
        Ok(counts)
    }

    /// One page of a list that was read as a whole, whose rows have these keys.
    pub fn page_of(
        rows: Vec<(SortKey, E::Model)>,
        sort: Sort<E::Order>,
        slice: &Slice,
    ) -> Page<Arc<E::Model>> {
        let placed = rows.into_iter().map(|(key, row)| (Position { key, id: E::id(&row) }, Arc::new(row)));
        Page::of(placed.collect(), sort.direction, slice)
    }

    /// A row of a page's results, with where it stands.
    fn placed(view: &View, result: &QueryResult, by: &SortBy<E::Column>) -> Result<Placed<E>> {
        let row = Self::read(view, result)?;
        let key = match by {
            SortBy::Column(column) => SortKey::of(row.get(*column))?,
            SortBy::Computed(_, kind) => kind.read(result, SORT_KEY)?,
        };
        Ok((Position { key, id: E::id(&row) }, Arc::new(row)))
    }

    /// The slice's rows in the order that they are read in, and one more, which tells whether there is more.
    fn cut_of(view: &View, sort: Sort<E::Order>, slice: &Slice) -> Cut<E::Column> {
        Cut {
            key: E::by(sort.by, view).into_key(),
            order: slice.from.reading(sort.direction),
            bounds: slice.bounds(sort.direction),
            most: u64::from(slice.limit) + 1,
        }
    }
}

/// The customer whose columns begin at this place of an answer, without what the viewer may not read in it.
fn customer_in(view: &View, result: &QueryResult, place: usize) -> Result<Arc<customer::Model>> {
    let mut row = rows::customer(result, place)?;
    customer::Entity::redact(&mut row, view);
    Ok(Arc::new(row))
}

/// A row, and where it stands in its list.
type Placed<E> = (Position, Arc<Row<E>>);

/// Subscriptions with their customers.
pub type PageWithCustomers = (Page<Arc<subscription::Model>>, Vec<Arc<customer::Model>>);

/// A customer, if the viewer sees it, and a page of what was sold to it, where one statement brought both.
#[derive(Clone, Debug, Default)]
pub struct CustomerWithPage {
    pub customer: Option<Arc<customer::Model>>,
    pub page: Option<Page<Arc<subscription::Model>>>,
}

impl ScopedSelect<'_, subscription::Entity> {
    /// A customer with one page of what was sold to it; without a page where it takes another statement to tell whether the viewer may
    /// look.
    pub async fn page_with_customer(
        self,
        id: CustomerId,
        sort: Sort<SubscriptionOrder>,
        slice: &Slice,
    ) -> Result<CustomerWithPage> {
        let (view, by) = (self.view(), subscription::Entity::by(sort.by, self.view()));
        let (is_narrowed, cut) = (self.is_narrowed(), Self::cut_of(view, sort, slice));
        let results = self.cut_with_customer(subscription::Column::CustomerId, id, cut).rows().await?;
        let Some(first) = results.first() else { return Ok(CustomerWithPage::default()) };
        // Behind a subscription's own columns is whether the viewer may look.
        let place = subscription::Column::iter().count() + 1;
        if first.try_get_by_index::<Option<Uuid>>(place)?.is_none() {
            return Ok(CustomerWithPage::default());
        }
        let customer = Some(customer_in(view, first, place)?);
        if first.try_get_by_index::<Option<Uuid>>(0)?.is_none() {
            view.note_miss_if(is_narrowed);
            let is_held: bool = first.try_get("", IS_HELD)?;
            return Ok(CustomerWithPage { customer, page: is_held.then(Page::empty) });
        }
        let placed = results.iter().map(|result| Self::placed(view, result, &by)).collect::<Result<_>>()?;
        Ok(CustomerWithPage { customer, page: Some(Page::of(placed, sort.direction, slice)) })
    }

    /// [`page`](Self::page), with the customers of its rows where one statement brings both: on PostgreSQL, where a statement is a round
    /// trip.
    pub async fn page_with_customers(
        self,
        request: PageRequest<'_, SubscriptionOrder>,
    ) -> Result<PageWithCustomers> {
        if self.view().backend() != DbBackend::Postgres {
            return Ok((self.page(request).await?, Vec::new()));
        }
        let PageRequest { sort, slice, is_counted } = request;
        let view = self.view();
        let by = subscription::Entity::by(sort.by, view);
        let is_narrowed = self.is_narrowed();
        let rows = self.with_customers();
        let rows = if is_counted { rows.with_total() } else { rows };
        let results = rows.cut(Self::cut_of(view, sort, slice)).rows().await?;
        view.note_miss_if(is_narrowed && results.is_empty());
        let placed = results.iter().map(|result| Self::placed(view, result, &by)).collect::<Result<_>>()?;
        let first = subscription::Column::iter().count();
        let customers =
            results.iter().map(|result| customer_in(view, result, first)).collect::<Result<_>>()?;
        Ok((Page { total: total_of(&results, is_counted)?, ..Page::cut(placed, slice) }, customers))
    }
}

/// How many rows the whole list has, if it was counted along. A page without rows does not tell.
fn total_of(results: &[QueryResult], is_counted: bool) -> Result<Option<u64>> {
    results.first().filter(|_| is_counted).map(|result| number(result, TOTAL)).transpose()
}

fn count_all() -> Expr {
    Func::count(Expr::cust("*")).into()
}

/// The number of a count.
pub(crate) fn number(result: &QueryResult, column: &str) -> Result<u64> {
    let n: i64 = result.try_get("", column)?;
    u64::try_from(n).map_err(|_| Error::Internal("a count is negative"))
}
