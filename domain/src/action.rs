//! What an act needs of its actor, before any object comes into it: the kind of tenant, a role in it, a second factor;
//! and which permission at the customer.

use entity::{EventKind, PartnerKind, TenantKind, TenantRole};

use super::permission::Permission;
use super::reason::Reason;

/// Something that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    RequestRelationship,
    Request(RequestAction),
    Grant(GrantAction),
    Purchase,
    Subscription(SubscriptionAction),
    /// See what the permission lets one see.
    Read(Permission),
    /// Ask what a colleague may do.
    AskForColleague,
    Register,
    Tenant(TenantAction),
    RegisterWebhook,
    Webhook(WebhookAction),
    /// Write down what the clock has brought about.
    KeepTime,
}

/// Something that is done with a relationship request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestAction {
    Withdraw,
    Accept,
    Decline,
}

/// Something that is done with a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantAction {
    Renew,
    AssignAccess,
    UnassignAccess,
    Narrow,
    SwitchAutoExtendOn,
    SwitchAutoExtendOff,
    Terminate,
    /// By the operator, in the name of a court or against a fraud.
    ForceTerminate,
}

/// Something that is done with a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionAction {
    Rename,
    Increase,
    Decrease,
    Suspend,
    Reactivate,
    Cancel,
    SetAutoRenew,
    ScheduleNextTerm,
}

/// Something that is done with a registered tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TenantAction {
    Suspend,
    Reinstate,
    Close,
    UpdateProfile,
}

/// Something that is done with a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookAction {
    Update,
    RotateSecret,
    Remove,
    Replay,
}

/// Something that is done at a customer, with nothing that is there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CustomerAction {
    RequestRelationship,
    PurchaseSubscription,
}

/// Something that is done with nothing that is there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewerAction {
    RequestRelationship,
    RegisterPartner,
    RegisterCustomer,
    UpsertOffer,
    RegisterWebhook,
}

/// All that can be begun at a customer, and all that takes no object, in the order in which it is listed.
pub const CUSTOMER_ACTIONS: [CustomerAction; 2] =
    [CustomerAction::RequestRelationship, CustomerAction::PurchaseSubscription];
pub const VIEWER_ACTIONS: [ViewerAction; 5] = [
    ViewerAction::RequestRelationship,
    ViewerAction::RegisterPartner,
    ViewerAction::RegisterCustomer,
    ViewerAction::UpsertOffer,
    ViewerAction::RegisterWebhook,
];

/// All that can be done with a request, with a grant, and with a subscription, in the order in which it is listed.
pub const REQUEST_ACTIONS: [RequestAction; 3] =
    [RequestAction::Withdraw, RequestAction::Accept, RequestAction::Decline];
pub const GRANT_ACTIONS: [GrantAction; 8] = [
    GrantAction::Renew,
    GrantAction::AssignAccess,
    GrantAction::UnassignAccess,
    GrantAction::Narrow,
    GrantAction::SwitchAutoExtendOn,
    GrantAction::SwitchAutoExtendOff,
    GrantAction::Terminate,
    GrantAction::ForceTerminate,
];
pub const SUBSCRIPTION_ACTIONS: [SubscriptionAction; 8] = [
    SubscriptionAction::Rename,
    SubscriptionAction::Increase,
    SubscriptionAction::Decrease,
    SubscriptionAction::Suspend,
    SubscriptionAction::Reactivate,
    SubscriptionAction::Cancel,
    SubscriptionAction::SetAutoRenew,
    SubscriptionAction::ScheduleNextTerm,
];

impl From<RequestAction> for Action {
    fn from(action: RequestAction) -> Self {
        Self::Request(action)
    }
}

impl From<GrantAction> for Action {
    fn from(action: GrantAction) -> Self {
        Self::Grant(action)
    }
}

impl From<SubscriptionAction> for Action {
    fn from(action: SubscriptionAction) -> Self {
        Self::Subscription(action)
    }
}

impl From<TenantAction> for Action {
    fn from(action: TenantAction) -> Self {
        Self::Tenant(action)
    }
}

impl From<WebhookAction> for Action {
    fn from(action: WebhookAction) -> Self {
        Self::Webhook(action)
    }
}

impl From<CustomerAction> for Action {
    fn from(action: CustomerAction) -> Self {
        match action {
            CustomerAction::RequestRelationship => Self::RequestRelationship,
            CustomerAction::PurchaseSubscription => Self::Purchase,
        }
    }
}

impl From<ViewerAction> for Action {
    fn from(action: ViewerAction) -> Self {
        match action {
            ViewerAction::RequestRelationship => Self::RequestRelationship,
            ViewerAction::RegisterPartner | ViewerAction::RegisterCustomer | ViewerAction::UpsertOffer => {
                Self::Register
            }
            ViewerAction::RegisterWebhook => Self::RegisterWebhook,
        }
    }
}

/// Who acts, as far as the token says.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// None for the server itself.
    pub kind: Option<TenantKind>,
    /// How the actor's tenant trades; None when it is no partner.
    pub trade: Option<PartnerKind>,
    pub roles: &'a [TenantRole],
    pub is_application: bool,
    pub mfa: bool,
    /// Whether applications of the actor's issuer need a second factor where users do.
    pub applications_need_mfa: bool,
}

