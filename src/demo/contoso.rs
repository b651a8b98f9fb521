//! Contoso, and what is between it and its partners: written by hand, because visitors begin here.

use std::ops::Range;

use entity::{
    DelegatedRole::{
        self, BillingAdministrator, GlobalAdministrator, GlobalReader, ServiceSupportAdministrator,
    },
    GrantId, GrantStatus, Instant, RequestId, RequestStatus,
    SubscriptionStatus::{self, Active, Cancelled, Expired, Pending, Suspended},
    TenantKind, TenantRole,
};

use super::{
    cast::CONTOSO,
    chance::id,
    day::day,
    offers::ProductLine::{Machines, Suites},
    partners,
    relations::{to_agents, to_support_desk},
    sales::DemoSale,
};
use access::AnyRecord;
use domain::{grant::GrantRecord, request::RelationshipRequestRecord};

/// The secret of an open invitation of Ironvale Hosting's, for whichever customer presents it first.
pub const INVITATION: &str = "an-open-invitation-to-anyone-who-explores-this-world";

/// What each partner sold to Contoso, in order.
const STATUSES: [SubscriptionStatus; 8] =
    [Active, Active, Active, Suspended, Pending, Active, Expired, Cancelled];

pub(super) fn records(today: Instant) -> Vec<AnyRecord> {
    let grants = [
        suites(today),
        GrantRecord {
            status: GrantStatus::Terminated,
            terminated_at: Some(day(today, -190)),
            terminated_by: Some(TenantKind::Customer),
            termination_reason: Some("The migration is done.".to_owned()),
            ..grant("Fabrikam", "Migration", &[GlobalAdministrator], day(today, -205)..day(today, -175))
        },
        grant("Fabrikam", "Pilot", &[GlobalReader], day(today, -420)..day(today, -240)),
        machines(today),
        GrantRecord {
            created_at: Some(day(today, -3)),
            ..grant(
                "Northwind",
                "Databases, from next month",
                &[BillingAdministrator],
                day(today, 20)..day(today, 385),
            )
        },
    ];
    let sales = [("Fabrikam", Suites), ("Northwind", Machines)].into_iter().flat_map(|(partner, line)| {
        STATUSES.into_iter().zip(0..).map(move |(status, number)| {
            let sale = DemoSale { partner, customer: "Contoso", line, number, status };
            AnyRecord::Subscription(sale.subscription(today))
        })
    });
    let grants = grants.into_iter().map(AnyRecord::Grant);
    grants.chain(requests(today).into_iter().map(AnyRecord::RelationshipRequest)).chain(sales).collect()
}

/// Fabrikam's grant: its agents sell, its support desk reads.
fn suites(today: Instant) -> GrantRecord {
    let roles = [BillingAdministrator, ServiceSupportAdministrator, GlobalReader];
    let agents = [BillingAdministrator, ServiceSupportAdministrator];
    GrantRecord {
        assignments: Some(Vec::from([to_agents(TenantRole::AdminAgent, &agents), to_support_desk()])),
        ..grant("Fabrikam", "Productivity suites", &roles, day(today, -200)..day(today, 165))
    }
}

/// Northwind's: it goes on by itself, and its end is near enough for a warning.
fn machines(today: Instant) -> GrantRecord {
    let roles = [BillingAdministrator, GlobalReader];
    let sellers = [GlobalReader];
    GrantRecord {
        auto_extend: true,
        assignments: Some(Vec::from([
            to_agents(TenantRole::AdminAgent, &roles),
            to_agents(TenantRole::SalesAgent, &sellers),
        ])),
        ..grant("Northwind", "Cloud machines", &roles, day(today, -155)..day(today, 25))
    }
}

