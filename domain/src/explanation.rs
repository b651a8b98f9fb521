//! Every check that decides one permission on one object, passed or failed.
//!
//! Where no grant is in force, the last one says which of the other checks it would have passed, so that it can be told
//! what would be enough.

use entity::{Instant, TenantKind, subscription};

use super::action::{Action, Actor};
use super::decision::{Access, held};
use super::grant::GrantRows;
use super::grant::is_effective;
use super::permission::{Permission, allowed_by};
use super::reason::Reason;
use super::subscription::check_status;

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    Token,
    Tenant,
    TenantRole,
    SecondFactor,
    Visibility,
    PartnerOfRecord,
    Grant,
    Assignment,
    Permission,
    State,
}

impl CheckName {
    /// The name as clients see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Tenant => "tenant",
            Self::TenantRole => "tenantRole",
            Self::SecondFactor => "secondFactor",
            Self::Visibility => "visibility",
            Self::PartnerOfRecord => "partnerOfRecord",
            Self::Grant => "grant",
            Self::Assignment => "assignment",
            Self::Permission => "permission",
            Self::State => "state",
        }
    }
}

/// One check.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: CheckName,
    /// Why it failed.
    pub outcome: Result<(), Reason>,
    /// The grant that passed it or failed it, as it was.
    pub grant: Option<GrantRows>,
}

/// Who asks for what, as of when.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub permission: Permission,
    pub actor: Actor<'a>,
    /// What access assignments may name to mean the actor.
    pub assignees: &'a [String],
    pub at: Instant,
}

/// What it is asked about, as it was then.
#[derive(Clone, Debug)]
pub enum Target {
    /// Nothing that the viewer may see, whether or not it exists.
    Hidden,
    /// A customer, with the grants that the viewer's partner has or had there, the oldest first.
    Customer { grants: Vec<GrantRows> },
    /// A request or a grant of the viewer's, which it always sees: the permission is one at its customer.
    Relationship { grants: Vec<GrantRows> },
    /// A subscription of the viewer's.
    Subscription { row: Box<subscription::Model>, grants: Vec<GrantRows> },
}

/// All checks, of which every one has to pass.
#[must_use]
pub fn explain(question: Question<'_>, target: &Target) -> Vec<Check> {
    let Question { permission, actor, assignees, at } = question;
    let action = Action::of(permission);
    let mut checks = Vec::from([
        check(CheckName::Token, Ok(())),
        check(CheckName::Tenant, action.check_kind(actor)),
        check(CheckName::TenantRole, action.check_role(actor)),
        check(CheckName::SecondFactor, action.check_factor(actor)),
    ]);
    let (grants, sight) = match target {
        Target::Hidden => {
            checks.push(check(CheckName::Visibility, Err(Reason::target_not_visible())));
            return checks;
        }
        Target::Customer { grants } => (grants, Some(Permission::CustomerRead)),
        Target::Relationship { grants } => (grants, None),
        Target::Subscription { grants, .. } => (grants, Some(Permission::SubscriptionRead)),
    };
    let access = match actor.kind {
        Some(TenantKind::Customer) => Access::Own,
        Some(TenantKind::Operator) => Access::Operator,
        Some(TenantKind::Partner) | None => Access::delegated(grants, assignees, at),
    };
    let is_seen = sight.is_none_or(|sight| access.check(sight).is_ok());
    checks
        .push(check(CheckName::Visibility, if is_seen { Ok(()) } else { Err(Reason::target_not_visible()) }));
    let is_read = matches!(action, Action::Read(_));
    if let (Target::Subscription { .. }, false) = (target, is_read) {
        let sold = if actor.kind == Some(TenantKind::Partner) {
            Ok(())
        } else {
            Err(Reason::not_partner_of_record())
        };
        checks.push(check(CheckName::PartnerOfRecord, sold));
    }
    if actor.kind == Some(TenantKind::Partner) {
        checks.extend(delegation(question, grants));
    } else {
        checks.push(check(CheckName::Permission, access.check(permission)));
    }
    if let (Target::Subscription { row, .. }, Action::Subscription(action)) = (target, action) {
        checks.push(check(CheckName::State, check_status(row, action)));
    }
    checks
}

/// Whether a grant gives the permission to a partner's principal.
fn delegation(question: Question<'_>, grants: &[GrantRows]) -> [Check; 3] {
    let Question { permission, assignees, at, .. } = question;
    let in_force: Vec<_> = grants.iter().filter(|rows| is_effective(&rows.grant, at)).collect();
    let (considered, grant) = if in_force.is_empty() {
        let last = nearest(grants, at);
        (last.into_iter().collect(), Err(Reason::no_grant_in_force(last.map(|rows| &rows.grant), at)))
    } else {
        (in_force, Ok(()))
    };
    let roles_of = |rows: &GrantRows| held(rows, assignees);
    let assigned: Vec<_> = considered.iter().copied().filter(|rows| !roles_of(rows).is_empty()).collect();
    let is_enough = |rows: &&GrantRows| allowed_by(&roles_of(rows)).contains(&permission);
    let sufficient = assigned.iter().copied().find(is_enough);
    let roles: Vec<_> = assigned.iter().flat_map(|rows| roles_of(rows)).collect();
    let assignment = if assigned.is_empty() { Err(Reason::no_assignment(assignees)) } else { Ok(()) };
    let permitted =
        if sufficient.is_some() { Ok(()) } else { Err(Reason::permission_not_granted(permission, &roles)) };
    let used = |first: Option<&GrantRows>| sufficient.or(first).cloned();
    [
        Check { name: CheckName::Grant, outcome: grant, grant: used(considered.first().copied()) },
        Check { name: CheckName::Assignment, outcome: assignment, grant: used(assigned.first().copied()) },
        Check { name: CheckName::Permission, outcome: permitted, grant: sufficient.cloned() },
    ]
}

/// Of grants that give nothing at `at`, the one that is nearest to it: the next to start, or else the last to end.
fn nearest(grants: &[GrantRows], at: Instant) -> Option<&GrantRows> {
    use entity::GrantStatus::Active;
    let is_to_come = |rows: &&GrantRows| rows.grant.status == Active && rows.grant.starts_at > at;
    let end = |rows: &&GrantRows| rows.grant.terminated_at.unwrap_or(rows.grant.ends_at);
    let next = grants.iter().filter(is_to_come).min_by_key(|rows| rows.grant.starts_at);
    next.or_else(|| grants.iter().max_by_key(end))
}

fn check(name: CheckName, outcome: Result<(), Reason>) -> Check {
    Check { name, outcome, grant: None }
}
