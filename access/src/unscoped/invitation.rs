//! An open invitation, for whoever knows its secret, and what belongs to it. Its holder is no party to the request yet, so that no
//! rule shows it: what gives the right to read it is to know 256 bits that were shown once. Only their hash is stored.

use entity::{
    partner, relationship_request as request, relationship_request_assignment as request_assignment,
    relationship_request_role as request_role,
};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QueryTrait,
};

use super::UnscopedRead;
use domain::invitation;

/// The request of an open invitation, which only its secret finds.
#[derive(Debug)]
pub(crate) struct Invited(request::Model);

impl Invited {
    pub(crate) fn into_row(self) -> request::Model {
        self.0
    }
}

impl FromQueryResult for Invited {
    fn from_query_result(row: &QueryResult, names: &str) -> Result<Self, DbErr> {
        request::Model::from_query_result(row, names).map(Self)
    }
}

/// That a request is the open invitation with this secret: nobody is its customer yet.
pub(crate) fn is_invitation(secret: &str) -> Condition {
    Condition::all()
        .add(request::Column::InvitationHash.eq(invitation::digest(secret)))
        .add(request::Column::CustomerId.is_null())
}

/// The open invitation with this secret.
pub(crate) fn open(secret: &str) -> UnscopedRead<Invited> {
    UnscopedRead::new(request::Entity::find().filter(is_invitation(secret)).into_query())
}

/// [`open`], locked.
pub(crate) fn open_and_locked(secret: &str) -> UnscopedRead<Invited> {
    let mut query = request::Entity::find().filter(is_invitation(secret)).into_query();
    query.lock(LockType::Update);
    UnscopedRead::new(query)
}

/// Who invites.
pub(crate) fn partner_of(Invited(request): &Invited) -> UnscopedRead<partner::Model> {
    UnscopedRead::new(partner::Entity::find_by_id(request.partner_id).into_query())
}

/// To which roles.
pub(crate) fn roles_of(Invited(request): &Invited) -> UnscopedRead<request_role::Model> {
    let of_request = request_role::Column::RequestId.eq(request.id);
    UnscopedRead::new(request_role::Entity::find().filter(of_request).into_query())
}

/// Who would hold which of them.
pub(crate) fn assignments_of(Invited(request): &Invited) -> UnscopedRead<request_assignment::Model> {
    let of_request = request_assignment::Column::RequestId.eq(request.id);
    UnscopedRead::new(request_assignment::Entity::find().filter(of_request).into_query())
}
