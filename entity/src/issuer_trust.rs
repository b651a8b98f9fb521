//! An issuer that was trusted, or is not any more, since the server's configuration was written.

use sea_orm::entity::prelude::*;

use crate::Instant;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer_trust")]
pub struct Model {
    /// The issuer's name, as its tokens have it or as a template.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// How it is trusted; None for one of the configuration.
    pub config: Option<Json>,
    /// Since when it is not trusted any more.
    pub revoked_at: Option<Instant>,
    pub revoked_reason: Option<String>,
    /// The operator's principal that has written this.
    pub changed_by: String,
    pub changed_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