/// Which second factor an act needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    Any,
    /// Users have signed in with one; applications have none to give, unless their issuer says that they have.
    MfaForUsers,
    /// Only a user, who has signed in with one.
    UserWithMfa,
}

/// The kinds of tenants that may, each with the roles of which one is enough or none at all, and the second factor.
type Needs = (&'static [(TenantKind, &'static [TenantRole])], Factor);

const AGENTS: (TenantKind, &[TenantRole]) =
    (TenantKind::Partner, &[TenantRole::AdminAgent, TenantRole::SalesAgent]);
const ADMIN_AGENT: (TenantKind, &[TenantRole]) = (TenantKind::Partner, &[TenantRole::AdminAgent]);
const CUSTOMER: (TenantKind, &[TenantRole]) = (TenantKind::Customer, &[TenantRole::CustomerAdministrator]);
const OPERATOR: (TenantKind, &[TenantRole]) = (TenantKind::Operator, &[TenantRole::Operator]);
const ANY_PARTNER: (TenantKind, &[TenantRole]) = (TenantKind::Partner, &[]);
const ANY_CUSTOMER: (TenantKind, &[TenantRole]) = (TenantKind::Customer, &[]);
const ANY_OPERATOR: (TenantKind, &[TenantRole]) = (TenantKind::Operator, &[]);

impl Action {
    /// The act by which a permission is tried when none is named: the one that needs least besides.
    #[must_use]
    pub const fn of(permission: Permission) -> Self {
        match permission {
            Permission::CustomerRead | Permission::SubscriptionRead | Permission::EventRead => {
                Self::Read(permission)
            }
            Permission::SubscriptionPurchase => Self::Purchase,
            Permission::SubscriptionResize => Self::Subscription(SubscriptionAction::Increase),
            Permission::SubscriptionManage => Self::Subscription(SubscriptionAction::Rename),
        }
    }

