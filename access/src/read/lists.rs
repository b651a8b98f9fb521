//! Lists by page: of a whole list, or of the children of many parents in one statement.

use std::collections::HashMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func};
use sea_orm::{ModelTrait, QueryResult, Value};
use uuid::Uuid;

use crate::core::scope::Row;
use crate::core::select::{Cut, SORT_KEY, ScopedSelect, of};
use crate::core::view::View;
use crate::core::viewer::Principal;
use crate::read::orders::Listed;
use crate::read::paging::{Key, Page, Position, Slice, Sort};
use crate::{Error, Result};

impl<E: Listed> ScopedSelect<'_, E> {
    /// One page of the list.
    pub async fn page(self, sort: Sort<E::Order>, slice: &Slice) -> Result<Page<E::Model>> {
        let (view, cut) = (self.view(), Self::cut_of(self.view(), None, sort, slice));
        let page = self.starting_from_reach(None).beyond(&cut, sort, slice).cut(cut);
        Ok(Page::cut(Self::placed(view, &page.results().await?, sort)?, slice))
    }

    /// How many rows the list has.
    pub async fn count(self) -> Result<u64> {
        let count = self.starting_from_reach(None).without_columns().with(count_all(), "n");
        count.results().await?.first().map_or(Ok(0), |result| number(result, "n"))
    }

    /// For each parent, one page of the list of its children: those whose `parent` column names it. One statement,
    /// however many parents.
    pub async fn pages_by(
        self,
        parent: E::Column,
        parents: Vec<Uuid>,
        sort: Sort<E::Order>,
        slice: &Slice,
    ) -> Result<HashMap<Uuid, Page<E::Model>>> {
        let view = self.view();
        let mut children: HashMap<Uuid, Vec<(Position, E::Model)>> = HashMap::new();
        for parents in self.statements_for(&parents) {
            let cut = Self::cut_of(view, Some(parent), sort, slice);
            let list = self.clone().starting_from_reach(Some(parent)).beyond(&cut, sort, slice);
            let results = list.cut_by_parent(parent, parents, cut).results().await?;
            for (position, row) in Self::placed(view, &results, sort)? {
                if let Value::Uuid(Some(id)) = row.get(parent) {
                    children.entry(id).or_default().push((position, row));
                }
            }
        }
        Ok(children.into_iter().map(|(id, rows)| (id, Page::cut(rows, slice))).collect())
    }

    /// For each parent, how many children its list has; parents without any are left out.
    pub async fn counts_by(self, parent: E::Column, parents: Vec<Uuid>) -> Result<HashMap<Uuid, u64>> {
        let mut counts = HashMap::new();
        for result in self.results_by_parent(parent, &parents, |list| list.with(count_all(), "n")).await? {
            counts.insert(result.try_get::<Uuid>("", PARENT)?, number(&result, "n")?);
        }
        Ok(counts)
    }

    /// For each parent that has children, what `aggregates` reads of them, with the parent as [`PARENT`].
    pub(crate) async fn results_by_parent(
        self,
        parent: E::Column,
        parents: &[Uuid],
        aggregates: impl Fn(Self) -> Self,
    ) -> Result<Vec<QueryResult>> {
        let mut results = Vec::new();
        for parents in self.statements_for(parents) {
            let list = self.clone().starting_from_reach(Some(parent)).is_in(parent, parents.iter().copied());
            let list = list.without_columns().with(of(parent), PARENT).grouped_by_column(parent);
            results.extend(aggregates(list).results().await?);
        }
        Ok(results)
    }

    /// One page of a list that was read as a whole, whose rows have these keys.
    pub fn page_of(rows: Vec<(Key, E::Model)>, sort: Sort<E::Order>, slice: &Slice) -> Page<E::Model> {
        let placed = rows.into_iter().map(|(key, row)| (Position { key, id: E::id(&row) }, row));
        Page::of(placed.collect(), sort.direction, slice)
    }

    /// The rows of a page's results, each with where it stands.
    fn placed(view: &View, results: &[QueryResult], sort: Sort<E::Order>) -> Result<Vec<(Position, Row<E>)>> {
        let kind = E::by(sort.by, view).kind();
        let placed = results.iter().map(|result| {
            let row = Self::read(view, result)?;
            Ok((Position { key: kind.read(result, SORT_KEY)?, id: E::id(&row) }, row))
        });
        placed.collect()
    }

    /// Begins the list at the partner's index over what it might reach, where there is one.
    pub(crate) fn starting_from_reach(self, parent: Option<E::Column>) -> Self {
        let view = self.view();
        let (Some(table), Principal::Partner(own)) = (E::reach(view, parent), view.viewer().principal())
        else {
            return self;
        };
        let reach = |column: &'static str| Expr::col((Alias::new(table), Alias::new(column)));
        let is_same = reach("id").eq(Expr::col((E::default(), Alias::new("id"))));
        self.joined(Alias::new(table), is_same).narrowed(reach("partner_id").eq(own.id))
    }

    /// Only rows between the positions of the slice.
    fn beyond(self, cut: &Cut, sort: Sort<E::Order>, slice: &Slice) -> Self {
        let bounds = slice.between(&cut.key, &cut.id, sort.direction);
        bounds.into_iter().fold(self, Self::narrowed)
    }

    /// The slice's rows in the order that they are read in, and one more, which tells whether there is more.
    fn cut_of(view: &View, parent: Option<E::Column>, sort: Sort<E::Order>, slice: &Slice) -> Cut {
        let reach = E::reach(view, parent);
        let table = reach.unwrap_or(E::default().as_str());
        Cut {
            key: E::by(sort.by, view).expression(reach),
            id: Expr::col((Alias::new(table), Alias::new("id"))),
            order: slice.from.reading(sort.direction),
            most: u64::from(slice.limit) + 1,
        }
    }
}

/// The column of an result that has the parent.
pub(crate) const PARENT: &str = "parent";

fn count_all() -> Expr {
    Func::count(Expr::cust("*")).into()
}

/// The number of a count.
pub(crate) fn number(result: &QueryResult, column: &str) -> Result<u64> {
    let n: i64 = result.try_get("", column)?;
    u64::try_from(n).map_err(|_| Error::Internal("a count is negative"))
}
