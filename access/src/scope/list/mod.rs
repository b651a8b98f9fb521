//! The forms of lists: a page, the pages of many parents, counts. Each is one statement that walks an index in the list's order and
//! stops where the page is full.
//!
//! What differs between the databases is in `postgres` and `sqlite`.

mod postgres;
mod sqlite;

use entity::{CustomerId, PartnerId, customer, subscription};
use sea_orm::sea_query::{
    Alias, Asterisk, Expr, ExprTrait, Func, IntoCondition, JoinType, Order, Query, SelectStatement,
    SubQueryStatement,
};
use sea_orm::{ColumnTrait, Condition, DbBackend, IdenStatic};
use uuid::Uuid;

use crate::scope::columns::{Named, columns};
use crate::scope::reach::{self, Place, Reach, Start};
use crate::scope::scoped::{CustomerRule, Perspective, Scoped, no_one, standing};
use crate::scope::selection::{ScopedStatement, Selection, of};
use crate::viewer::Principal;

/// The column of a page's results that has the key by which its row stands where it stands, where that is computed.
pub(crate) const SORT_KEY: &str = "sort_key";

/// The column of results that has the parent.
pub(crate) const PARENT: &str = "parent";

/// The column of a page's results that has how many rows the whole list has, where it was asked for.
pub(crate) const TOTAL: &str = "total";

/// The column that says whether it is certain that the viewer may look at a parent's children.
pub(crate) const IS_HELD: &str = "is_held";

/// The name of all columns of a row's customer, which are read by their places.
const CUSTOMER_COLUMN: &str = "of_customer";

/// The first rows in an order that goes by a key and then the id.
#[derive(Clone, Debug)]
pub(crate) struct Cut<C> {
    pub(crate) key: Key<C>,
    pub(crate) order: Order,
    /// Between which places of the order.
    pub(crate) bounds: Vec<Bound>,
    pub(crate) most: u64,
}

/// What an order goes by.
#[derive(Clone, Debug)]
pub(crate) enum Key<C> {
    Column(C),
    Computed(Expr),
}

/// A place in an order, before or behind which the rows lie.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) key: Expr,
    pub(crate) id: Uuid,
    /// Whether the rows' keys are greater.
    pub(crate) is_lower: bool,
}

impl<C> Cut<C> {
    /// Orders and bounds a statement by these two expressions.
    fn apply(self, query: &mut SelectStatement, key: &Expr, id: &Expr) {
        for bound in &self.bounds {
            let row = Expr::tuple([key.clone(), id.clone()]);
            let place = Expr::tuple([bound.key.clone(), Expr::value(bound.id)]);
            // A comparison of row values is one range of an index on both databases.
            query.and_where(if bound.is_lower { row.gt(place) } else { row.lt(place) });
        }
        query
            .order_by_expr(key.clone(), self.order.clone())
            .order_by_expr(id.clone(), self.order)
            .limit(self.most);
    }
}

impl<C: ColumnTrait> Key<C> {
    fn of(self, place: Place) -> Expr {
        match self {
            Self::Column(column) => place.of(column),
            Self::Computed(key) => key,
        }
    }
}

