//! A token, a principal's tokens or a key that are not accepted any more, each of one issuer.

use sea_orm::entity::prelude::*;

use crate::{CredentialKind, Instant, RevocationId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revocation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevocationId,
    pub issuer: String,
    pub kind: CredentialKind,
    /// The token's `jti`, the principal's subject or the key's `kid`.
    pub value: String,
    /// Of a principal: tokens that were issued up to and in this second.
    pub revoked_at: Instant,
    pub reason: String,
    /// The operator's principal that has revoked it.
    pub revoked_by: String,
}

impl ActiveModelBehavior for ActiveModel {}
