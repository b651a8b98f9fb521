//! A role that a grant delegates.

use sea_orm::entity::prelude::*;

use crate::{DelegatedRole, GrantId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegated_admin_grant_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: GrantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: DelegatedRole,
}

impl ActiveModelBehavior for ActiveModel {}
