//! A selection that begins with the viewer's rule and can only be narrowed.
//!
//! Narrowing takes columns and values, never conditions: a condition could hold a query over another table and tell
//! something about rows that are not seen. What depends on another table goes through [`ScopedSelect::related`],
//! where that table's rule stands first too.

use std::collections::HashMap;

use entity::Instant;
use sea_orm::sea_query::{
    Alias, ArrayType, Asterisk, Expr, ExprTrait, Func, JoinType, LikeExpr, Query, SelectStatement,
    WindowStatement,
};
use sea_orm::{
    ColumnTrait, DbBackend, Iterable, ModelTrait, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter,
    QueryTrait, Value,
};
use uuid::Uuid;

use super::{
    Listed, Page, Position, Principal, Scoped, Slice, Sort, View, force::is_any, listing::sorted_by,
};
use crate::{Error, Result};

/// How many keys go into one statement on SQLite, whose number of parameters is bounded.
const KEYS_PER_STATEMENT: usize = 1_000;

/// Of one table, the rows that the viewer may see, narrowed down.
#[derive(Clone, Debug)]
#[must_use = "a selection reads nothing until it is awaited"]
pub struct ScopedSelect<'v, E: Scoped> {
    view: &'v View,
    query: SelectStatement,
    entity: std::marker::PhantomData<E>,
}

impl<'v, E: Scoped> ScopedSelect<'v, E> {
    pub(super) fn new(view: &'v View) -> Self {
        let query = E::find().filter(E::scope(view)).into_query();
        Self { view, query, entity: std::marker::PhantomData }
    }

    pub(super) fn view(&self) -> &'v View {
        self.view
    }

    pub(super) fn narrowed(mut self, condition: impl sea_orm::sea_query::IntoCondition) -> Self {
        self.query.cond_where(condition);
        self
    }

    /// Only the row with this id.
    pub fn find(self, id: <E::PrimaryKey as PrimaryKeyTrait>::ValueType) -> Self
    where
        <E::PrimaryKey as PrimaryKeyTrait>::ValueType: Into<Value>,
    {
        match E::PrimaryKey::iter().next() {
            Some(key) => self.eq(key.into_column(), id),
            None => self,
        }
    }

    /// Only rows where `column` is `value`.
    pub fn eq(self, column: E::Column, value: impl Into<Value>) -> Self {
        self.narrowed(of(column).eq(Expr::value(value)))
    }

    /// Only rows where `column` is one of `values`; none when there are none.
    pub fn is_in<V: Into<Value>>(self, column: E::Column, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        let condition = match values.first() {
            None => Expr::cust("1 = 0"),
            Some(first) => is_any(self.view, of(column), array_type(first), values),
        };
        self.narrowed(condition)
    }

    /// Only rows where `column` is not null.
    pub fn is_set(self, column: E::Column) -> Self {
        self.narrowed(of(column).is_not_null())
    }

    /// Only rows where one of `columns` contains `text`, which is taken as it is.
    pub fn contains(self, columns: &[E::Column], text: &str) -> Self {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let any = columns.iter().fold(sea_orm::Condition::any(), |any, column| {
            any.add(of(*column).like(LikeExpr::new(format!("%{escaped}%")).escape('\\')))
        });
        self.narrowed(any)
    }

    /// Only rows where `from <= column < until`; either end may be left out.
    pub fn between(self, column: E::Column, from: Option<Instant>, until: Option<Instant>) -> Self {
        let range = sea_orm::Condition::all()
            .add_option(from.map(|from| of(column).gte(from)))
            .add_option(until.map(|until| of(column).lt(until)));
        self.narrowed(range)
    }

    /// Only rows for which there is a row of `F` that the viewer may see, whose `theirs` is this one's `ours`, and
    /// which `narrow` leaves over.
    pub fn related<F: Scoped>(
        self,
        ours: E::Column,
        theirs: F::Column,
        narrow: impl FnOnce(ScopedSelect<'v, F>) -> ScopedSelect<'v, F>,
    ) -> Self {
        let mut theirs_of_ours = narrow(ScopedSelect::new(self.view)).query;
        theirs_of_ours
            .clear_selects()
            .expr(Expr::cust("1"))
            .and_where(of(theirs).equals(ours.as_column_ref()));
        self.narrowed(Expr::exists(theirs_of_ours))
    }

    /// The row, if there is one that the viewer may see.
    pub async fn one(mut self) -> Result<Option<E::Model>> {
        self.query.limit(1);
        Ok(self.all().await?.pop())
    }

    /// All rows. For selections that are bounded by keys; lists are read by [`page`](Self::page).
    pub async fn all(self) -> Result<Vec<E::Model>> {
        self.view.seen::<E>(&self.query).await
    }

    /// The rows whose `column` is one of `keys`, however many there are.
    pub async fn all_by(self, column: E::Column, keys: Vec<Uuid>) -> Result<Vec<E::Model>> {
        let mut rows = Vec::with_capacity(keys.len());
        for keys in self.statements_for(&keys) {
            rows.extend(self.clone().is_in(column, keys.iter().copied()).all().await?);
        }
        Ok(rows)
    }

    /// Keys in portions, each of which goes into one statement.
    fn statements_for<'k>(&self, keys: &'k [Uuid]) -> std::slice::Chunks<'k, Uuid> {
        let portion = match self.view.backend() {
            DbBackend::Postgres => keys.len().max(1),
            _ => KEYS_PER_STATEMENT,
        };
        keys.chunks(portion)
    }
}

