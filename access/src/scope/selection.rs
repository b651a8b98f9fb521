//! A selection that begins with the viewer's rule and can only be narrowed.
//!
//! Nothing here takes the rule out again or replaces the statement, and no other room makes a [`ScopedStatement`]. Only the core
//! runs one. The forms of lists are in `list`.

use sea_orm::sea_query::{
    Alias, ArrayType, Expr, ExprTrait, IntoCondition, IntoIden, IntoTableRef, JoinType, Order, Query,
    SelectStatement, SubQueryStatement,
};
use sea_orm::{ColumnTrait, Condition, DbBackend, FromQueryResult, QueryResult, Value};
use uuid::Uuid;

use crate::Result;
use crate::scope::columns::{Named, columns};
use crate::scope::reach::Place;
use crate::scope::scoped::{Perspective, Scoped, is_any, rule};

/// How many keys go into one statement on SQLite, whose number of parameters is bounded.
const KEYS_PER_STATEMENT: usize = 1_000;

/// Of one table, the rows that the viewer may see, narrowed down.
#[derive(Clone, Debug)]
#[must_use = "a selection reads nothing until it is awaited"]
pub struct Selection<'v, E: Scoped, V> {
    pub(super) view: &'v V,
    /// What is selected, without conditions.
    pub(super) query: SelectStatement,
    /// What a row must meet besides the rule.
    pub(super) narrowed: Condition,
    /// What of this can be asked of the index over reach.
    pub(super) reached: Condition,
    /// Whether that is all of it.
    pub(super) is_reached: bool,
    entity: std::marker::PhantomData<E>,
}

/// A statement that begins with a rule, and whose rule it is.
#[derive(Debug)]
#[must_use = "a statement reads nothing until it is run"]
pub(crate) struct ScopedStatement<'v, V> {
    view: &'v V,
    query: SelectStatement,
}

impl<'v, V> ScopedStatement<'v, V> {
    pub(super) fn new(view: &'v V, query: SelectStatement) -> Self {
        Self { view, query }
    }

    /// Who looks, and the statement itself, which is nothing but words until the core runs it.
    pub(crate) fn into_parts(self) -> (&'v V, SelectStatement) {
        (self.view, self.query)
    }
}

/// A selection that is read beside the rows of another.
#[derive(Debug)]
pub(crate) struct Beside {
    rows: SelectStatement,
    columns: Expr,
    name: &'static str,
    on: Expr,
}

impl<'v, E: Scoped, V: Perspective> Selection<'v, E, V> {
    pub(crate) fn new(view: &'v V) -> Self {
        let mut query = Query::select();
        query.expr(columns::<E>(None, Named::AsTheyAre)).from(E::default());
        Self {
            view,
            query,
            narrowed: Condition::all(),
            reached: Condition::all(),
            is_reached: true,
            entity: std::marker::PhantomData,
        }
    }

