//! What can be done with an object as it stands: asked of the very functions that do it.

use entity::{
    Instant, RequestStatus, TenantStatus, delegated_admin_grant as grant, offer,
    relationship_request as request, subscription,
};

use super::action::{
    Action, Actor, CustomerAction, GrantAction, RequestAction, SubscriptionAction, ViewerAction,
};
use super::decision::{Access, decide};
use super::grant::GrantRows;
use super::grant::{check_active, switch_auto_extend_off, switch_auto_extend_on};
use super::reason::Reason;
use super::refusal::Refusal;
use super::request::{check_open, renewal, status_at};
use super::subscription::allows;
use super::tenant::check_customer_open;

/// What stands between the viewer and an action on a subscription, in the order of the checks: the first is what the
/// mutation would be refused for. None: it is available.
#[must_use]
pub fn of_subscription(
    action: SubscriptionAction,
    (actor, access): (Actor<'_>, &Access),
    (row, offer): (&subscription::Model, &offer::Model),
    at: Instant,
) -> Vec<Reason> {
    reasons(decide(action.into(), actor, access).map(drop), || allows(row, offer, action, at))
}

/// [`of_subscription`], of a grant, with the requests that are to continue it.
#[must_use]
pub fn of_grant(
    action: GrantAction,
    actor: Actor<'_>,
    (rows, renewals): (&GrantRows, &[request::Model]),
    at: Instant,
) -> Vec<Reason> {
    let is_in = |status| renewals.iter().any(|renewal| status_at(renewal, at) == status);
    let grant: &grant::Model = &rows.grant;
    reasons(Action::Grant(action).check(actor), || match action {
        GrantAction::Renew => {
            renewal(rows, 1, None, 1, at)?;
            if is_in(RequestStatus::Open) { Err(Refusal::renewal_is_open()) } else { Ok(()) }
        }
        GrantAction::UnassignAccess => {
            check_active(grant, at)?;
            if rows.assignments.is_empty() { Err(Refusal::nothing_assigned()) } else { Ok(()) }
        }
        GrantAction::SwitchAutoExtendOn => {
            switch_auto_extend_on(rows, is_in(RequestStatus::Accepted), at).map(drop)
        }
        GrantAction::SwitchAutoExtendOff => {
            actor.kind.map_or(Ok(()), |by| switch_auto_extend_off(grant, by, at).map(drop))
        }
        GrantAction::AssignAccess
        | GrantAction::Narrow
        | GrantAction::Terminate
        | GrantAction::ForceTerminate => check_active(grant, at),
    })
}

/// [`of_subscription`], of a request.
#[must_use]
pub fn of_request(
    action: RequestAction,
    actor: Actor<'_>,
    request: &request::Model,
    at: Instant,
) -> Vec<Reason> {
    reasons(Action::Request(action).check(actor), || check_open(request, at))
}

/// [`of_subscription`], of a customer: what can be begun there.
#[must_use]
pub fn of_customer(
    action: CustomerAction,
    actor: Actor<'_>,
    (access, status): (&Access, TenantStatus),
) -> Vec<Reason> {
    reasons(decide(action.into(), actor, access).map(drop), || check_customer_open(status))
}

/// [`of_subscription`], of nothing: what takes no object.
#[must_use]
pub fn of_viewer(action: ViewerAction, actor: Actor<'_>) -> Vec<Reason> {
    reasons(Action::from(action).check(actor), || Ok(()))
}

/// Who may never do it need not know how the object stands.
fn reasons(may: Result<(), Reason>, stands: impl FnOnce() -> Result<(), Refusal>) -> Vec<Reason> {
    use super::reason::ReasonCode::WrongTenantKind;
    match may {
        Err(reason) if reason.code == WrongTenantKind => Vec::from([reason]),
        may => {
            let stands = stands().err().into_iter().flat_map(|refusal| refusal.reasons);
            may.err().into_iter().chain(stands).collect()
        }
    }
}