impl<E: Listed> ScopedSelect<'_, E> {
    /// One page of the list.
    pub async fn page(self, sort: Sort<E::Order>, slice: &Slice) -> Result<Page<E::Model>> {
        let view = self.view;
        let mut query = self.starting_from_reach(None).query;
        Self::slice(view, &mut query, None, sort, slice);
        Ok(Page::cut(view.seen::<E>(&query).await?, slice))
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
        let mut children: HashMap<Uuid, Vec<E::Model>> = HashMap::new();
        for parents in self.statements_for(&parents) {
            let query = match view.backend() {
                DbBackend::Postgres => self.clone().lateral(parent, parents, sort, slice),
                _ => self.clone().numbered(parent, parents, sort, slice),
            };
            for row in view.seen::<E>(&query).await? {
                if let Value::Uuid(Some(id)) = row.get(parent) {
                    children.entry(id).or_default().push(row);
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

    /// One page of a list that was read as a whole.
    pub fn page_of(view: &View, rows: Vec<E::Model>, sort: Sort<E::Order>, slice: &Slice) -> Page<E::Model> {
        Page::of(rows, |row| Self::position(view, sort, row), sort.direction, slice)
    }

    /// Where this row stands in an order.
    pub fn position(view: &View, sort: Sort<E::Order>, row: &E::Model) -> Position {
        Position { key: E::key(sort.by, row, view), id: E::id(row) }
    }

    /// Begins the list at the partner's index over what it might reach, where there is one.
    fn starting_from_reach(mut self, parent: Option<E::Column>) -> Self {
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
            .order_by_expr(key, reading.clone())
            .order_by_expr(id, reading)
            .limit(u64::from(slice.limit) + 1);
    }

    fn sort_key(view: &View, parent: Option<E::Column>, sort: Sort<E::Order>) -> (Expr, Expr) {
        let reach = E::reach(view, parent);
        let key = E::computed(sort.by, view).unwrap_or_else(|| sorted_by(E::column(sort.by), reach));
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
            .order_by_expr(key, reading.clone())
            .order_by_expr(id, reading)
            .take();
        query.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, number.clone());
        Query::select()
            .column(Asterisk)
            .from_subquery(query, Alias::new("page"))
            .and_where(Expr::col(number.clone()).lte(slice.limit + 1))
            .order_by(number, sea_orm::Order::Asc)
            .take()
    }
}

fn of(column: impl ColumnTrait) -> Expr {
    Expr::col(column.as_column_ref())
}

fn count(row: &sea_orm::QueryResult, column: &str) -> Result<u64> {
    let n: i64 = row.try_get("", column)?;
    u64::try_from(n).map_err(|_| Error::Internal("a count is negative"))
}

/// The array type that a list of values like this one has.
fn array_type(value: &Value) -> ArrayType {
    match value {
        Value::Uuid(_) => ArrayType::Uuid,
        Value::Int(_) => ArrayType::Int,
        Value::BigInt(_) => ArrayType::BigInt,
        Value::Bool(_) => ArrayType::Bool,
        _ => ArrayType::String,
    }
}
