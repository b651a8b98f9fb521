//! What each delegated role allows: the fixed table of the access rule.

use entity::DelegatedRole::{
    self, BillingAdministrator, DirectoryReader, GlobalAdministrator, GlobalReader, LicenseAdministrator,
    ServiceSupportAdministrator,
};
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// One thing that a partner may be allowed to do at a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    CustomerRead,
    SubscriptionRead,
    SubscriptionPurchase,
    SubscriptionResize,
    SubscriptionManage,
    EventRead,
}

use Permission::{
    CustomerRead, EventRead, SubscriptionManage, SubscriptionPurchase, SubscriptionRead, SubscriptionResize,
};

/// All roles, from the widest to the narrowest.
pub const ROLES: [DelegatedRole; 6] = [
    GlobalAdministrator,
    BillingAdministrator,
    LicenseAdministrator,
    ServiceSupportAdministrator,
    GlobalReader,
    DirectoryReader,
];

/// All permissions.
pub const PERMISSIONS: [Permission; 6] =
    [CustomerRead, SubscriptionRead, SubscriptionPurchase, SubscriptionResize, SubscriptionManage, EventRead];

/// A delegated role, defined.
#[derive(Clone, Copy, Debug)]
pub struct RoleDefinition {
    pub role: DelegatedRole,
    /// The GUID of the directory role template that the role is named after.
    pub template_id: Uuid,
    pub name: &'static str,
    pub description: &'static str,
    pub permissions: &'static [Permission],
    /// Whether a grant with this role may extend itself.
    pub auto_extendable: bool,
}

/// What `role` is and allows.
#[must_use]
pub const fn definition(role: DelegatedRole) -> RoleDefinition {
    match role {
        GlobalAdministrator => RoleDefinition {
            role,
            template_id: uuid!("62e90394-69f5-4237-9190-012177145e10"),
            name: "Global administrator",
            description: "Does everything that can be delegated. Never extends itself.",
            permissions: &PERMISSIONS,
            auto_extendable: false,
        },
        BillingAdministrator => RoleDefinition {
            role,
            template_id: uuid!("b0f54661-2d74-4c50-afa3-1ec803f12efe"),
            name: "Billing administrator",
            description: "Buys, resizes and manages subscriptions, and reads the log.",
            permissions: &PERMISSIONS,
            auto_extendable: true,
        },
        LicenseAdministrator => RoleDefinition {
            role,
            template_id: uuid!("4d6ac14f-3453-41d0-bef9-a3e0c569773a"),
            name: "License administrator",
            description: "Reads subscriptions and changes their quantities.",
            permissions: &[CustomerRead, SubscriptionRead, SubscriptionResize],
            auto_extendable: true,
        },
        ServiceSupportAdministrator => RoleDefinition {
            role,
            template_id: uuid!("f023fd81-a637-4b56-95fd-791ac0226033"),
            name: "Service support administrator",
            description: "Reads subscriptions and the log, to help when something is wrong.",
            permissions: &[CustomerRead, SubscriptionRead, EventRead],
            auto_extendable: true,
        },
        GlobalReader => RoleDefinition {
            role,
            template_id: uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
            name: "Global reader",
            description: "Reads subscriptions and the log, and changes nothing.",
            permissions: &[CustomerRead, SubscriptionRead, EventRead],
            auto_extendable: true,
        },
        DirectoryReader => RoleDefinition {
            role,
            template_id: uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b"),
            name: "Directory reader",
            description: "Sees who the customer is, and none of its subscriptions.",
            permissions: &[CustomerRead],
            auto_extendable: true,
        },
    }
}

/// The roles that allow `permission`.
pub fn roles_with(permission: Permission) -> impl Iterator<Item = DelegatedRole> {
    ROLES.into_iter().filter(move |role| definition(*role).permissions.contains(&permission))
}

/// What `roles` allow together, each permission once and in the table's order.
#[must_use]
pub fn allowed_by(roles: &[DelegatedRole]) -> Vec<Permission> {
    PERMISSIONS
        .into_iter()
        .filter(|permission| roles.iter().any(|role| definition(*role).permissions.contains(permission)))
        .collect()
}

impl Permission {
    /// The permission as the API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CustomerRead => "CUSTOMER_READ",
            SubscriptionRead => "SUBSCRIPTION_READ",
            SubscriptionPurchase => "SUBSCRIPTION_PURCHASE",
            SubscriptionResize => "SUBSCRIPTION_RESIZE",
            SubscriptionManage => "SUBSCRIPTION_MANAGE",
            EventRead => "EVENT_READ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of subscriptions brings their customers, without another look at what the viewer holds.
    #[test]
    fn whoever_reads_subscriptions_at_a_customer_reads_the_customer() {
        let readers: Vec<_> = roles_with(CustomerRead).collect();
        assert!(roles_with(SubscriptionRead).all(|role| readers.contains(&role)));
    }

    /// What a mutation has written is its answer, without another look at what the viewer holds.
    #[test]
    fn whoever_buys_or_changes_subscriptions_reads_them() {
        let readers: Vec<_> = roles_with(SubscriptionRead).collect();
        for permission in [SubscriptionPurchase, SubscriptionResize, SubscriptionManage] {
            assert!(roles_with(permission).all(|role| readers.contains(&role)), "{permission:?}");
        }
    }
}