/// A grant for a time, all of it to the partner's administrators.
fn grant(partner: &str, name: &str, roles: &[DelegatedRole], time: Range<Instant>) -> GrantRecord {
    GrantRecord {
        id: grant_id(partner, name),
        partner: partners::tenant(partner),
        customer: CONTOSO,
        display_name: name.to_owned(),
        roles: roles.to_vec(),
        status: GrantStatus::Active,
        starts_at: time.start,
        ends_at: time.end,
        auto_extend: false,
        terminated_at: None,
        terminated_by: None,
        termination_reason: None,
        assignments: Some(Vec::from([to_agents(TenantRole::AdminAgent, roles)])),
        created_at: Some(time.start),
    }
}

fn grant_id(partner: &str, name: &str) -> GrantId {
    GrantId(id(&format!("Contoso grants {partner} {name}")))
}

/// Requests in every state: those that made the grants, those that wait for Contoso, and those that came to nothing.
fn requests(today: Instant) -> Vec<RelationshipRequestRecord> {
    let accepted = |partner, name, roles: &[DelegatedRole], asked| RelationshipRequestRecord {
        status: RequestStatus::Accepted,
        decided_at: Some(day(today, asked + 2)),
        grant: Some(grant_id(partner, name)),
        ..request(partner, name, roles, day(today, asked))
    };
    let suites = [BillingAdministrator, ServiceSupportAdministrator, GlobalReader];
    Vec::from([
        accepted("Fabrikam", "Productivity suites", &suites, -202),
        RelationshipRequestRecord {
            auto_extend: true,
            ..accepted("Northwind", "Cloud machines", &[BillingAdministrator, GlobalReader], -157)
        },
        RelationshipRequestRecord {
            message: Some("We would like to go on next year as we do now.".to_owned()),
            renews: Some(grant_id("Fabrikam", "Productivity suites")),
            ..request("Fabrikam", "Productivity suites, second year", &suites, day(today, -4))
        },
        RelationshipRequestRecord {
            message: Some(
                "As discussed on the phone:\nwe review what you spend, and change nothing.".to_owned(),
            ),
            ..request("Saltmarsh Advisory", "Cost review", &[GlobalReader], day(today, -2))
        },
        RelationshipRequestRecord {
            duration_days: 730,
            ..request("Quayside IT", "Everything from one hand", &[GlobalAdministrator], day(today, -9))
        },
        RelationshipRequestRecord {
            status: RequestStatus::Declined,
            decided_at: Some(day(today, -80)),
            decline_reason: Some("We have a partner for machines.".to_owned()),
            ..request("Redcap Engineering", "Machines", &[BillingAdministrator], day(today, -85))
        },
        RelationshipRequestRecord {
            status: RequestStatus::Withdrawn,
            decided_at: Some(day(today, -58)),
            ..request("Northwind", "Backup", &[BillingAdministrator], day(today, -60))
        },
        request("Larkhill Systems", "Licence care", &[BillingAdministrator], day(today, -120)),
        RelationshipRequestRecord {
            customer: None,
            invitation: Some(INVITATION.to_owned()),
            message: Some("For visitors of our stand.".to_owned()),
            ..request(
                "Ironvale Hosting",
                "Hosting, by invitation",
                &[ServiceSupportAdministrator],
                day(today, -1),
            )
        },
    ])
}

/// A request to Contoso, open for 30 days from the one on which it was made.
fn request(
    partner: &str,
    name: &str,
    roles: &[DelegatedRole],
    made_at: Instant,
) -> RelationshipRequestRecord {
    RelationshipRequestRecord {
        id: RequestId(id(&format!("{partner} asks Contoso for {name}"))),
        partner: partners::tenant(partner),
        customer: Some(CONTOSO),
        invitation: None,
        status: RequestStatus::Open,
        display_name: name.to_owned(),
        message: None,
        roles: roles.to_vec(),
        duration_days: 365,
        auto_extend: false,
        renews: None,
        grant: None,
        expires_at: day(made_at, 30),
        decided_at: None,
        decline_reason: None,
        assignments: Vec::new(),
        created_at: Some(made_at),
    }
}
