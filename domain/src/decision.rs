//! Who may do what at a customer: the one decision that mutations, what is available, and explanations share. Reading
//! asks the same of the database, in one statement with the rows: `access/src/scope/effective_grants.rs`.

use entity::{DelegatedRole, GrantId, Instant, delegated_admin_grant as grant};

use super::action::{Action, Actor};
use super::grant::GrantRows;
use super::grant::{ends_at, is_effective};
use super::permission::{PERMISSIONS, Permission, ROLES, allowed_by, definition};
use super::reason::Reason;

/// A grant in force, and the roles of it that are assigned to the viewer.
#[derive(Clone, Debug)]
pub struct Holding {
    pub grant: grant::Model,
    pub roles: Vec<DelegatedRole>,
}

impl Holding {
    /// Adds a role to the holding of its grant.
    pub fn add(holdings: &mut Vec<Self>, grant: grant::Model, role: DelegatedRole) {
        match holdings.iter_mut().find(|holding| holding.grant.id == grant.id) {
            Some(holding) if holding.roles.contains(&role) => {}
            Some(holding) => holding.roles.push(role),
            None => holdings.push(Self { grant, roles: vec![role] }),
        }
    }
}

/// What the viewer may do at one customer.
#[derive(Clone, Debug)]
pub enum Access {
    /// It is the viewer's own tenant.
    Own,
    /// The viewer runs this server, and sees who the customer is.
    Operator,
    /// The viewer's partner holds these grants there. None, when it may do nothing.
    Delegated(Vec<Holding>),
}

impl Access {
    /// What a partner's principal holds through these grants at `at`: one that counts as one of `assignees`.
    #[must_use]
    pub fn delegated(grants: &[GrantRows], assignees: &[String], at: Instant) -> Self {
        let in_force = grants.iter().filter(|rows| is_effective(&rows.grant, at));
        let holding = |rows: &GrantRows| {
            let roles = held(rows, assignees);
            (!roles.is_empty()).then(|| Holding { grant: rows.grant.clone(), roles })
        };
        Self::Delegated(in_force.filter_map(holding).collect())
    }

    /// The delegated roles that the viewer holds there, each once, from the widest to the narrowest.
    #[must_use]
    pub fn roles(&self) -> Vec<DelegatedRole> {
        let Self::Delegated(holdings) = self else { return Vec::new() };
        ROLES.into_iter().filter(|role| holdings.iter().any(|holding| holding.roles.contains(role))).collect()
    }

    /// What the viewer may do there.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        match self {
            // A customer reads all of its own. What partners do for it, it does not do itself.
            Self::Own => PERMISSIONS
                .into_iter()
                .filter(|permission| {
                    matches!(
                        permission,
                        Permission::CustomerRead | Permission::SubscriptionRead | Permission::EventRead
                    )
                })
                .collect(),
            Self::Operator => vec![Permission::CustomerRead],
            Self::Delegated(_) => allowed_by(&self.roles()),
        }
    }

    /// When the last of the grants ends unless it is extended; None for what no grant gives.
    #[must_use]
    pub fn expires_at(&self, at: Instant) -> Option<Instant> {
        let Self::Delegated(holdings) = self else { return None };
        holdings.iter().map(|holding| ends_at(&holding.grant, at)).max()
    }

    /// Whether `permission` is given, or why not.
    pub fn check(&self, permission: Permission) -> Result<(), Reason> {
        if self.permissions().contains(&permission) {
            return Ok(());
        }
        Err(match self {
            Self::Operator => Reason::closed_to_the_operator(),
            Self::Own => Reason::not_done_by_customers(permission),
            Self::Delegated(_) => Reason::permission_not_granted(permission, &self.roles()),
        })
    }

    /// The grant through which `permission` is given: of several, the oldest.
    #[must_use]
    pub fn through(&self, permission: Permission) -> Option<GrantId> {
        let Self::Delegated(holdings) = self else { return None };
        let gives = |role: &DelegatedRole| definition(*role).permissions.contains(&permission);
        holdings.iter().find(|holding| holding.roles.iter().any(gives)).map(|holding| holding.grant.id)
    }
}

/// Whether `actor` may do this at a customer where it has this access: the grant that it uses, if it takes one, or the
/// first check that fails. What is left to check is the state of the object.
pub fn decide(action: Action, actor: Actor<'_>, access: &Access) -> Result<Option<GrantId>, Reason> {
    action.check(actor)?;
    let Some(permission) = action.permission() else { return Ok(None) };
    access.check(permission)?;
    Ok(access.through(permission))
}

/// The roles of a grant that are assigned to one of `assignees`.
#[must_use]
pub fn held(rows: &GrantRows, assignees: &[String]) -> Vec<DelegatedRole> {
    let own = rows.assignments.iter().filter(|assignment| assignees.contains(&assignment.assignee));
    let held: Vec<_> = own.flat_map(|assignment| &assignment.roles).collect();
    rows.roles.iter().copied().filter(|role| held.contains(&role)).collect()
}