impl<'v, E: Scoped, V: Perspective> Selection<'v, E, V> {
    /// The first rows of the list, each with its key as [`SORT_KEY`] where it is none of its columns.
    pub(crate) fn cut(self, cut: Cut<E::Column>) -> ScopedStatement<'v, V> {
        let view = self.view;
        let statement = match (self.start(&cut.key), view.backend()) {
            (Some(start), DbBackend::Postgres) => self.fenced(start, cut),
            (Some(start), _) => self.crossed(start, cut),
            (None, _) => self.plain(cut),
        };
        ScopedStatement::new(view, statement)
    }

    /// [`cut`](Self::cut), of the children of each of `parents`, which their column `parent` names, with the parent as [`PARENT`]. A
    /// parent at whose children the viewer may look comes back even without any, with nulls, where the rule goes by customers
    /// and the parents are such.
    pub(crate) fn cut_by_parent(
        self,
        parent: E::Column,
        parents: &[Uuid],
        cut: Cut<E::Column>,
    ) -> ScopedStatement<'v, V> {
        let view = self.view;
        let statement = match (self.held_by(parent), view.backend()) {
            (Some(rule), DbBackend::Postgres) => {
                let key = cut.key.clone().of(Place::Table);
                self.keyed(&cut.key)
                    .held(rule, (parent, parents), |rows| cut.apply(rows, &key, &id_of::<E>()))
            }
            (None, DbBackend::Postgres) => self.lateral(parent, parents, cut),
            (rule, _) => self.gathered(rule, (parent, parents), cut),
        };
        ScopedStatement::new(view, statement)
    }

    /// A customer with the first rows of the list of its children, which their column `parent` names. Behind their columns are
    /// [`IS_HELD`] and the customer's. Either's are null where the viewer sees none: so a row says that the viewer's tenant is registered.
    pub(crate) fn cut_with_customer(
        self,
        parent: E::Column,
        customer: CustomerId,
        cut: Cut<E::Column>,
    ) -> ScopedStatement<'v, V> {
        let view = self.view;
        let (is_held, is_seen) = match E::by_customer(view, Expr::value(customer)) {
            Some(rule) => (rule.holds.clone(), rule.whole()),
            None => (Expr::cust("FALSE"), E::scope(view)),
        };
        let id = of(customer::Column::Id);
        let is_child = Condition::all().add(is_seen).add(of(parent).eq(id)).add(self.narrowed.clone());
        let mut rows = Query::select();
        rows.from_subquery(Query::select().expr(Expr::cust("1")).take(), Alias::new("asked"))
            .join_subquery(
                JoinType::LeftJoin,
                customer_if_seen(view, customer),
                customer::Entity,
                Expr::cust("TRUE"),
            )
            .cond_where(standing(view));
        match view.backend() {
            DbBackend::Postgres => self.beside_postgres(&mut rows, is_child, cut),
            _ => self.beside_sqlite(&mut rows, is_child, cut),
        }
        rows.expr_as(is_held, IS_HELD).expr(columns::<customer::Entity>(None, Named::All(CUSTOMER_COLUMN)));
        ScopedStatement::new(view, rows)
    }

    /// The rows whose column `id` is one of these. Where the rule goes by these very ids, as it does of customers, it is asked before a row
    /// is looked for: so what is there and foreign takes the same steps as what is not there.
    pub(crate) fn looked_up(self, id: E::Column, ids: &[Uuid]) -> ScopedStatement<'v, V> {
        let view = self.view;
        let statement = match (self.held_by(id), view.backend()) {
            (Some(rule), DbBackend::Postgres) => self.held(rule, (id, ids), |row| {
                row.limit(1);
            }),
            (Some(rule), _) => self.where_held(rule, (id, ids)),
            (None, _) => self.is_in(id, ids.iter().copied()).into_query(),
        };
        ScopedStatement::new(view, statement)
    }

    /// Whether the rule goes by this column alone.
    pub(crate) fn is_ruled_by(&self, id: E::Column) -> bool {
        self.held_by(id).is_some()
    }

    /// What `counts`, aggregate functions that count, make of the list.
    pub(crate) fn counted(self, counts: impl Fn(Place) -> Counts) -> ScopedStatement<'v, V> {
        let view = self.view;
        ScopedStatement::new(view, self.counting(counts))
    }

    /// The same rows, each with how many the whole list has as [`TOTAL`]: the database counts once.
    pub(crate) fn with_total(self) -> Self
    where
        V: Clone,
    {
        let total = self.clone().counting(|_| Vec::from([(Func::count(Expr::cust("*")).into(), TOTAL)]));
        self.with(SubQueryStatement::SelectStatement(total), TOTAL)
    }

    fn counting(self, counts: impl Fn(Place) -> Counts) -> SelectStatement {
        match (E::REACH, self.view.viewer().principal()) {
            (Some(reach), Principal::Partner(own)) => self.counted_in_reach(reach, own.id, counts),
            _ => self.only(counts(Place::Table)).into_query(),
        }
    }

    /// [`counted`](Self::counted), of the children of each of `parents`, which their column `parent` names, with the parent as
    /// [`PARENT`]. Parents without any may be left out.
    pub(crate) fn counted_by_parent(
        self,
        parent: E::Column,
        parents: &[Uuid],
        counts: impl Fn(Place) -> Counts,
    ) -> ScopedStatement<'v, V> {
        let view = self.view;
        let counting = self.only(counts(Place::Table));
        let statement = match (counting.held_by(parent), view.backend()) {
            (Some(rule), DbBackend::Postgres) => counting.held(rule, (parent, parents), |_| {}),
            (Some(rule), _) => counting.counted_where_held(rule, (parent, parents)),
            (None, _) => {
                let mut children = counting.is_in(parent, parents.iter().copied()).into_query();
                children.expr_as(of(parent), PARENT).add_group_by([of(parent)]);
                children
            }
        };
        ScopedStatement::new(view, statement)
    }

    /// Where a list in this order starts, if not at its table.
    fn start(&self, key: &Key<E::Column>) -> Option<Start> {
        let goes_by = |column: E::Column| matches!(key, Key::Column(own) if own.as_str() == column.as_str());
        let start = |table, owner, own: Uuid, reached: &Condition| {
            let condition = Condition::all().add(reach::column(table, owner).eq(own)).add(reached.clone());
            Some(Start { table, condition })
        };
        let all = Condition::all();
        match (E::ORDER.filter(|order| goes_by(order.by)), E::REACH, self.view.viewer().principal()) {
            (Some(order), _, Principal::Partner(own)) => start(order.table, order.reached_by, own.id.0, &all),
            (Some(order), _, Principal::Customer(own)) => start(order.table, order.customer, own.id.0, &all),
            (None, Some(reach), Principal::Partner(own)) => {
                start(reach.table, "partner_id", own.id.0, &self.reached)
            }
            _ => None,
        }
    }

    /// The rule at a parent, if the parents are customers and the rule goes by them.
    fn held_by(&self, parent: E::Column) -> Option<CustomerRule> {
        let names_customer = E::REACH.is_some_and(|reach| reach.customer == parent.as_str());
        names_customer.then(|| E::by_customer(self.view, parent_id(self.view.backend()))).flatten()
    }

    /// Reads the key, too, where it is none of the columns.
    fn keyed(self, key: &Key<E::Column>) -> Self {
        match key {
            Key::Column(_) => self,
            Key::Computed(key) => self.with(key.clone(), SORT_KEY),
        }
    }

    /// A list that starts at its table.
    fn plain(self, cut: Cut<E::Column>) -> SelectStatement {
        let key = cut.key.clone().of(Place::Table);
        let mut rows = self.keyed(&cut.key).into_query();
        cut.apply(&mut rows, &key, &id_of::<E>());
        rows
    }

    /// The index over reach, and of it the rule once for each customer. Rows are looked up only where it does not decide.
    fn counted_in_reach(
        self,
        reach: &Reach<E::Column>,
        partner: PartnerId,
        counts: impl Fn(Place) -> Counts,
    ) -> SelectStatement {
        let customer = reach.column(reach.customer);
        let mut of_customers = Query::select();
        of_customers
            .expr_as(customer.clone(), reach.customer)
            .from(Alias::new(reach.table))
            .and_where(reach.column("partner_id").eq(partner))
            .cond_where(self.reached.clone())
            .add_group_by([customer.clone()]);
        let view = self.view;
        let rule = E::by_customer(view, customer);
        if !self.is_reached {
            let mut row = self.only(Vec::from([(Expr::cust("1"), "one")]));
            let of_row = rule.as_ref().map_or_else(no_one, |rule| rule.of_row.clone());
            row.query
                .cond_where(of_row)
                .cond_where(row.narrowed)
                .and_where(id_of::<E>().eq(reach.column("id")));
            match view.backend() {
                DbBackend::Postgres => postgres::look_up::<E>(&mut of_customers, row.query),
                _ => sqlite::look_up(&mut of_customers, row.query),
            }
        }
        let counts = counts(Place::Copy(reach.table));
        let mut total = Query::select();
        for (_, name) in &counts {
            let sum = Func::coalesce([Func::sum(reach.column(name)).into(), Expr::cust("0")]);
            total.expr_as(Func::cast_as(sum, Alias::new("bigint")), *name);
        }
        selecting(&mut of_customers, counts);
        let holds = rule.map_or_else(no_one, |rule| rule.holds.into_condition());
        total
            .from_subquery(of_customers, Alias::new(reach.table))
            .cond_where(standing(view))
            .cond_where(holds);
        total
    }
}

