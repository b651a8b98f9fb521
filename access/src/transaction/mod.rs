//! What one viewer changes, in one transaction: the only write that a request has.
//!
//! Permit, rule, change. A [`Permit`] is a row that the viewer sees, that nobody else changes meanwhile, and with
//! which it may do one thing. A rule, which is pure, says what is to become of the row. [`Transaction::apply`] writes
//! that, repeating what let the row be seen and its version, and the log's entry with it.
//!
//! All acts at one customer go one after another: the customer's row is locked before anything of it is read. So an
//! act decides about what is there, the customer's chain of events has no forks, and no two acts wait for each other
//! crosswise. Dropped at any point, a transaction leaves nothing behind.

mod ending;
mod grants;
mod registry;
mod requests;
mod subscriptions;

use entity::{CustomerId, EventKind, GrantId, chain, relationship_request as request};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic,
    IntoActiveModel, Iterable, ModelTrait, QueryFilter, QueryTrait,
};
use serde::de::DeserializeOwned;

pub use grants::Reach;
pub use subscriptions::Sale;

use super::decide::access_by_customer;
use super::head::chain_of;
use super::log::Entry;
use super::once::{Claim, Once};
use super::permit::{Changed, Leave, Permit};
use super::sql_transaction::SqlTransaction;
use super::{Principal, Scoped, ScopedSelect, View};
use crate::{Error, Result};
use domain::action::{Action, RequestAction};
use domain::decision::{Access, decide};
use domain::history::FieldChange;
use domain::invitation;
use domain::refusal::Refusal;

/// A number that an import locks for itself, and that those share who hold more than one thing at once. A transaction
/// that holds one customer needs it not: it waits for an import that holds this customer, and never the other way round.
pub(super) const IMPORT: i64 = 4_920_615;

/// What one viewer changes.
#[derive(Debug)]
pub struct Transaction<'v> {
    pub(super) view: &'v View,
    pub(super) connection: SqlTransaction,
    once: Option<Once>,
    /// The chains of the customers at which this transaction acts, locked, each as this transaction has left it.
    held: Vec<chain::Model>,
    /// What is told of the act even if it is refused.
    asides: Vec<Entry>,
    /// What was held when the part that runs now began.
    held_before_part: Vec<chain::Model>,
}

/// What there is to do for a mutation.
#[derive(Debug)]
pub enum Begun<'v, T> {
    /// The act itself.
    First(Box<Transaction<'v>>),
    /// Nothing: it was done under the same key before, and this came of it.
    Repeat(T),
}

impl View {
    /// Begins to act; with a key, once for each key.
    pub async fn begin<T: DeserializeOwned>(&self, once: Option<Once>) -> Result<Begun<'_, T>> {
        let connection = self.store().begin(self.counter()).await?;
        let claim = match &once {
            Some(once) => once.claim(self, &connection).await,
            None => Ok(Claim::Free),
        };
        match claim {
            Ok(Claim::Free) => {}
            Ok(Claim::Taken(answer)) => {
                connection.roll_back().await;
                let outcome: Result<T, Refusal> = serde_json::from_value(answer)
                    .map_err(|_| Error::Internal("a stored answer cannot be read"))?;
                return Ok(Begun::Repeat(outcome?));
            }
            Err(error) => {
                connection.roll_back().await;
                return Err(error);
            }
        }
        connection.execute_unprepared("SAVEPOINT act").await?;
        Ok(Begun::First(Box::new(Transaction {
            view: self,
            connection,
            once,
            held: Vec::new(),
            asides: Vec::new(),
            held_before_part: Vec::new(),
        })))
    }
}

