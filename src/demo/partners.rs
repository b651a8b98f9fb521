//! The partners: a dozen, of every kind, in both clouds.

use entity::{
    Cloud::{self, Public, UsGovernment},
    Instant,
    PartnerKind::{self, Advisor, DirectReseller, IndirectProvider, IndirectReseller},
    TenantId,
};

use super::{
    cast::{FABRIKAM, NORTHWIND, TAILSPIN},
    chance::{id, roll},
    day::day,
    offers::ProductLine::{self, Machines, Suites},
};
use access::AnyRecord;
use domain::partner::PartnerRecord;

/// A partner, and what it sells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reseller {
    pub(super) name: &'static str,
    pub(super) kind: PartnerKind,
    pub(super) cloud: Cloud,
    pub(super) line: ProductLine,
}

/// All partners.
pub(super) const PARTNERS: [Reseller; 13] = [
    public("Fabrikam", DirectReseller, Suites),
    public("Northwind", IndirectReseller, Machines),
    public("Tailspin", DirectReseller, Suites),
    public("Birchwood Distribution", IndirectProvider, Machines),
    public("Ironvale Hosting", IndirectProvider, Machines),
    public("Quayside IT", IndirectReseller, Suites),
    public("Mossgate Networks", IndirectReseller, Machines),
    public("Larkhill Systems", DirectReseller, Suites),
    public("Redcap Engineering", DirectReseller, Machines),
    public("Saltmarsh Advisory", Advisor, Suites),
    public("Elmcourt Consulting", Advisor, Suites),
    Reseller { cloud: UsGovernment, ..public("Granite Federal Services", DirectReseller, Suites) },
    Reseller { cloud: UsGovernment, ..public("Beacon Public Sector", IndirectProvider, Machines) },
];

const fn public(name: &'static str, kind: PartnerKind, line: ProductLine) -> Reseller {
    Reseller { name, kind, cloud: Public, line }
}

/// The tenant of the partner with this name.
pub(super) fn tenant(name: &str) -> TenantId {
    match name {
        "Fabrikam" => FABRIKAM,
        "Northwind" => NORTHWIND,
        "Tailspin" => TAILSPIN,
        _ => TenantId(id(name)),
    }
}

pub(super) fn records(today: Instant) -> Vec<AnyRecord> {
    let partner = |partner: &Reseller| PartnerRecord {
        tenant_id: tenant(partner.name),
        partner_number: (4_000_000 + roll(partner.name, 1_000_000)).to_string(),
        name: partner.name.to_owned(),
        kind: partner.kind,
        cloud: partner.cloud,
        created_at: Some(day(today, -1_000 - i64::from(roll(partner.name, 400)))),
    };
    PARTNERS.iter().map(partner).map(AnyRecord::Partner).collect()
}
