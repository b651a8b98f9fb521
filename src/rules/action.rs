//! What an act needs of its actor, before any object comes into it: the kind of tenant, a role in it, a second factor.

use entity::{TenantKind, TenantRole};

use super::reason::Reason;

/// Something that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    RequestRelationship,
    WithdrawRequest,
    RenewGrant,
    AcceptRequest,
    DeclineRequest,
    AssignAccess,
    UnassignAccess,
    NarrowGrant,
    TerminateGrant,
    SwitchAutoExtendOn,
    SwitchAutoExtendOff,
    Register,
    /// Write down what the clock has brought about.
    KeepTime,
}

/// Who acts, as far as the token says.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// None for the server itself.
    pub kind: Option<TenantKind>,
    pub roles: &'a [TenantRole],
    pub is_application: bool,
    pub mfa: bool,
}

/// Which second factor an act needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    Any,
    /// Users have signed in with one; applications have none to give.
    MfaForUsers,
    /// Only a user, who has signed in with one.
    UserWithMfa,
}

/// The kinds of tenants that may, each with the roles of which one is enough, and the second factor.
type Needs = (&'static [(TenantKind, &'static [TenantRole])], Factor);

const AGENTS: (TenantKind, &[TenantRole]) =
    (TenantKind::Partner, &[TenantRole::AdminAgent, TenantRole::SalesAgent]);
const ADMIN_AGENT: (TenantKind, &[TenantRole]) = (TenantKind::Partner, &[TenantRole::AdminAgent]);
const CUSTOMER: (TenantKind, &[TenantRole]) = (TenantKind::Customer, &[TenantRole::CustomerAdministrator]);

const OPERATOR: (TenantKind, &[TenantRole]) = (TenantKind::Operator, &[TenantRole::Operator]);

impl Action {
    const fn needs(self) -> Needs {
        match self {
            Self::RequestRelationship | Self::WithdrawRequest | Self::RenewGrant => (&[AGENTS], Factor::Any),
            Self::AcceptRequest | Self::DeclineRequest => (&[CUSTOMER], Factor::UserWithMfa),
            Self::AssignAccess | Self::UnassignAccess | Self::SwitchAutoExtendOn => {
                (&[ADMIN_AGENT], Factor::MfaForUsers)
            }
            Self::NarrowGrant | Self::TerminateGrant | Self::SwitchAutoExtendOff => {
                (&[ADMIN_AGENT, CUSTOMER], Factor::MfaForUsers)
            }
            Self::Register => (&[OPERATOR], Factor::MfaForUsers),
            Self::KeepTime => (&[], Factor::Any),
        }
    }

    /// Whether `actor` may do this at all; the first check that fails, in the order of the access rule.
    pub fn check(self, actor: Actor<'_>) -> Result<(), Reason> {
        let (parties, factor) = self.needs();
        let Some(own) = actor.kind else {
            let is_the_servers = parties.is_empty();
            return if is_the_servers { Ok(()) } else { Err(Reason::wrong_tenant_kind(&kinds(parties))) };
        };
        let Some((_, roles)) = parties.iter().find(|(kind, _)| *kind == own) else {
            return Err(Reason::wrong_tenant_kind(&kinds(parties)));
        };
        if !roles.iter().any(|role| actor.roles.contains(role)) {
            return Err(Reason::tenant_role_missing(roles));
        }
        match factor {
            Factor::UserWithMfa if actor.is_application => Err(Reason::user_token_required()),
            Factor::UserWithMfa | Factor::MfaForUsers if !actor.is_application && !actor.mfa => {
                Err(Reason::mfa_required())
            }
            Factor::Any | Factor::MfaForUsers | Factor::UserWithMfa => Ok(()),
        }
    }
}

fn kinds(parties: &[(TenantKind, &[TenantRole])]) -> Vec<TenantKind> {
    parties.iter().map(|(kind, _)| *kind).collect()
}
