//! Pages and counts of a selection: of the whole list, or of the children of many parents in one statement.

use std::collections::HashMap;

use sea_orm::sea_query::{
    Alias, ArrayType, Asterisk, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ColumnTrait, DbBackend, FromQueryResult, ModelTrait, Value};
use uuid::Uuid;

use super::super::{Key, Listed, Page, Position, Principal, Slice, Sort, View};
use super::{ScopedSelect, of};
use crate::{Error, Result};

/// The column of an answer that has the key by which its row stands where it stands.
const KEY: &str = "sort_key";

impl<E: Listed> ScopedSelect<'_, E> {
    /// One page of the list.
    pub async fn page(self, sort: Sort<E::Order>, slice: &Slice) -> Result<Page<E::Model>> {
        let view = self.view;
        let mut query = self.starting_from_reach(None).query;
        Self::slice(view, &mut query, None, sort, slice);
        Ok(Page::cut(Self::placed(view, &query, sort).await?, slice))
    }

    /// How many rows the list has.
    pub async fn count(self) -> Result<u64> {
        let view = self.view;
        let mut query = self.starting_from_reach(None).query;
        query.clear_selects().expr_as(Func::count(Expr::cust("*")), Alias::new("n"));
        let rows = view.rows(&query).await?;
        rows.first().map_or(Ok(0), |row| count(row, "n"))
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
        let view = self.view;
        let mut children: HashMap<Uuid, Vec<(Position, E::Model)>> = HashMap::new();
        for parents in self.statements_for(&parents) {
            let query = match view.backend() {
                DbBackend::Postgres => self.clone().lateral(parent, parents, sort, slice),
                _ => self.clone().numbered(parent, parents, sort, slice),
            };
            for (position, row) in Self::placed(view, &query, sort).await? {
                if let Value::Uuid(Some(id)) = row.get(parent) {
                    children.entry(id).or_default().push((position, row));
                }
            }
        }
        Ok(children.into_iter().map(|(id, rows)| (id, Page::cut(rows, slice))).collect())
    }

    /// For each parent, how many children its list has; parents without any are left out.
    pub async fn counts_by(self, parent: E::Column, parents: Vec<Uuid>) -> Result<HashMap<Uuid, u64>> {
        let view = self.view;
        let mut counts = HashMap::new();
        for parents in self.statements_for(&parents) {
            let mut query =
                self.clone().starting_from_reach(Some(parent)).is_in(parent, parents.iter().copied()).query;
            query
                .clear_selects()
                .expr_as(of(parent), Alias::new("parent"))
                .expr_as(Func::count(Expr::cust("*")), Alias::new("n"))
                .add_group_by([of(parent)]);
            for row in view.rows(&query).await? {
                counts.insert(row.try_get::<Uuid>("", "parent")?, count(&row, "n")?);
            }
        }
        Ok(counts)
    }

    /// One page of a list that was read as a whole, whose rows have these keys.
    pub fn page_of(rows: Vec<(Key, E::Model)>, sort: Sort<E::Order>, slice: &Slice) -> Page<E::Model> {
        let placed = rows.into_iter().map(|(key, row)| (Position { key, id: E::id(&row) }, row));
        Page::of(placed.collect(), sort.direction, slice)
    }

    /// The rows of a page's statement, each with where it stands.
    async fn placed(
        view: &View,
        query: &SelectStatement,
        sort: Sort<E::Order>,
    ) -> Result<Vec<(Position, E::Model)>> {
        let kind = E::by(sort.by, view).kind();
        let rows = view.rows(query).await?;
        let placed = rows.iter().map(|found| {
            let mut row = E::Model::from_query_result(found, "")?;
            E::veil(&mut row, view);
            Ok((Position { key: kind.read(found, KEY)?, id: E::id(&row) }, row))
        });
        placed.collect()
    }

    /// Begins the list at the partner's index over what it might reach, where there is one.
    pub(super) fn starting_from_reach(mut self, parent: Option<E::Column>) -> Self {
        let reach = E::reach(self.view, parent);
        if let (Some(table), Principal::Partner(own)) = (reach, self.view.viewer().principal()) {
            let reach = |column: &'static str| Expr::col((Alias::new(table), Alias::new(column)));
            self.query.join(
                JoinType::InnerJoin,
                Alias::new(table),
                reach("id").eq(Expr::col((E::default(), Alias::new("id")))),
            );
            self.query.and_where(reach("partner_id").eq(own.id));
        }
        self
    }

    /// Orders a statement, bounds it by the slice's positions and cuts it off one row after its end.
    fn slice(
        view: &View,
        query: &mut SelectStatement,
        parent: Option<E::Column>,
        sort: Sort<E::Order>,
        slice: &Slice,
    ) {
        let (key, id) = Self::sort_key(view, parent, sort);
        for bound in slice.between(&key, &id, sort.direction) {
            query.and_where(bound);
        }
        let reading = slice.from.reading(sort.direction);
        query
            .expr_as(key, KEY)
            .order_by(KEY, reading.clone())
            .order_by_expr(id, reading)
            .limit(u64::from(slice.limit) + 1);
    }

    fn sort_key(view: &View, parent: Option<E::Column>, sort: Sort<E::Order>) -> (Expr, Expr) {
        let reach = E::reach(view, parent);
        let key = E::by(sort.by, view).expression(reach);
        let id = Expr::col((
            reach.map_or_else(|| Alias::new(E::default().as_str()), Alias::new),
            Alias::new("id"),
        ));
        (key, id)
    }

    /// PostgreSQL: each parent takes its page from the index.
    fn lateral(
        self,
        parent: E::Column,
        parents: &[Uuid],
        sort: Sort<E::Order>,
        slice: &Slice,
    ) -> SelectStatement {
        let (parents_alias, page) = (Alias::new("parent"), Alias::new("page"));
        let view = self.view;
        let mut query = self.starting_from_reach(Some(parent)).query;
        query.and_where(of(parent).equals((parents_alias.clone(), parents_alias.clone())));
        Self::slice(view, &mut query, Some(parent), sort, slice);
        let ids = parents.iter().copied().map(Value::from).collect();
        let ids = Value::Array(ArrayType::Uuid, Some(Box::new(ids)));
        Query::select()
            .column((page.clone(), Asterisk))
            .from_function(Func::cust(Alias::new("unnest")).arg(Expr::value(ids)), parents_alias)
            .join_lateral(JoinType::InnerJoin, query, page, Expr::cust("TRUE"))
            .take()
    }

    /// SQLite: the children of all parents are numbered, and each parent's first ones kept.
    fn numbered(
        self,
        parent: E::Column,
        parents: &[Uuid],
        sort: Sort<E::Order>,
        slice: &Slice,
    ) -> SelectStatement {
        let number = Alias::new("row_of_parent");
        let view = self.view;
        let mut query = self.starting_from_reach(Some(parent)).is_in(parent, parents.iter().copied()).query;
        let (key, id) = Self::sort_key(view, Some(parent), sort);
        for bound in slice.between(&key, &id, sort.direction) {
            query.and_where(bound);
        }
        let reading = slice.from.reading(sort.direction);
        let window = WindowStatement::partition_by(parent.as_column_ref())
            .order_by_expr(key.clone(), reading.clone())
            .order_by_expr(id, reading)
            .take();
        query.expr_as(key, KEY);
        query.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, number.clone());
        Query::select()
            .column(Asterisk)
            .from_subquery(query, Alias::new("page"))
            .and_where(Expr::col(number.clone()).lte(slice.limit + 1))
            .order_by(number, sea_orm::Order::Asc)
            .take()
    }
}

pub(super) fn count(row: &sea_orm::QueryResult, column: &str) -> Result<u64> {
    let n: i64 = row.try_get("", column)?;
    u64::try_from(n).map_err(|_| Error::Internal("a count is negative"))
}
