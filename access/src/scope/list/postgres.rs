//! Lists on PostgreSQL.
//!
//! A planner that may join as it likes turns the rule into a hash over all of a partner's grants. So each row is looked up behind
//! a fence: a lateral subquery with a limit, which it cannot pull up. The rule's EXISTS have one, too.

use sea_orm::sea_query::{
    Alias, ArrayType, Asterisk, Expr, ExprTrait, Func, JoinType, Query, SelectStatement,
};
use sea_orm::{Condition, DbBackend, Value};
use uuid::Uuid;

use super::{Cut, Key, PARENT, SORT_KEY, id_of, parent_id};
use crate::scope::reach::{Place, Start};
use crate::scope::scoped::{CustomerRule, Perspective, Scoped, standing};
use crate::scope::selection::{Selection, of};

impl<E: Scoped, V: Perspective> Selection<'_, E, V> {
    /// The rows that those of an index lead to, each looked up behind a fence.
    pub(super) fn fenced(self, start: Start, cut: Cut<E::Column>) -> SelectStatement {
        let (key, looked_up) = match cut.key.clone() {
            Key::Column(column) => (Place::Copy(start.table).of(column), self),
            Key::Computed(key) => (Expr::col((E::default(), Alias::new(SORT_KEY))), self.with(key, SORT_KEY)),
        };
        let id = start.id();
        let mut row = looked_up.into_query();
        row.and_where(id_of::<E>().eq(id.clone()));
        let mut rows = Query::select();
        rows.column((E::default(), Asterisk)).from(Alias::new(start.table)).cond_where(start.condition);
        look_up::<E>(&mut rows, row);
        cut.apply(&mut rows, &key, &id);
        rows
    }

    /// Of each parent what is selected of its children, if the viewer holds what the rule asks for there: that is asked
    /// once a parent. A parent where it does comes back even without children, with nulls.
    pub(super) fn held(
        self,
        rule: CustomerRule,
        (parent, parents): (E::Column, &[Uuid]),
        finish: impl FnOnce(&mut SelectStatement),
    ) -> SelectStatement {
        let (held, children) = (Alias::new("held"), Alias::new("children"));
        let mut asked = Query::select();
        asked
            .expr_as(Expr::cust("TRUE"), "is_held")
            .cond_where(standing(self.view))
            .and_where(rule.holds)
            .limit(1);
        let mut of_parent = self.query;
        of_parent
            .and_where(Expr::col((held.clone(), Alias::new("is_held"))))
            .cond_where(rule.of_row)
            .and_where(of(parent).eq(parent_id(DbBackend::Postgres)))
            .cond_where(self.narrowed);
        finish(&mut of_parent);
        each_of(parents)
            .column((children.clone(), Asterisk))
            .expr_as(parent_id(DbBackend::Postgres), PARENT)
            .join_lateral(JoinType::InnerJoin, asked, held, Expr::cust("TRUE"))
            .join_lateral(JoinType::LeftJoin, of_parent, children, Expr::cust("TRUE"))
            .take()
    }

    /// The first of these rows beside those of a statement.
    pub(super) fn beside_postgres(self, rows: &mut SelectStatement, is_one: Condition, cut: Cut<E::Column>) {
        let key = cut.key.clone().of(Place::Table);
        let mut first = self.keyed(&cut.key).query;
        first.cond_where(is_one);
        cut.apply(&mut first, &key, &id_of::<E>());
        rows.column((E::default(), Asterisk)).join_lateral(
            JoinType::LeftJoin,
            first,
            E::default(),
            Expr::cust("TRUE"),
        );
    }

    /// Each parent takes its page from the index.
    pub(super) fn lateral(self, parent: E::Column, parents: &[Uuid], cut: Cut<E::Column>) -> SelectStatement {
        let children = Alias::new("children");
        let of_parent = self.narrowed(of(parent).eq(parent_id(DbBackend::Postgres))).plain(cut);
        each_of(parents)
            .column((children.clone(), Asterisk))
            .expr_as(parent_id(DbBackend::Postgres), PARENT)
            .join_lateral(JoinType::InnerJoin, of_parent, children, Expr::cust("TRUE"))
            .take()
    }
}

/// Looks up for each row of a statement the one that goes with it, behind a fence.
pub(super) fn look_up<E: Scoped>(rows: &mut SelectStatement, mut row: SelectStatement) {
    row.limit(1);
    rows.join_lateral(JoinType::InnerJoin, row, E::default(), Expr::cust("TRUE"));
}

/// A statement about each of these, which selects nothing yet.
fn each_of(parents: &[Uuid]) -> SelectStatement {
    let ids = parents.iter().copied().map(Value::from).collect();
    let ids = Value::Array(ArrayType::Uuid, Some(Box::new(ids)));
    let parents = Func::cust(Alias::new("unnest")).arg(Expr::value(ids));
    Query::select().from_function(parents, Alias::new(PARENT)).take()
}
