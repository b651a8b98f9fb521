//! Acceptance: a customer says yes to a request, or to less than it asks for.

use chrono::TimeDelta;
use entity::{
    Cloud, DelegatedRole, GrantId, GrantStatus, Instant, RequestStatus, Word, customer,
    delegated_admin_grant as grant, relationship_request::Model,
};
use serde::Serialize;

use super::{LONGEST, RequestRows, check_days, decide, keep_roles, of_roles};
use crate::{
    assignment::{check_extension, check_roles},
    grant::GrantRows,
    permission::definition,
    refusal::{Refusal, RefusalCode},
    tenant::check_cloud,
    text::fold,
    validation::Validation,
};

/// What a customer decides about.
#[derive(Clone, Debug)]
pub struct Asked {
    pub rows: RequestRows,
    /// The grant that it is to continue.
    pub renewed: Option<GrantRows>,
    /// The cloud of whoever asks.
    pub cloud: Option<Cloud>,
    /// The id of the grant that is to come of it.
    pub grant: GrantId,
}

/// What a customer makes of a request as it accepts; what is left out is accepted as asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    pub roles: Option<Vec<DelegatedRole>>,
    pub duration_days: Option<i32>,
    pub auto_extend: Option<bool>,
}

/// What acceptance makes: the request as it is then, and its grant.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub request: Model,
    pub grant: GrantRows,
}

/// Says yes to the request, or to less than it asks for: the request as it is then, and the grant that it makes.
///
/// A request that continues a grant makes one that starts at the instant at which that one ends, or now if it has
/// ended, with its assignments. It has at most what that one has as it is accepted.
pub fn accept(
    asked: &Asked,
    acceptance: Acceptance,
    own: &customer::Model,
    at: Instant,
) -> Result<Accepted, Refusal> {
    let Asked { rows: asked, renewed, cloud, grant: id } = asked;
    let renewed = renewed.as_ref();
    let request = decide(&asked.request, RequestStatus::Accepted, at)?;
    // What was taken from a grant while its renewal was open is not given back by it.
    let continued = |role: &&DelegatedRole| renewed.is_none_or(|renewed| renewed.roles.contains(role));
    let roles = acceptance.roles.unwrap_or_else(|| asked.roles.iter().filter(continued).copied().collect());
    let days = acceptance.duration_days.unwrap_or(request.duration_days);
    // What is left of the roles may still hold one that never extends itself; asked for explicitly, that is refused.
    let may_extend = roles.iter().all(|role| definition(*role).auto_extendable);
    let auto_extend = acceptance.auto_extend.unwrap_or(request.auto_extend && may_extend);
    let mut validation = Validation::default();
    validation.check(check_accepted_roles(&roles, asked, renewed));
    validation.check(check_accepted_days(days, &request));
    validation.check(check_accepted_extension(auto_extend, &roles, &request));
    validation.finish()?;
    let starts_at =
        renewed.map_or(Ok(at), |renewed| crate::grant::successor_starts_at(&renewed.grant, at))?;
    let grant = grant::Model {
        id: *id,
        partner_id: request.partner_id,
        customer_id: own.id,
        request_id: Some(request.id),
        display_name: request.display_name.clone(),
        display_name_folded: fold(&request.display_name),
        status: GrantStatus::Active,
        starts_at,
        ends_at: starts_at + TimeDelta::days(days.into()),
        auto_extend,
        may_auto_extend: auto_extend,
        terminated_at: None,
        terminated_by: None,
        termination_reason: None,
        warned_days: crate::grant::as_if_warned(TimeDelta::days(days.into())),
        version: 1,
        created_at: at,
        updated_at: at,
    };
    let mut assignments = renewed.map_or(&asked.assignments, |renewed| &renewed.assignments).clone();
    keep_roles(&mut assignments, &roles);
    // An open invitation had no customer when it was made, so that its cloud is checked only now.
    check_cloud(*cloud, own.cloud)?;
    let request = Model { customer_id: Some(own.id), ..request };
    Ok(Accepted { request, grant: GrantRows { grant, roles, assignments } })
}

/// Whether the roles are some of those that are asked for, and that a grant which is continued still has.
fn check_accepted_roles(
    roles: &[DelegatedRole],
    asked: &RequestRows,
    renewed: Option<&GrantRows>,
) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(RefusalCode::RolesNotSubset, message).at("roles"));
    if let Some(renewed) = renewed {
        let is_lost = |role: &&DelegatedRole| asked.roles.contains(role) && !renewed.roles.contains(role);
        if let Some(role) = roles.iter().find(is_lost) {
            return refuse(format!(
                "The grant that this continues does not have {} any more. Accept without it, or have the partner \
                 make a new request.",
                role.name()
            ));
        }
        if roles.is_empty() {
            return refuse(
                "The grant that this continues has none of these roles any more. Decline the request."
                    .to_owned(),
            );
        }
    }
    check_roles(roles).map_err(of_roles)?;
    match roles.iter().find(|role| !asked.roles.contains(role)) {
        Some(role) => refuse(format!("{} is not asked for. Accept some of the roles that are.", role.name())),
        None => Ok(()),
    }
}

/// Whether it is as long as asked for, or shorter.
fn check_accepted_days(days: i32, request: &Model) -> Result<(), Refusal> {
    check_days("duration", days, LONGEST)?;
    if days > request.duration_days {
        let message = format!("Only {} days are asked for. Accept as many or fewer.", request.duration_days);
        return Err(Refusal::new(RefusalCode::WideningForbidden, message).at("duration"));
    }
    Ok(())
}

/// Whether it extends itself only if that is asked for, and can be.
fn check_accepted_extension(
    auto_extend: bool,
    roles: &[DelegatedRole],
    request: &Model,
) -> Result<(), Refusal> {
    if !auto_extend {
        return Ok(());
    }
    check_extension(roles).map_err(of_roles)?;
    if !request.auto_extend {
        let message = "The request does not ask to extend itself. Leave autoExtend out, or say false.";
        return Err(Refusal::new(RefusalCode::WideningForbidden, message).at("autoExtend"));
    }
    Ok(())
}
