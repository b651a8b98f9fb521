//! A first access assignment that a relationship request asks for; acceptance makes it.

use sea_orm::entity::prelude::*;

use crate::{AssigneeKind, DelegatedRole, RequestId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "relationship_request_assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: RequestId,
    pub assignee_kind: AssigneeKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub assignee: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: DelegatedRole,
    pub label: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