    /// What the act takes at the customer; None for what needs no permission there.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Purchase => Some(Permission::SubscriptionPurchase),
            Self::Subscription(SubscriptionAction::Increase | SubscriptionAction::Decrease) => {
                Some(Permission::SubscriptionResize)
            }
            Self::Subscription(_) => Some(Permission::SubscriptionManage),
            Self::Read(permission) => Some(permission),
            Self::RequestRelationship
            | Self::Request(_)
            | Self::Grant(_)
            | Self::AskForColleague
            | Self::Register
            | Self::Tenant(_)
            | Self::RegisterWebhook
            | Self::Webhook(_)
            | Self::KeepTime => None,
        }
    }

    /// What the log calls it when a row is changed by it; None for what changes no row that is there.
    #[must_use]
    pub const fn event(self) -> Option<EventKind> {
        Some(match self {
            Self::Request(RequestAction::Withdraw) => EventKind::RelationshipRequestWithdrawn,
            Self::Request(RequestAction::Accept) => EventKind::RelationshipRequestAccepted,
            Self::Request(RequestAction::Decline) => EventKind::RelationshipRequestDeclined,
            Self::Grant(GrantAction::AssignAccess) => EventKind::AccessAssigned,
            Self::Grant(GrantAction::UnassignAccess) => EventKind::AccessUnassigned,
            Self::Grant(GrantAction::Narrow | GrantAction::SwitchAutoExtendOff) => EventKind::GrantNarrowed,
            Self::Grant(GrantAction::SwitchAutoExtendOn) => EventKind::GrantExtended,
            Self::Grant(GrantAction::Terminate | GrantAction::ForceTerminate) => EventKind::GrantTerminated,
            Self::Subscription(SubscriptionAction::Rename) => EventKind::SubscriptionRenamed,
            Self::Subscription(SubscriptionAction::Increase | SubscriptionAction::Decrease) => {
                EventKind::SubscriptionResized
            }
            Self::Subscription(SubscriptionAction::Suspend) => EventKind::SubscriptionSuspended,
            Self::Subscription(SubscriptionAction::Reactivate) => EventKind::SubscriptionReactivated,
            Self::Subscription(SubscriptionAction::Cancel) => EventKind::SubscriptionCancelled,
            Self::Subscription(SubscriptionAction::SetAutoRenew) => EventKind::SubscriptionAutoRenewChanged,
            Self::Subscription(SubscriptionAction::ScheduleNextTerm) => {
                EventKind::SubscriptionNextTermScheduled
            }
            Self::Tenant(TenantAction::Suspend) => EventKind::TenantSuspended,
            Self::Tenant(TenantAction::Reinstate) => EventKind::TenantReinstated,
            Self::Tenant(TenantAction::Close) => EventKind::TenantClosed,
            Self::Tenant(TenantAction::UpdateProfile) => EventKind::TenantProfileChanged,
            Self::Webhook(WebhookAction::Update) => EventKind::WebhookUpdated,
            Self::Webhook(WebhookAction::RotateSecret) => EventKind::WebhookSecretRotated,
            Self::Webhook(WebhookAction::Remove) => EventKind::WebhookRemoved,
            Self::Webhook(WebhookAction::Replay) => EventKind::WebhookReplayed,
            Self::RequestRelationship
            | Self::Grant(GrantAction::Renew)
            | Self::Purchase
            | Self::Read(_)
            | Self::AskForColleague
            | Self::Register
            | Self::RegisterWebhook
            | Self::KeepTime => return None,
        })
    }

    const fn needs(self) -> Needs {
        match self {
            Self::RequestRelationship
            | Self::Request(RequestAction::Withdraw)
            | Self::Grant(GrantAction::Renew)
            | Self::Purchase
            | Self::Subscription(
                SubscriptionAction::Rename
                | SubscriptionAction::Increase
                | SubscriptionAction::Decrease
                | SubscriptionAction::Suspend
                | SubscriptionAction::Reactivate
                | SubscriptionAction::SetAutoRenew
                | SubscriptionAction::ScheduleNextTerm,
            ) => (&[AGENTS], Factor::Any),
            Self::Request(RequestAction::Accept | RequestAction::Decline) => {
                (&[CUSTOMER], Factor::UserWithMfa)
            }
            Self::Grant(
                GrantAction::AssignAccess | GrantAction::UnassignAccess | GrantAction::SwitchAutoExtendOn,
            ) => (&[ADMIN_AGENT], Factor::MfaForUsers),
            Self::Grant(GrantAction::Narrow | GrantAction::Terminate | GrantAction::SwitchAutoExtendOff) => {
                (&[ADMIN_AGENT, CUSTOMER], Factor::MfaForUsers)
            }
            Self::Subscription(SubscriptionAction::Cancel) => (&[AGENTS], Factor::MfaForUsers),
            Self::Read(Permission::CustomerRead) => (&[ANY_PARTNER, ANY_CUSTOMER, ANY_OPERATOR], Factor::Any),
            Self::Read(_) => (&[ANY_PARTNER, ANY_CUSTOMER], Factor::Any),
            // It tells the administrator nothing that is not seen anyway, and so takes no second factor.
            Self::AskForColleague => (&[ADMIN_AGENT, CUSTOMER, OPERATOR], Factor::Any),
            Self::Register | Self::Tenant(_) | Self::Grant(GrantAction::ForceTerminate) => {
                (&[OPERATOR], Factor::MfaForUsers)
            }
            Self::RegisterWebhook | Self::Webhook(_) => {
                (&[ADMIN_AGENT, CUSTOMER, OPERATOR], Factor::MfaForUsers)
            }
            Self::KeepTime => (&[], Factor::Any),
        }
    }

    /// Whether `actor` may do this at all; the first check that fails, in the order of the access rule.
    pub fn check(self, actor: Actor<'_>) -> Result<(), Reason> {
        self.check_kind(actor)?;
        self.check_role(actor)?;
        self.check_factor(actor)
    }

    /// Whether it is for a tenant of this kind.
    pub fn check_kind(self, actor: Actor<'_>) -> Result<(), Reason> {
        let (parties, _) = self.needs();
        let is_for = match actor.kind {
            Some(own) => parties.iter().any(|(kind, _)| *kind == own),
            None => parties.is_empty(),
        };
        match (is_for, self, actor.kind) {
            (true, Self::Purchase, _) if actor.trade == Some(PartnerKind::Advisor) => {
                Err(Reason::advisor_cannot_sell())
            }
            (true, ..) => Ok(()),
            (false, Self::Read(_), Some(TenantKind::Operator)) => Err(Reason::closed_to_the_operator()),
            (false, ..) => {
                let kinds: Vec<_> = parties.iter().map(|(kind, _)| *kind).collect();
                Err(Reason::wrong_tenant_kind(&kinds))
            }
        }
    }

    /// Whether the actor has a role in its own tenant that is enough. A tenant of a kind that may not has none.
    pub fn check_role(self, actor: Actor<'_>) -> Result<(), Reason> {
        let (parties, _) = self.needs();
        let of_own = parties.iter().find(|(kind, _)| Some(*kind) == actor.kind);
        let sufficient: Vec<_> = match of_own {
            Some((_, roles)) => roles.to_vec(),
            None => parties.iter().flat_map(|(_, roles)| *roles).copied().collect(),
        };
        if sufficient.is_empty() || sufficient.iter().any(|role| actor.roles.contains(role)) {
            return Ok(());
        }
        Err(Reason::tenant_role_missing(&sufficient))
    }

    /// Whether the actor has signed in as it must.
    pub fn check_factor(self, actor: Actor<'_>) -> Result<(), Reason> {
        let (_, factor) = self.needs();
        match factor {
            Factor::UserWithMfa if actor.is_application => Err(Reason::user_token_required()),
            Factor::UserWithMfa | Factor::MfaForUsers if !actor.is_application && !actor.mfa => {
                Err(Reason::mfa_required())
            }
            Factor::MfaForUsers if actor.applications_need_mfa && !actor.mfa => {
                Err(Reason::mfa_required_of_applications())
            }
            Factor::Any | Factor::MfaForUsers | Factor::UserWithMfa => Ok(()),
        }
    }
}
