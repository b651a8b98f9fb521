//! Who is asking.

use std::sync::Arc;

use entity::{Instant, TenantId, TenantKind, TenantRole, TenantStatus, customer, partner};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use domain::action::Actor;
use domain::identity::Identity;

/// A principal of a registered tenant, at the one instant of its request.
///
/// Only the [`Doorkeeper`](super::Doorkeeper) makes one, from a verified identity and the tenant's row.
#[derive(Clone, Debug)]
pub struct Viewer {
    identity: Identity,
    principal: Arc<Principal>,
    at: Instant,
    assignees: Vec<String>,
}

/// What access assignments may name to mean someone with these roles and groups.
pub(crate) fn assignees(roles: &[TenantRole], groups: &[Uuid]) -> Vec<String> {
    let roles = roles.iter().map(ActiveEnum::to_value);
    roles.chain(groups.iter().map(Uuid::to_string)).collect()
}

/// Which tenant the viewer belongs to. Every rule answers for each of these.
#[derive(Clone, Debug)]
pub enum Principal {
    Partner(partner::Model),
    Customer(customer::Model),
    Operator,
    /// The server itself, as it writes down what the clock has brought about. It has no tenant.
    Timer,
}

impl Principal {
    /// Whether principals of this tenant are let in.
    pub(crate) fn status(&self) -> TenantStatus {
        match self {
            Self::Partner(own) => own.status,
            Self::Customer(own) => own.status,
            Self::Operator | Self::Timer => TenantStatus::Active,
        }
    }
}

impl Viewer {
    pub(crate) fn new(identity: Identity, principal: Arc<Principal>, at: Instant) -> Self {
        let assignees = assignees(&identity.roles, &identity.groups);
        Self { identity, principal, at, assignees }
    }

    /// Someone without a token: the server itself, or the operator at its command line.
    pub(crate) fn local(principal: Principal, at: Instant) -> Self {
        let identity = Identity {
            tenant: TenantId(Uuid::nil()),
            subject: String::new(),
            is_application: true,
            mfa: false,
            applications_need_mfa: false,
            roles: Vec::new(),
            groups: Vec::new(),
            expires_at: at,
        };
        Self::new(identity, Arc::new(principal), at)
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

    /// None for the server itself.
    #[must_use]
    pub fn kind(&self) -> Option<TenantKind> {
        match *self.principal {
            Principal::Partner(_) => Some(TenantKind::Partner),
            Principal::Customer(_) => Some(TenantKind::Customer),
            Principal::Operator => Some(TenantKind::Operator),
            Principal::Timer => None,
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

    /// Who acts, as the rules ask.
    #[must_use]
    pub fn actor(&self) -> Actor<'_> {
        let Identity { roles, is_application, mfa, applications_need_mfa, .. } = &self.identity;
        let trade = match self.principal() {
            Principal::Partner(own) => Some(own.kind),
            Principal::Customer(_) | Principal::Operator | Principal::Timer => None,
        };
        Actor {
            kind: self.kind(),
            trade,
            roles,
            is_application: *is_application,
            mfa: *mfa,
            applications_need_mfa: *applications_need_mfa,
        }
    }

    /// What access assignments may name to mean this principal: its tenant roles and its security groups.
    pub(crate) fn assignees(&self) -> &[String] {
        &self.assignees
    }
}
