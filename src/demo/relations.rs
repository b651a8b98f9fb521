//! What customers delegate to partners: grants of every kind, made from a few words.

use entity::Word;
use entity::{
    AssigneeKind,
    DelegatedRole::{
        self, BillingAdministrator, DirectoryReader, GlobalAdministrator, GlobalReader, LicenseAdministrator,
        ServiceSupportAdministrator,
    },
    GrantId, GrantStatus, Instant, TenantKind,
};

use super::{cast::SUPPORT_DESK, chance::id, customers, day::day, partners};
use domain::assignment::Assignment;
use domain::grant::GrantRecord;

/// What a grant may be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Sells and supports.
    Usual,
    /// Goes on by itself.
    Extending,
    ExpiringSoon,
    Expired,
    TerminatedByCustomer,
    TerminatedByPartner,
    NotStarted,
    /// Sees the customer and none of its subscriptions.
    DirectoryOnly,
    /// For a security group alone.
    ByGroup,
    /// Nobody at the partner holds it.
    Unassigned,
    Everything,
}

/// All manners; those that sell stand more often.
pub(super) const MANNERS: [Manner; 14] = [
    Manner::Usual,
    Manner::Extending,
    Manner::DirectoryOnly,
    Manner::ExpiringSoon,
    Manner::Usual,
    Manner::TerminatedByCustomer,
    Manner::ByGroup,
    Manner::Expired,
    Manner::Extending,
    Manner::NotStarted,
    Manner::Usual,
    Manner::Unassigned,
    Manner::TerminatedByPartner,
    Manner::Everything,
];

/// A grant between two.
pub(super) fn grant(partner: &str, customer: &str, manner: Manner, today: Instant) -> GrantRecord {
    let roles = roles(manner);
    let (starts, ends) = days(manner);
    let starts_at = day(today, starts);
    let grant = GrantRecord {
        id: GrantId(id(&format!("{customer} grants {partner} {manner:?}"))),
        partner: partners::tenant(partner),
        customer: customers::tenant(customer),
        display_name: display_name(manner).to_owned(),
        status: GrantStatus::Active,
        starts_at,
        ends_at: day(today, ends),
        auto_extend: manner == Manner::Extending,
        terminated_at: None,
        terminated_by: None,
        termination_reason: None,
        assignments: Some(assignments(manner, &roles)),
        roles,
        created_at: Some(starts_at.min(day(today, -2))),
    };
    ended(grant, manner, today)
}

/// A tenant role that holds `roles`.
pub(super) fn to_agents(role: entity::TenantRole, roles: &[DelegatedRole]) -> Assignment {
    let (assignee_kind, assignee) = (AssigneeKind::TenantRole, role.name());
    Assignment { assignee_kind, assignee, roles: roles.to_vec(), label: None }
}

/// The support desk, which reads.
pub(super) fn to_support_desk() -> Assignment {
    Assignment {
        assignee_kind: AssigneeKind::SecurityGroup,
        assignee: SUPPORT_DESK.to_string(),
        roles: Vec::from([GlobalReader]),
        label: Some("Support desk".to_owned()),
    }
}

fn assignments(manner: Manner, roles: &[DelegatedRole]) -> Vec<Assignment> {
    match manner {
        Manner::Unassigned => Vec::new(),
        Manner::ByGroup => Vec::from([to_support_desk()]),
        _ => Vec::from([to_agents(entity::TenantRole::AdminAgent, roles)]),
    }
}

fn roles(manner: Manner) -> Vec<DelegatedRole> {
    match manner {
        Manner::Usual | Manner::ExpiringSoon | Manner::NotStarted => {
            Vec::from([BillingAdministrator, ServiceSupportAdministrator])
        }
        Manner::Extending => Vec::from([LicenseAdministrator, ServiceSupportAdministrator]),
        Manner::DirectoryOnly => Vec::from([DirectoryReader]),
        Manner::ByGroup | Manner::Unassigned => Vec::from([GlobalReader]),
        Manner::Expired | Manner::TerminatedByCustomer => Vec::from([BillingAdministrator, GlobalReader]),
        Manner::TerminatedByPartner => Vec::from([LicenseAdministrator]),
        Manner::Everything => Vec::from([GlobalAdministrator]),
    }
}

/// From which day to which, from today.
fn days(manner: Manner) -> (i64, i64) {
    match manner {
        Manner::Usual => (-90, 275),
        Manner::Extending => (-400, 60),
        Manner::ExpiringSoon => (-353, 12),
        Manner::Expired => (-420, -55),
        Manner::TerminatedByCustomer | Manner::TerminatedByPartner => (-200, 165),
        Manner::NotStarted => (9, 189),
        Manner::DirectoryOnly => (-30, 700),
        Manner::ByGroup => (-120, 60),
        Manner::Unassigned => (-5, 360),
        Manner::Everything => (-3, 4),
    }
}

fn display_name(manner: Manner) -> &'static str {
    match manner {
        Manner::Usual => "Sales and support",
        Manner::Extending => "Licences, going on",
        Manner::ExpiringSoon => "Sales and support, first year",
        Manner::Expired => "Trial year",
        Manner::TerminatedByCustomer => "Sales and reporting",
        Manner::TerminatedByPartner => "Licence care",
        Manner::NotStarted => "Sales and support, from next week",
        Manner::DirectoryOnly => "Who is who",
        Manner::ByGroup => "Support desk",
        Manner::Unassigned => "Reporting",
        Manner::Everything => "Migration week",
    }
}

/// The grant as it ended, if it did.
fn ended(grant: GrantRecord, manner: Manner, today: Instant) -> GrantRecord {
    let (by, reason) = match manner {
        Manner::TerminatedByCustomer => (TenantKind::Customer, "We chose another partner."),
        Manner::TerminatedByPartner => (TenantKind::Partner, "The contract ended."),
        _ => return grant,
    };
    GrantRecord {
        status: GrantStatus::Terminated,
        terminated_at: Some(day(today, -20)),
        terminated_by: Some(by),
        termination_reason: Some(reason.to_owned()),
        ..grant
    }
}
