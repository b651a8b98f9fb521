//! A role that a relationship request asks for.

use sea_orm::entity::prelude::*;

use crate::{DelegatedRole, RequestId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "relationship_request_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: RequestId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: DelegatedRole,
}

impl ActiveModelBehavior for ActiveModel {}
