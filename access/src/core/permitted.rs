//! What a permit lets its holder read besides the permitted row: what belongs to that. No rule stands before it, because the permit is
//! the proof that it has been asked.

use entity::{partner, relationship_request as request, subscription};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait,
};

use crate::Result;
use crate::core::proof::{Parent, Parties, Permit};
use crate::core::server_transaction::rows_of;
use crate::core::transaction::Transaction;
use crate::nouns::{Changed, ChildOf};

impl Transaction<'_> {
    /// The rows of `C` that belong to the permitted row.
    pub(crate) async fn children<C, E>(&self, parent: &Permit<E>) -> Result<Vec<C::Model>>
    where
        C: ChildOf<E>,
        E: Changed,
    {
        let of_parent = Expr::col(C::PARENT.as_column_ref()).eq(parent.id());
        let mut query = C::find().into_query();
        rows_of(&self.connection.query_all(query.and_where(of_parent)).await?)
    }

    /// Who asks in a permitted request.
    pub(crate) async fn asking_partner(
        &self,
        permit: &Permit<request::Entity>,
    ) -> Result<Option<partner::Model>> {
        Ok(partner::Entity::find_by_id(permit.row().partner_id).one(&self.connection).await?)
    }

    /// How many subscriptions the partner of a permitted grant sold to its customer.
    pub(crate) async fn sold_between(&self, parties: &Parties) -> Result<u64> {
        let sold = Condition::all()
            .add(subscription::Column::PartnerId.eq(parties.partner()))
            .add(subscription::Column::CustomerId.eq(parties.customer()));
        Ok(subscription::Entity::find().filter(sold).count(&self.connection).await?)
    }
}
