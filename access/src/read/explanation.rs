//! Why the viewer may or may not do something, now or at an earlier instant; and for a customer, who could.

use std::collections::HashMap;

use entity::{
    CustomerId, GrantId, Instant, PartnerId, RequestId, SubscriptionId, TenantKind, TenantRole, customer,
    customer_reference, delegated_admin_grant as grant, partner, relationship_request as request,
    subscription,
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::core::view::View;
use crate::read::history::after;
use crate::viewer::{Principal, assignees};
use crate::{Error, Result};
use domain::action::{Action, Actor};
use domain::assignment::{Assignment, gather};
use domain::decision::Access;
use domain::explanation::{Check, Question, Target, explain};
use domain::grant::GrantRows;
use domain::grant::is_effective;
use domain::permission::{Permission, allowed_by};
use domain::reason::Reason;
use domain::subscription::as_of;

/// What a question can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplanationTarget {
    Customer(CustomerId),
    Subscription(SubscriptionId),
    Request(RequestId),
    Grant(GrantId),
    /// The id of nothing.
    Nothing,
}

/// A principal of the viewer's own tenant, whom the viewer asks about in its own stead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub roles: Vec<TenantRole>,
    pub groups: Vec<Uuid>,
    pub mfa: bool,
    pub is_application: bool,
}

/// What one partner could do at a customer.
#[derive(Clone, Debug)]
pub struct PartnerAccess {
    pub partner: partner::Model,
    /// Those in force, as they were.
    pub grants: Vec<GrantRows>,
    /// What each assignee held through all of them together.
    pub assignments: Vec<Assignment>,
    pub permissions: Vec<Permission>,
    /// How many subscriptions some assignee could see.
    pub subscriptions: u64,
}

impl View {
    /// Every check that decides whether the viewer had `permission` on something at `at`, which is not later than now.
    pub async fn explain(
        &self,
        asked: ExplanationTarget,
        permission: Permission,
        at: Instant,
    ) -> Result<Vec<Check>> {
        let assignees = self.viewer().assignees();
        let question = Question { permission, actor: self.viewer().actor(), assignees, at };
        Ok(explain(question, &self.target_at(asked, at).await?))
    }

    /// [`explain`](Self::explain), for a colleague of the viewer, who administers their tenant. What is asked about is
    /// what the viewer itself sees or saw: of anything else it learns as little as for itself.
    pub async fn explain_for(
        &self,
        colleague: &Colleague,
        asked: ExplanationTarget,
        permission: Permission,
        at: Instant,
    ) -> Result<Vec<Check>> {
        let own = self.viewer().actor();
        Action::AskForColleague.check(own).map_err(|reason| Error::Forbidden(Vec::from([reason])))?;
        let Colleague { roles, groups, mfa, is_application } = colleague;
        let actor = Actor { roles, is_application: *is_application, mfa: *mfa, ..own };
        let question = Question { permission, actor, assignees: &assignees(roles, groups), at };
        Ok(explain(question, &self.target_at(asked, at).await?))
    }

    /// What is asked about, as the viewer sees it or saw it at `at`.
    async fn target_at(&self, asked: ExplanationTarget, at: Instant) -> Result<Target> {
        let target = match asked {
            ExplanationTarget::Nothing => Target::Hidden,
            ExplanationTarget::Customer(id) => self.customer_at(id, at).await?,
            ExplanationTarget::Subscription(id) => self.subscription_at(id, at).await?,
            ExplanationTarget::Grant(id) => match self.select::<grant::Entity>().find(id).one().await? {
                Some(grant) => Target::Relationship { grants: self.delegated(grant.customer_id, at).await? },
                None => Target::Hidden,
            },
            ExplanationTarget::Request(id) => match self.select::<request::Entity>().find(id).one().await? {
                Some(request::Model { customer_id: Some(customer), .. }) => {
                    Target::Relationship { grants: self.delegated(customer, at).await? }
                }
                Some(_) => Target::Relationship { grants: Vec::new() },
                None => Target::Hidden,
            },
        };
        self.note_miss_if(matches!(target, Target::Hidden));
        Ok(target)
    }