impl<V: Perspective> Selection<'_, subscription::Entity, V> {
    /// Reads each subscription's customer with it, in the columns after its own. The subscriptions' rule is enough: every role that
    /// reads subscriptions at a customer reads the customer, too (`domain::permission` holds that in a test).
    pub(crate) fn with_customers(self) -> Self {
        let is_its = of(customer::Column::Id).eq(of(subscription::Column::CustomerId));
        let customers = columns::<customer::Entity>(None, Named::All(CUSTOMER_COLUMN));
        self.joined(customer::Entity, is_its).with_columns(customers)
    }
}

/// The customer with this id, if the viewer sees it: as [`Selection::looked_up`], the rule is asked before the row is looked for. There
/// PostgreSQL asks first what depends on no row, without being told.
fn customer_if_seen<V: Perspective>(view: &V, customer: CustomerId) -> SelectStatement {
    let id = customer::Column::Id;
    match (customer::Entity::by_customer(view, Expr::value(customer)), view.backend()) {
        (Some(rule), DbBackend::Postgres) => {
            let mut it = Query::select();
            it.column((customer::Entity, Asterisk)).from(customer::Entity);
            it.cond_where(rule.whole()).and_where(of(id).eq(customer)).take()
        }
        (Some(_) | None, _) => {
            Selection::<customer::Entity, V>::new(view).looked_up(id, &[customer.0]).into_parts().1
        }
    }
}

/// Aggregate functions, each with a name for what it makes.
pub(crate) type Counts = Vec<(Expr, &'static str)>;

/// Selects these besides.
fn selecting(rows: &mut SelectStatement, counts: Counts) {
    for (count, name) in counts {
        rows.expr_as(count, name);
    }
}

/// The id of the row, by which ties are broken.
fn id_of<E: Scoped>() -> Expr {
    Expr::col((E::default(), Alias::new("id")))
}

/// One of the parents, in a statement that is about each of them.
fn parent_id(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::col((Alias::new(PARENT), Alias::new(PARENT))),
        _ => Func::cust(Alias::new("unhex")).arg(Expr::col((Alias::new(PARENT), Alias::new("value")))).into(),
    }
}
