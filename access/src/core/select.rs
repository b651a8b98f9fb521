//! A selection that begins with the viewer's rule and can only be narrowed.
//!
//! Nothing here takes the rule out again or replaces the statement, and nobody outside of `core` can run one that does not
//! begin with a rule.

use sea_orm::sea_query::{
    Alias, ArrayType, Asterisk, Expr, ExprTrait, Func, IntoCondition, IntoTableRef, JoinType, Order, Query,
    SelectStatement, SubQueryStatement, WindowStatement,
};
use sea_orm::{ColumnTrait, DbBackend, FromQueryResult, QueryFilter, QueryResult, QueryTrait, Value};
use uuid::Uuid;

use crate::Result;
use crate::core::effective_grants::is_any;
use crate::core::scope::Scoped;
use crate::core::view::View;

/// The column of a cut's results that has the key by which its row stands where it stands.
pub(crate) const SORT_KEY: &str = "sort_key";

/// How many keys go into one statement on SQLite, whose number of parameters is bounded.
const KEYS_PER_STATEMENT: usize = 1_000;

/// The first rows in an order that goes by a key and then the id.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) key: Expr,
    pub(crate) id: Expr,
    pub(crate) order: Order,
    pub(crate) most: u64,
}

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

    pub(crate) fn view(&self) -> &'v View {
        self.view
    }

    /// The statement, for a transaction to run.
    pub(super) fn into_statement(self) -> SelectStatement {
        self.query
    }

    /// Only rows that meet a condition of this house.
    pub(crate) fn narrowed(mut self, condition: impl IntoCondition) -> Self {
        self.query.cond_where(condition);
        self
    }

    /// Only rows where `column` is one of `values`; none when there are none.
    pub fn is_in<V: Into<Value>>(self, column: E::Column, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        let condition = match values.first() {
            None => Expr::cust("1 = 0"),
            Some(first) => is_any(self.view(), of(column), array_type(first), values),
        };
        self.narrowed(condition)
    }

    /// Joins a table, from which nothing is read but what [`with`](Self::with) names.
    pub(crate) fn joined(mut self, table: impl IntoTableRef, on: impl IntoCondition) -> Self {
        self.query.join(JoinType::InnerJoin, table, on);
        self
    }

    /// Reads none of the table's columns.
    pub(crate) fn without_columns(mut self) -> Self {
        self.query.clear_selects();
        self
    }

    /// Reads this, too, under a name of its own.
    pub(crate) fn with(mut self, expression: impl Into<Expr>, name: &'static str) -> Self {
        self.query.expr_as(expression, name);
        self
    }

    pub(crate) fn grouped_by_column(mut self, column: E::Column) -> Self {
        self.query.add_group_by([of(column)]);
        self
    }

    pub(crate) fn ordered(mut self, by: Expr, order: Order) -> Self {
        self.query.order_by_expr(by, order);
        self
    }

    pub(crate) fn first(mut self, most: u64) -> Self {
        self.query.limit(most);
        self
    }

    /// Cuts the first rows off, each with the key by which it stands where it stands, as [`SORT_KEY`].
    pub(crate) fn cut(mut self, Cut { key, id, order, most }: Cut) -> Self {
        self.query
            .expr_as(key, SORT_KEY)
            .order_by(SORT_KEY, order.clone())
            .order_by_expr(id, order)
            .limit(most);
        self
    }

    /// [`cut`](Self::cut), of the children of each of `parents`, which their column `parent` names.
    pub(crate) fn cut_by_parent(self, parent: E::Column, parents: &[Uuid], cut: Cut) -> Self {
        match self.view.backend() {
            DbBackend::Postgres => self.lateral(parent, parents, cut),
            _ => self.numbered(parent, parents, cut),
        }
    }

    /// PostgreSQL: each parent takes its page from the index.
    fn lateral(mut self, parent: E::Column, parents: &[Uuid], cut: Cut) -> Self {
        let (parents_alias, page) = (Alias::new("parent"), Alias::new("page"));
        self.query.and_where(of(parent).equals((parents_alias.clone(), parents_alias.clone())));
        let mut cut = self.cut(cut);
        let ids = parents.iter().copied().map(Value::from).collect();
        let ids = Value::Array(ArrayType::Uuid, Some(Box::new(ids)));
        cut.query = Query::select()
            .column((page.clone(), Asterisk))
            .from_function(Func::cust(Alias::new("unnest")).arg(Expr::value(ids)), parents_alias)
            .join_lateral(JoinType::InnerJoin, cut.query, page, Expr::cust("TRUE"))
            .take();
        cut
    }

    /// SQLite: the children of all parents are numbered, and each parent's first ones kept.
    fn numbered(self, parent: E::Column, parents: &[Uuid], Cut { key, id, order, most }: Cut) -> Self {
        let number = Alias::new("row_of_parent");
        let window = WindowStatement::partition_by(parent.as_column_ref())
            .order_by_expr(key.clone(), order.clone())
            .order_by_expr(id, order)
            .take();
        let mut children = self.is_in(parent, parents.iter().copied()).with(key, SORT_KEY);
        children.query.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, number.clone());
        children.query = Query::select()
            .column(Asterisk)
            .from_subquery(children.query, Alias::new("page"))
            .and_where(Expr::col(number.clone()).lte(most))
            .order_by(number, Order::Asc)
            .take();
        children
    }

    /// What the database answers, outside of a transaction.
    pub(crate) async fn results(self) -> Result<Vec<QueryResult>> {
        self.view.reads().rows(&self.query).await
    }

    /// The row of an answer, without what the viewer may not read in it.
    pub(crate) fn read(view: &View, result: &QueryResult) -> Result<E::Model> {
        let mut row = E::Model::from_query_result(result, "")?;
        E::redact(&mut row, view);
        Ok(row)
    }

    /// That there is such a row whose `theirs` is the other table's `ours`.
    pub(crate) fn existing(mut self, theirs: E::Column, ours: impl ColumnTrait) -> Expr {
        self.query.clear_selects().expr(Expr::cust("1")).and_where(of(theirs).equals(ours.as_column_ref()));
        Expr::exists(self.query)
    }

    /// What an aggregate function makes of the rows whose `theirs` is the other table's `ours`.
    pub(crate) fn aggregate(mut self, function: Expr, theirs: E::Column, ours: impl ColumnTrait) -> Expr {
        self.query.clear_selects().expr(function).and_where(of(theirs).equals(ours.as_column_ref()));
        SubQueryStatement::SelectStatement(self.query).into()
    }

    /// The row, if there is one that the viewer may see.
    pub async fn one(mut self) -> Result<Option<E::Model>> {
        self.query.limit(1);
        Ok(self.all().await?.pop())
    }

    /// All rows. For selections that are bounded by keys; lists are read by [`page`](Self::page).
    pub async fn all(self) -> Result<Vec<E::Model>> {
        let view = self.view;
        self.results().await?.iter().map(|result| Self::read(view, result)).collect()
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
    pub(crate) fn statements_for<'k>(&self, keys: &'k [Uuid]) -> std::slice::Chunks<'k, Uuid> {
        let portion = match self.view().backend() {
            DbBackend::Postgres => keys.len().max(1),
            _ => KEYS_PER_STATEMENT,
        };
        keys.chunks(portion)
    }
}

/// A column of a table that is not selected from under another name.
pub(crate) fn of(column: impl ColumnTrait) -> Expr {
    Expr::col(column.as_column_ref())
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
