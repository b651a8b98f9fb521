//! The list of all statements without a viewer's rule, and why each may be: there are no others in this house.
//!
//! | Statement | For whom, and why no rule can stand before it |
//! | --- | --- |
//! | [`tenants::registered`] | a verified identity, or a webhook: nobody is known before its tenant is found |
//! | [`tenants::customer_of_tenant`], [`tenants::customer_of_domain`], [`tenants::partner_of_tenant`] | a partner that asks: whether the tenant it names can be asked |
//! | [`invitation::open`], and what belongs to it | whoever knows the 256 bits of an open invitation's secret |
//! | [`own::subscription`], [`own::changes`] | the partner of record and the customer: how what they sold or bought stood |
//! | [`feed::is_after`] | whoever follows the log: where an entry that it names stands, of which it learns nothing |
//! | [`feed::place_of_own`] | whoever resumes a stream: where an entry stands that its own tenant is a party to |
//! | [`feed::place_of`] | an administrator who has an entry that it sees sent again: where it stands, of which it learns nothing |
//! | [`feed::end`], [`feed::after`] | the server: that entries have come, and whom they concern; what they say is read by a view |
//! | [`feed::waiting`], [`feed::lock`], [`feed::place`] | the server: which entries have no position in the feed yet |
//! | [`log`] | the operator's command line, which checks the log, and the server, which signs it |
//! | [`secrets`] | the server: what all servers on one database share |
//! | [`trust`] | the server: whose tokens it accepts, and which tenants it lets in |
//! | [`rate`] | the server: how many points a tenant has left |
//! | [`webhooks`] | the server: which webhooks are due, and how far each was served |
//! | [`idempotency`] | the server: which keys nobody can use any more |
//!
//! Nothing here can reach a database. No other room makes such a statement, because what it is made of is private to this one. The core
//! runs it: an [`UnscopedRead`] for a view or an act, a [`ServerRead`] and a [`ServerWrite`] for the server alone. Besides, a permit
//! lets its holder read what belongs to the permitted row (`core::permitted`), `core::bulk` looks up the rows that a bulk load
//! replaces, and `core::transaction` the chain that it locks.

#![expect(clippy::disallowed_methods, reason = "this is where statements without a rule are written")]

pub(crate) mod feed;
pub(crate) mod idempotency;
pub(crate) mod invitation;
pub(crate) mod log;
pub(crate) mod own;
pub(crate) mod rate;
pub(crate) mod secrets;
pub(crate) mod tenants;
pub(crate) mod trust;
pub(crate) mod webhooks;

use std::marker::PhantomData;

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{DbBackend, DbErr, FromQueryResult, QueryResult, Statement, StatementBuilder, Value};

type Built = Box<dyn StatementBuilder + Send>;

/// A statement without a viewer's rule: for whom it is, and what its rows are.
#[must_use = "a statement does nothing until it is run"]
pub(crate) struct Unscoped<For, R> {
    built: Built,
    marks: PhantomData<fn() -> (For, R)>,
}

/// For a viewer, which has a right to these rows that no rule can tell.
pub(crate) enum Viewers {}

/// For the server itself. No view runs it.
pub(crate) enum Servers {}

/// For the server itself, which writes the rows, too.
pub(crate) enum Written {}

pub(crate) type UnscopedRead<R> = Unscoped<Viewers, R>;
pub(crate) type ServerRead<R> = Unscoped<Servers, R>;
pub(crate) type ServerWriteReturning<R> = Unscoped<Written, R>;

impl<For, R> Unscoped<For, R> {
    fn new(statement: impl StatementBuilder + Send + 'static) -> Self {
        Self { built: Box::new(statement), marks: PhantomData }
    }
}

impl<For, R> StatementBuilder for Unscoped<For, R> {
    fn build(&self, backend: &DbBackend) -> Statement {
        self.built.build(backend)
    }
}

/// A statement by which the server writes, for nobody in particular.
#[must_use = "a statement writes nothing until it is run"]
pub(crate) struct ServerWrite(Words);

/// How a statement is sent.
pub(crate) enum Words {
    /// Prepared once, with values.
    Prepared(Built),
    /// As it is, to be planned anew each time.
    Text(String),
}

impl ServerWrite {
    fn new(statement: impl StatementBuilder + Send + 'static) -> Self {
        Self(Words::Prepared(Box::new(statement)))
    }

    fn text(sql: impl Into<String>) -> Self {
        Self(Words::Text(sql.into()))
    }

    pub(crate) fn into_words(self) -> Words {
        self.0
    }
}

/// A statement in SQL, with its values.
struct Sql(String, Vec<Value>);

impl StatementBuilder for Sql {
    fn build(&self, backend: &DbBackend) -> Statement {
        Statement::from_sql_and_values(*backend, self.0.as_str(), self.1.clone())
    }
}

/// That there is a row, whatever is in it.
#[derive(Debug)]
pub(crate) struct Found;

impl FromQueryResult for Found {
    fn from_query_result(_: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self)
    }
}

/// How many rows there are.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Count {
    pub(crate) num_items: i64,
}

/// How many rows a statement finds.
fn count_of(rows: SelectStatement) -> SelectStatement {
    Query::select().expr(Expr::cust("COUNT(*) AS num_items")).from_subquery(rows, "sub_query").take()
}
