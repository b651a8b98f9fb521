//! Lists on SQLite, which joins by nested loops alone: a CROSS JOIN keeps their order.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, FunctionCall, JoinType, Query, SelectStatement};
use sea_orm::{Condition, DbBackend};
use uuid::Uuid;

use super::{Cut, Key, PARENT, SORT_KEY, id_of, parent_id};
use crate::scope::columns::{Named, columns};
use crate::scope::reach::{Place, Start};
use crate::scope::scoped::{CustomerRule, Perspective, Scoped, standing};
use crate::scope::selection::{Selection, of};

impl<E: Scoped, V: Perspective> Selection<'_, E, V> {
    /// The rows that those of an index lead to.
    pub(super) fn crossed(self, start: Start, cut: Cut<E::Column>) -> SelectStatement {
        let (key, id) = (cut.key.clone().of(Place::Copy(start.table)), start.id());
        let mut rows = self.keyed(&cut.key).into_query();
        rows.from_clear()
            .from(Alias::new(start.table))
            .join(JoinType::CrossJoin, E::default(), Condition::all())
            .and_where(id_of::<E>().eq(id.clone()))
            .cond_where(start.condition);
        cut.apply(&mut rows, &key, &id);
        rows
    }

    /// Each parent's first children are found by their ids, the rule for them once a parent
    /// where it goes by customers. There a parent comes back even without children, with nulls.
    pub(super) fn gathered(
        self,
        rule: Option<CustomerRule>,
        (parent, parents): (E::Column, &[Uuid]),
        cut: Cut<E::Column>,
    ) -> SelectStatement {
        let (key, id, parent_id) =
            (cut.key.clone().of(Place::Table), id_of::<E>(), parent_id(DbBackend::Sqlite));
        let mut rows = self.query.clone();
        let (mut first, join) = match rule {
            Some(CustomerRule { holds, of_row }) => {
                rows.cond_where(standing(self.view)).and_where(holds);
                let mut first = Query::select();
                first.from(E::default()).cond_where(of_row).cond_where(self.narrowed);
                (first, JoinType::LeftJoin)
            }
            None => (self.only(Vec::new()).into_query(), JoinType::InnerJoin),
        };
        let computed = cut.key.clone();
        first.expr(id.clone()).and_where(of(parent).eq(parent_id.clone()));
        cut.apply(&mut first, &key, &id);
        if let Key::Computed(key) = computed {
            rows.expr_as(key, SORT_KEY);
        }
        rows.expr_as(parent_id, PARENT)
            .from_clear()
            .from_function(each_id(parents), Alias::new(PARENT))
            .join(join, E::default(), id.in_subquery(first));
        rows
    }

    /// The first of these rows beside those of a statement.
    pub(super) fn beside_sqlite(self, rows: &mut SelectStatement, is_one: Condition, cut: Cut<E::Column>) {
        let (key, id) = (cut.key.clone().of(Place::Table), id_of::<E>());
        let mut first = self.only(Vec::new()).query;
        first.expr(id.clone()).cond_where(is_one);
        rows.expr(columns::<E>(None, Named::AsTheyAre));
        if let Key::Computed(key) = &cut.key {
            rows.expr_as(key.clone(), SORT_KEY);
        }
        cut.apply(&mut first, &key, &id);
        rows.join(JoinType::LeftJoin, E::default(), id.in_subquery(first));
    }

    /// Counts, and the rule once a parent.
    pub(super) fn counted_where_held(
        self,
        rule: CustomerRule,
        (parent, parents): (E::Column, &[Uuid]),
    ) -> SelectStatement {
        let parent_id = parent_id(DbBackend::Sqlite);
        let mut rows = self.where_held(rule, (parent, parents));
        rows.expr_as(parent_id.clone(), PARENT).add_group_by([parent_id]);
        rows
    }

    /// The rows of these parents, and the rule once a parent, before a row is looked for.
    pub(super) fn where_held(
        self,
        rule: CustomerRule,
        (parent, parents): (E::Column, &[Uuid]),
    ) -> SelectStatement {
        let mut rows = self.query;
        rows.from_clear()
            .from_function(each_id(parents), Alias::new(PARENT))
            .join(JoinType::CrossJoin, E::default(), Condition::all())
            .cond_where(standing(self.view))
            .and_where(rule.holds)
            .and_where(of(parent).eq(parent_id(DbBackend::Sqlite)))
            .cond_where(rule.of_row)
            .cond_where(self.narrowed);
        rows
    }
}

/// Keeps of a statement's rows those that have one that goes with them.
pub(super) fn look_up(rows: &mut SelectStatement, row: SelectStatement) {
    rows.and_where(Expr::exists(row));
}

/// These, in one parameter, so that the statement's text does not change with their number.
fn each_id(parents: &[Uuid]) -> FunctionCall {
    let ids: Vec<_> = parents.iter().map(|id| format!("\"{}\"", id.simple())).collect();
    Func::cust(Alias::new("json_each")).arg(Expr::value(format!("[{}]", ids.join(","))))
}
