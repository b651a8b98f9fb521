//! The log's entry of a change, written with it.
//!
//! On PostgreSQL a change, its entry and the chain's head are parts of one statement, and so one round trip. An optimistic
//! transaction has no other: the statement itself locks the chain first, as everyone does, if it still ends where it was seen to end. What triggers do
//! comes after the statement: an act that must leave the customer's subscriptions as they are moves the head by one of its
//! own, which finds what they have done.

use entity::{chain, event};
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait, LockType, Query, SelectStatement, SubQueryStatement,
    UpdateStatement, WithClause,
};
use sea_orm::{ColumnTrait, DbBackend, IdenStatic, Iterable, ModelTrait, StatementBuilder};

use crate::chain::entry::{Author, Entry};
use crate::chain::head::{Head, chain_of};
use crate::core::transaction::Transaction;
use crate::scope::scoped::Column;
use crate::{Error, Result};

/// The parts of a statement that write before it does.
type Parts = Vec<CommonTableExpression>;

impl Transaction<'_> {
    /// Appends an entry to its chain, and moves the chain's head, which is signed. An act that must leave what the
    /// customer has bought as it is does so, or nothing of all this may happen.
    pub(crate) async fn append(&mut self, entry: Entry) -> Result<()> {
        self.append_after(None::<UpdateStatement>, entry).await
    }

    /// [`append`](Self::append), after what writes and returns the one row that the entry tells of.
    pub(super) async fn append_after<S>(&mut self, change: Option<S>, entry: Entry) -> Result<()>
    where
        S: StatementBuilder + Into<SubQueryStatement>,
    {
        self.lock(entry.customer).await?;
        let (id, keeps_subscriptions) = (chain_of(entry.customer), entry.keeps_subscriptions);
        let place = self.locked.iter().position(|locked| locked.customer_id == id);
        let place = place.ok_or(Error::Internal("an entry is written in a chain that is not locked"))?;
        let chain = self.locked.swap_remove(place);
        let viewer = self.view.viewer();
        let author = viewer.kind().map(|kind| Author {
            kind,
            tenant: viewer.tenant(),
            subject: viewer.identity().subject.clone(),
            is_application: viewer.identity().is_application,
        });
        let row = entry.after(&chain, author, viewer.at())?;
        let end = Head::at(&row).signed(self.view.store().log_key()?).onto(&chain);
        let mut told = Query::select();
        told.exprs(event::Column::iter().map(|column| column.save_as(Expr::value(row.get(column)))));
        let mut moved = setting(&chain, &end, chain::Column::Sequence);
        moved
            .and_where(Expr::col(chain::Column::CustomerId).eq(chain.customer_id))
            .and_where(Expr::col(chain::Column::Sequence).eq(chain.sequence));
        if keeps_subscriptions {
            moved.and_where(Expr::col(chain::Column::SubscriptionWrites).eq(chain.subscription_writes));
        }

        let is_one_statement = self.view.backend() == DbBackend::Postgres;
        let mut parts = Parts::new();
        if self.connection.is_optimistic() {
            parts.push(part("unmoved", locking(&chain)));
        }
        match change {
            Some(change) if is_one_statement => {
                told.from("changed");
                parts.push(part("changed", change));
            }
            Some(change) => self.write_one(Parts::new(), change).await?,
            None => {}
        }
        let mut insert = Query::insert();
        insert.into_table(event::Entity).columns(event::Column::iter()).returning_col(event::Column::Id);
        insert.select_from(told).map_err(|_| Error::Internal("an entry has not the columns of its table"))?;
        if is_one_statement && !keeps_subscriptions {
            let is_told = Query::select().expr(Expr::cust("1")).from("told").take();
            moved.and_where(Expr::exists(is_told));
            parts.push(part("told", insert));
        } else {
            self.write_one(std::mem::take(&mut parts), insert).await?;
        }
        self.write_one(parts, moved).await?;
        self.locked.push(end);
        Ok(())
    }

    /// Writes one row, or it is an error.
    async fn write_one<S>(&self, parts: Parts, statement: S) -> Result<()>
    where
        S: StatementBuilder + Into<SubQueryStatement>,
    {
        let backend = self.view.backend();
        let statement = if parts.is_empty() {
            backend.build(&statement)
        } else {
            let with = parts.into_iter().fold(WithClause::new(), |mut with, part| with.cte(part).to_owned());
            backend.build(&with.query(statement))
        };
        Ok(self.connection.write_one(statement).await?)
    }
}

/// The chain, locked, if it still ends where it was seen to end.
fn locking(seen: &chain::Model) -> SelectStatement {
    let mut chain = Query::select();
    chain
        .column(chain::Column::CustomerId)
        .from(chain::Entity)
        .and_where(Expr::col(chain::Column::CustomerId).eq(seen.customer_id))
        .and_where(Expr::col(chain::Column::Sequence).eq(seen.sequence))
        .lock(LockType::NoKeyUpdate);
    chain
}

/// That [`locking`] has found it.
pub(super) fn is_unmoved() -> Expr {
    Expr::exists(Query::select().expr(Expr::cust("1")).from("unmoved").take())
}

/// A part of a statement, by whose name others read what it returns.
fn part(name: &'static str, statement: impl Into<SubQueryStatement>) -> CommonTableExpression {
    CommonTableExpression::new().table_name(Alias::new(name)).query(statement).to_owned()
}

/// Sets those columns of a row that become another, and this one.
pub(super) fn setting<M: ModelTrait>(before: &M, after: &M, anyway: Column<M::Entity>) -> UpdateStatement {
    let is_set = |column: &Column<M::Entity>| {
        column.as_str() == anyway.as_str() || after.get(*column) != before.get(*column)
    };
    let values = Column::<M::Entity>::iter().filter(is_set);
    let values = values.map(|column| (column, column.save_as(Expr::value(after.get(column)))));
    Query::update().table(M::Entity::default()).values(values).to_owned()
}
