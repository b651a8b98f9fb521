//! What each delegated role allows.

use async_graphql::{Object, SimpleObject};
use uuid::Uuid;

use super::vocabulary::{DelegatedRole, Permission, words};
use domain::permission::{ROLES, definition};

/// A delegated role, defined.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoleDefinition {
    /// The role, as requests and grants name it.
    role: DelegatedRole,
    /// The directory role template's GUID.
    template_id: Uuid,
    /// The name that people know it by, for a heading.
    name: &'static str,
    /// What someone with this role does, in a sentence to show beside its name.
    description: &'static str,
    /// What an assignee who holds it may do at the customer.
    permissions: Vec<Permission>,
    /// Whether a grant with this role may extend itself.
    auto_extendable: bool,
}

#[derive(Debug, Default)]
pub struct RoleQuery;

#[Object]
impl RoleQuery {
    /// What each delegated role allows, from the widest to the narrowest.
    async fn role_definitions(&self) -> Vec<RoleDefinition> {
        ROLES
            .into_iter()
            .map(|role| {
                let definition = definition(role);
                RoleDefinition {
                    role: role.into(),
                    template_id: definition.template_id,
                    name: definition.name,
                    description: definition.description,
                    permissions: words(definition.permissions),
                    auto_extendable: definition.auto_extendable,
                }
            })
            .collect()
    }
}
