//! What the viewer's tenant sold or bought, whether or not the viewer may see it: whoever asks decides that.

use entity::{Instant, SubscriptionId, event, subscription};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QueryTrait};

use super::UnscopedRead;
use crate::viewer::{Principal, Viewer};

/// A subscription to which a viewer's tenant is a party.
#[derive(Debug)]
pub(crate) struct OwnSubscription(subscription::Model);

impl OwnSubscription {
    pub(crate) fn row(&self) -> &subscription::Model {
        &self.0
    }
}

impl FromQueryResult for OwnSubscription {
    fn from_query_result(row: &QueryResult, names: &str) -> Result<Self, DbErr> {
        subscription::Model::from_query_result(row, names).map(Self)
    }
}

/// The subscription with this id, if the viewer's tenant is a party to it; None where it never is.
pub(crate) fn subscription(viewer: &Viewer, id: SubscriptionId) -> Option<UnscopedRead<OwnSubscription>> {
    let party = match viewer.principal() {
        Principal::Partner(own) => subscription::Column::PartnerId.eq(own.id),
        Principal::Customer(own) => subscription::Column::CustomerId.eq(own.id),
        Principal::Operator | Principal::Timer => return None,
    };
    Some(UnscopedRead::new(subscription::Entity::find_by_id(id).filter(party).into_query()))
}

/// What became of such a subscription after `at`. How it stood is the subscription's own; reading the entries
/// themselves would take EVENT_READ.
pub(crate) fn changes(own: &OwnSubscription, at: Instant) -> UnscopedRead<event::Model> {
    let is_later = event::Column::OccurredAt.gt(at);
    let query = event::Entity::find().filter(event::Column::SubjectId.eq(own.0.id.0)).filter(is_later);
    UnscopedRead::new(query.into_query())
}