    /// A customer that the viewer sees, or knows from its own requests and grants.
    async fn customer_at(&self, id: CustomerId, at: Instant) -> Result<Target> {
        let is_known = match self.viewer().principal() {
            Principal::Partner(_) => {
                self.select::<customer_reference::Entity>().find(id).one().await?.is_some()
            }
            Principal::Customer(_) | Principal::Operator | Principal::Timer => {
                self.select::<customer::Entity>().find(id).one().await?.is_some()
            }
        };
        if !is_known {
            return Ok(Target::Hidden);
        }
        Ok(Target::Customer { grants: self.delegated(id, at).await? })
    }

    /// A subscription that the viewer sees, or saw at `at`.
    async fn subscription_at(&self, id: SubscriptionId, at: Instant) -> Result<Target> {
        let Some(row) = self.own_subscription_at(id, at).await? else { return Ok(Target::Hidden) };
        let grants = self.delegated(row.customer_id, at).await?;
        let was_seen = match self.viewer().principal() {
            Principal::Partner(_) => Access::delegated(&grants, self.viewer().assignees(), at)
                .check(Permission::SubscriptionRead)
                .is_ok(),
            Principal::Customer(_) | Principal::Operator | Principal::Timer => true,
        };
        if !was_seen && self.select::<subscription::Entity>().find(id).one().await?.is_none() {
            return Ok(Target::Hidden);
        }
        Ok(Target::Subscription { row: Box::new(as_of(&row, at).into_owned()), grants })
    }

    /// What was delegated to the viewer's partner.
    async fn delegated(&self, customer: CustomerId, at: Instant) -> Result<Vec<GrantRows>> {
        match self.viewer().principal() {
            Principal::Partner(_) => self.grants_at(customer, at).await,
            Principal::Customer(_) | Principal::Operator | Principal::Timer => Ok(Vec::new()),
        }
    }

    /// Which partner could do what at the viewer, a customer, at `at`; by name.
    pub async fn review(&self, at: Instant) -> Result<Vec<PartnerAccess>> {
        let Principal::Customer(own) = self.viewer().principal() else {
            return Err(Error::Forbidden(Vec::from([Reason::wrong_tenant_kind(&[TenantKind::Customer])])));
        };
        let mut by_partner: HashMap<PartnerId, Vec<GrantRows>> = HashMap::new();
        for rows in self.grants_at(own.id, at).await? {
            if is_effective(&rows.grant, at) {
                by_partner.entry(rows.grant.partner_id).or_default().push(rows);
            }
        }
        let ids: Vec<_> = by_partner.keys().map(|id| id.0).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut partners = self.select::<partner::Entity>().all_by(partner::Column::Id, ids.clone()).await?;
        partners.sort_unstable_by(|a, b| (&a.name_folded, a.id).cmp(&(&b.name_folded, b.id)));
        let was_there = Condition::any()
            .add(subscription::Column::CreatedAt.lt(after(at)))
            .add(subscription::Column::StartsAt.lt(after(at)));
        let sold = self.select::<subscription::Entity>().narrowed(was_there);
        let sold = sold.counts_by(subscription::Column::PartnerId, ids).await?;
        let reviewed = partners.into_iter().map(|partner| {
            let grants = by_partner.remove(&partner.id).unwrap_or_default();
            let mut assignments = Vec::new();
            for held in grants.iter().flat_map(|rows| &rows.assignments) {
                gather(&mut assignments, held.clone());
            }
            let roles: Vec<_> = assignments.iter().flat_map(|held| held.roles.clone()).collect();
            let permissions = allowed_by(&roles);
            let sees = permissions.contains(&Permission::SubscriptionRead);
            let subscriptions = sold.get(&partner.id.0).copied().filter(|_| sees).unwrap_or_default();
            PartnerAccess { partner, grants, assignments, permissions, subscriptions }
        });
        Ok(reviewed.collect())
    }
}
