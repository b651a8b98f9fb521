//! Who is asking.

use entity::{Instant, TenantId, TenantKind, TenantRole, customer, partner};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::Identity;

/// A principal of a registered tenant, at the one instant of its request.
///
/// Only the [`Doorkeeper`](super::Doorkeeper) makes one, from a verified identity and the tenant's row.
#[derive(Clone, Debug)]
pub struct Viewer {
    identity: Identity,
    principal: Principal,
    at: Instant,
    assignees: Vec<String>,
}

/// Which tenant the viewer belongs to. Every rule answers for each of these.
#[derive(Clone, Debug)]
pub enum Principal {
    Partner(partner::Model),
    Customer(customer::Model),
    Operator,
}

impl Viewer {
    pub(super) fn new(identity: Identity, principal: Principal, at: Instant) -> Self {
        let roles = identity.roles.iter().map(ActiveEnum::to_value);
        let groups = identity.groups.iter().map(Uuid::to_string);
        let assignees = roles.chain(groups).collect();
        Self { identity, principal, at, assignees }
    }

    /// The one instant of the request: every rule that asks what time it is asks this.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }

    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    #[must_use]
    pub fn kind(&self) -> TenantKind {
        match self.principal {
            Principal::Partner(_) => TenantKind::Partner,
            Principal::Customer(_) => TenantKind::Customer,
            Principal::Operator => TenantKind::Operator,
        }
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.identity.tenant
    }

    /// What the token said of its bearer.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    #[must_use]
    pub fn has_role(&self, role: TenantRole) -> bool {
        self.identity.roles.contains(&role)
    }

    /// What access assignments may name to mean this principal: its tenant roles and its security groups.
    pub(super) fn assignees(&self) -> &[String] {
        &self.assignees
    }
}