impl<'v> Transaction<'v> {
    /// Who acts, and what it sees.
    #[must_use]
    pub fn view(&self) -> &'v View {
        self.view
    }

    /// Tells of the act in the log, whatever comes of it.
    pub(super) fn tell_anyway(&mut self, entry: Entry) {
        self.asides.push(entry);
    }

    /// The viewer may do this, as far as no object comes into it.
    pub fn allow(&self, action: Action) -> Result<Leave> {
        action.check(self.view.viewer().actor()).map_err(Refusal::forbidden)?;
        Ok(Leave::new(action))
    }

    /// The object with this id, seen and held, with which the viewer may do this.
    pub async fn permit<E: Changed>(
        &mut self,
        id: E::Id,
        action: E::Action,
        expected_version: Option<i32>,
    ) -> Result<Permit<E>> {
        self.permitted(id, action.into(), expected_version).await
    }

    /// The object with this id, about which the clock alone decides.
    pub async fn permit_time<E: Changed>(&mut self, id: E::Id) -> Result<Permit<E>> {
        self.permitted(id, Action::KeepTime, None).await
    }

    async fn permitted<E: Changed>(
        &mut self,
        id: E::Id,
        action: Action,
        expected_version: Option<i32>,
    ) -> Result<Permit<E>> {
        self.allow(action)?;
        let select = self.view.select::<E>().narrowed(Expr::col(E::ID.as_column_ref()).eq(id));
        // Not held yet: everyone holds the customer first, so that no two acts wait for each other.
        let Some(seen) = self.see(select.clone()).await? else {
            return Err(Refusal::not_found(E::NOUN).into());
        };
        let customer = E::customer(&seen);
        self.hold(customer).await?;
        let Some(row) = self.one(select).await? else { return Err(Refusal::not_found(E::NOUN).into()) };
        let grant = match customer {
            Some(customer) => self.decide(action, customer).await?,
            None => None,
        };
        expect::<E>(&row, expected_version)?;
        Ok(Permit::new(row, action, (E::scope(self.view), grant)))
    }

    /// Whether the viewer may do this at a customer that it sees: the grant that it uses, if it takes one.
    async fn decide(&self, action: Action, customer: CustomerId) -> Result<Option<GrantId>> {
        // What takes no permission there needs no look at the grants.
        if action.permission().is_none() {
            return Ok(None);
        }
        let access = match self.view.viewer().principal() {
            Principal::Partner(own) => {
                let rows = self.connection.query_all(&self.view.holdings(own.id, &[customer])).await?;
                access_by_customer(&[customer], &rows)?.remove(&customer)
            }
            Principal::Customer(_) | Principal::Operator | Principal::Timer => None,
        };
        let access = access.unwrap_or(Access::Delegated(Vec::new()));
        Ok(decide(action, self.view.viewer().actor(), &access).map_err(Refusal::forbidden)?)
    }

    /// The open invitation that this secret belongs to, held, with which the viewer, a customer, may do this.
    pub async fn permit_by_invitation(
        &mut self,
        secret: &str,
        own: CustomerId,
        action: RequestAction,
        expected_version: Option<i32>,
    ) -> Result<Permit<request::Entity>> {
        self.allow(action.into())?;
        self.hold_several().await?;
        self.hold(Some(own)).await?;
        let by_secret = Condition::all()
            .add(request::Column::InvitationHash.eq(invitation::digest(secret)))
            .add(request::Column::CustomerId.is_null());
        let mut query = request::Entity::find().filter(by_secret.clone()).into_query();
        query.lock(LockType::Update);
        let Some(row) = self.models::<request::Model>(&query).await?.pop() else {
            return Err(Refusal::not_found("request").into());
        };
        expect::<request::Entity>(&row, expected_version)?;
        Ok(Permit::new(row, action.into(), (by_secret, None)))
    }

    /// A row that the viewer sees now, whoever holds it.
    pub async fn see<E: Scoped>(&self, select: ScopedSelect<'_, E>) -> Result<Option<E::Model>> {
        let mut row = self.models::<E::Model>(&select.into_statement()).await?.pop();
        if let Some(row) = &mut row {
            E::veil(row, self.view);
        }
        Ok(row)
    }

    /// Writes what a rule made of the permitted row, and the log's entry of it.
    pub async fn apply<E: Changed>(&mut self, permit: Permit<E>, row: E::Model) -> Result<E::Model> {
        self.apply_with(permit, row, Vec::new()).await
    }

    /// [`apply`](Self::apply), with what became of what belongs to the row.
    async fn apply_with<E: Changed>(
        &mut self,
        permit: Permit<E>,
        mut row: E::Model,
        changes: Vec<FieldChange>,
    ) -> Result<E::Model> {
        let Some(kind) = permit.action.event() else {
            return Err(Error::Internal("a permission is used for a change that it is not for"));
        };
        E::next_version(&mut row);
        self.write(&permit, &row).await?;
        let entry = Entry::of::<E>(kind, Some(&permit.row), &row).with(changes);
        self.log(entry.through(permit.grant)).await?;
        Ok(row)
    }

    /// Writes down what the clock has made of the permitted row. The permission goes on with the row as it is then.
    pub async fn let_pass<E: Changed>(
        &mut self,
        permit: Permit<E>,
        (mut row, kind): (E::Model, EventKind),
    ) -> Result<Permit<E>> {
        E::next_version(&mut row);
        self.write(&permit, &row).await?;
        let entry = Entry::of::<E>(kind, Some(&permit.row), &row);
        self.log(entry.by_the_clock()).await?;
        Ok(Permit { row, ..permit })
    }

    /// Writes the row where the permitted one is: repeats what let it be seen, and its version.
    async fn write<E: Changed>(&self, permit: &Permit<E>, row: &E::Model) -> Result<()> {
        let Permit { row: before, seen_by, .. } = permit;
        let is_key = |column: &E::Column| column.as_str() == E::ID.as_str();
        let values = E::Column::iter().filter(|column| !is_key(column));
        let mut update = Query::update();
        update
            .table(E::default())
            .values(values.map(|column| (column, column.save_as(Expr::value(row.get(column))))))
            .and_where(Expr::col(E::ID.as_column_ref()).eq(before.get(E::ID)))
            .and_where(Expr::col(E::VERSION.as_column_ref()).eq(before.get(E::VERSION)))
            .cond_where(seen_by.clone());
        if self.connection.execute(&update).await?.rows_affected() != 1 {
            return Err(Error::Internal("a permitted row was changed by someone else"));
        }
        Ok(())
    }

    /// Locks the customer by its chain, and remembers how often what it has bought was written. What concerns no customer
    /// has a chain, too.
    async fn hold(&mut self, customer: Option<CustomerId>) -> Result<()> {
        let id = chain_of(customer);
        if self.held.iter().any(|held| held.customer_id == id) {
            return Ok(());
        }
        let mut lock = chain::Entity::find_by_id(id).into_query();
        lock.lock(LockType::NoKeyUpdate);
        let chain = self.models(&lock).await?.pop();
        self.held.push(chain.ok_or(Error::Internal("a customer has no chain"))?);
        Ok(())
    }

    /// Lets this transaction hold more than one thing that an import may hold, too: while one runs it waits, before it
    /// holds anything.
    pub async fn hold_several(&self) -> Result<()> {
        if self.view.backend() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock_shared({IMPORT})");
            self.connection.execute_unprepared(&lock).await?;
        }
        Ok(())
    }

    /// Appends an entry to its chain.
    async fn log(&mut self, entry: Entry) -> Result<()> {
        self.hold(entry.customer).await?;
        let id = chain_of(entry.customer);
        let chain = self.held.iter_mut().find(|held| held.customer_id == id);
        let chain = chain.ok_or(Error::Internal("an entry is written in a chain that is not held"))?;
        let key = self.view.store().log_key()?;
        entry.append(self.view.viewer(), &self.connection, (chain, key)).await
    }

    /// The row, held: nobody else changes it before this transaction ends.
    async fn one<E: Changed>(&self, select: ScopedSelect<'_, E>) -> Result<Option<E::Model>> {
        let mut query = select.into_statement();
        query.lock(LockType::Update);
        Ok(self.models(&query).await?.pop())
    }

    async fn models<M: FromQueryResult>(&self, query: &SelectStatement) -> Result<Vec<M>> {
        let rows = self.connection.query_all(query).await?;
        Ok(rows.iter().map(|row| M::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    async fn insert<E>(&self, rows: impl IntoIterator<Item = E::Model>) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        let rows: Vec<_> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
        if !rows.is_empty() {
            E::insert_many(rows).exec_without_returning(&self.connection).await?;
        }
        Ok(())
    }
}

/// Whether the caller decides about the row as it is now.
fn expect<E: Changed>(row: &E::Model, expected_version: Option<i32>) -> Result<()> {
    let current = E::version(row);
    match expected_version {
        Some(expected) if expected != current => Err(Refusal::version_conflict(current).into()),
        _ => Ok(()),
    }
}