    pub(crate) fn view(&self) -> &'v V {
        self.view
    }

    /// What reads it, which begins with the rule.
    pub(crate) fn statement(self) -> ScopedStatement<'v, V> {
        let view = self.view;
        ScopedStatement::new(view, self.into_query())
    }

    /// The words of its statement, to be run in a transaction.
    pub(crate) fn into_query(mut self) -> SelectStatement {
        self.query.cond_where(rule::<E>(self.view)).cond_where(self.narrowed);
        self.query
    }

    /// Whether it is narrowed down to some of the rows that the viewer sees, perhaps by an id: then it is a miss where there are none.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.narrowed.is_empty()
    }

    /// Only rows that meet a condition of this house.
    pub(crate) fn narrowed(mut self, condition: impl IntoCondition) -> Self {
        self.narrowed = self.narrowed.add(condition.into_condition());
        self.is_reached = false;
        self
    }

    /// Only rows that meet a condition on these columns. Where an index over reach repeats them, it is asked, too.
    pub(crate) fn narrowed_by<C: IntoCondition>(
        mut self,
        columns: &[E::Column],
        condition: impl Fn(Place) -> C,
    ) -> Self {
        self.narrowed = self.narrowed.add(condition(Place::Table).into_condition());
        match E::REACH {
            Some(reach) if columns.iter().all(|column| reach.repeats(*column)) => {
                self.reached = self.reached.add(condition(Place::Copy(reach.table)).into_condition());
            }
            Some(_) | None => self.is_reached = false,
        }
        self
    }

    /// Only rows where `column` is one of `values`; none when there are none.
    pub fn is_in<T: Into<Value>>(self, column: E::Column, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        let view = self.view;
        self.narrowed_by(&[column], |place| match values.first() {
            None => Expr::cust("1 = 0"),
            Some(first) => is_any(view, place.of(column), array_type(first), values.clone()),
        })
    }

    /// Joins a table, from which nothing is read but what [`with`](Self::with) names.
    pub(crate) fn joined(mut self, table: impl IntoTableRef, on: impl IntoCondition) -> Self {
        self.query.join(JoinType::InnerJoin, table, on);
        self
    }

    /// Reads this, too, under a name of its own.
    pub(crate) fn with(mut self, expression: impl Into<Expr>, name: impl IntoIden) -> Self {
        self.query.expr_as(expression, name);
        self
    }

    /// This to be read beside the rows of another selection that meet `on`, under names that begin with `name`.
    pub(crate) fn under(self, name: &'static str, on: Expr) -> Beside {
        let columns = columns::<E>(Some(name), Named::Under(name));
        Beside { rows: self.into_query(), columns, name, on }
    }

    /// Reads these columns of a table that is joined, too.
    pub(crate) fn with_columns(mut self, columns: Expr) -> Self {
        self.query.expr(columns);
        self
    }

    /// Reads this, too, or nulls.
    pub(crate) fn beside(mut self, Beside { rows, columns, name, on }: Beside) -> Self {
        self.query.expr(columns).join_subquery(JoinType::LeftJoin, rows, Alias::new(name), on);
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

    /// Reads these instead of the table's columns.
    pub(crate) fn only(mut self, expressions: Vec<(Expr, &'static str)>) -> Self {
        self.query.clear_selects();
        for (expression, name) in expressions {
            self.query.expr_as(expression, name);
        }
        self
    }

    /// The row of an answer, without what the viewer may not read in it.
    pub(crate) fn read(view: &V, result: &QueryResult) -> Result<E::Model> {
        let mut row = E::read(result)?;
        E::redact(&mut row, view);
        Ok(row)
    }

    /// The row that an answer has [under](Self::under) this name, if it has one.
    pub(crate) fn read_beside(view: &V, result: &QueryResult, name: &str) -> Result<Option<E::Model>> {
        let mut row = E::Model::from_query_result_optional(result, name)?;
        if let Some(row) = &mut row {
            E::redact(row, view);
        }
        Ok(row)
    }

    /// That there is such a row whose `theirs` is the other table's `ours`.
    pub(crate) fn existing(self, theirs: E::Column, ours: impl ColumnTrait) -> Expr {
        let mut rows = self.only(Vec::new()).into_query();
        rows.expr(Expr::cust("1")).and_where(of(theirs).equals(ours.as_column_ref())).limit(1);
        Expr::exists(rows)
    }

    /// That the other table's `ours` is `theirs` of such a row. Unlike with [`existing`](Self::existing), the database may start from these
    /// rows, which is for where they are few.
    pub(crate) fn naming(self, theirs: E::Column, ours: impl ColumnTrait) -> Expr {
        let mut rows = self.only(Vec::new()).into_query();
        rows.expr(of(theirs));
        of(ours).in_subquery(rows)
    }

    /// What an aggregate function makes of the rows whose `theirs` is the other table's `ours`.
    pub(crate) fn aggregate(self, function: Expr, theirs: E::Column, ours: impl ColumnTrait) -> Expr {
        let mut rows = self.only(Vec::new()).into_query();
        rows.expr(function).and_where(of(theirs).equals(ours.as_column_ref()));
        SubQueryStatement::SelectStatement(rows).into()
    }

    /// Keys in portions, each of which goes into one statement.
    pub(crate) fn statements_for<'k>(&self, keys: &'k [Uuid]) -> std::slice::Chunks<'k, Uuid> {
        let portion = match self.view.backend() {
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
pub(super) fn array_type(value: &Value) -> ArrayType {
    match value {
        Value::Uuid(_) => ArrayType::Uuid,
        Value::Int(_) => ArrayType::Int,
        Value::BigInt(_) => ArrayType::BigInt,
        Value::Bool(_) => ArrayType::Bool,
        _ => ArrayType::String,
    }
}
