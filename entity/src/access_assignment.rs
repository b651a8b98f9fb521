//! Who in the partner's tenant holds a role of a grant: one row for each assignee and role.
//!
//! The database lets a row exist only while the grant delegates its role.

use sea_orm::entity::prelude::*;

use crate::{AssigneeKind, DelegatedRole, GrantId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: GrantId,
    pub assignee_kind: AssigneeKind,
    /// A tenant role's name, or the object id of a security group (lower case).
    #[sea_orm(primary_key, auto_increment = false)]
    pub assignee: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: DelegatedRole,
    pub label: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
