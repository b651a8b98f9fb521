//! What can be bought: productivity suites for people, and cloud machines for programs.

use entity::{
    BillingCycle::{self, Annual, Monthly, Triennial},
    Instant,
    Term::{self, P1M, P1Y, P3Y},
};

use super::day::day;
use access::AnyRecord;
use domain::offer::OfferRecord;

/// What a partner sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProductLine {
    Suites,
    Machines,
}

/// An offer: its stock-keeping unit, its name, what it is called for short, and its limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub(super) sku: &'static str,
    name: &'static str,
    pub(super) short: &'static str,
    pub(super) least: i32,
    pub(super) most: i32,
}

pub(super) const SUITES: [Product; 10] = [
    product("SUITE-BASIC", "Suite Basic: mail and web apps", "Suite Basic", 1, 300),
    product("SUITE-STANDARD", "Suite Standard: mail, desktop apps, meetings", "Suite Standard", 1, 300),
    product("SUITE-PREMIUM", "Suite Premium: with device management", "Suite Premium", 1, 300),
    product("SUITE-ENTERPRISE", "Suite Enterprise: with compliance", "Suite Enterprise", 25, 50_000),
    product("SUITE-FRONTLINE", "Suite Frontline: for shared devices", "Suite Frontline", 1, 10_000),
    product("MAIL-50", "Mail, 50 GB for each mailbox", "Mail", 1, 10_000),
    product("MAIL-ARCHIVE", "Mail archive", "Mail archive", 1, 10_000),
    product("MEETING-ROOM", "Meeting room, for each device", "Meeting room", 1, 500),
    product("DIAGRAMS", "Diagrams and flow charts", "Diagrams", 1, 1_000),
    product("PROJECT-PLANS", "Project plans", "Project plans", 1, 1_000),
];

pub(super) const MACHINES: [Product; 10] = [
    product("VM-SMALL-2", "Machine, 2 cores, 8 GB", "Small machines", 1, 1_000),
    product("VM-MEDIUM-8", "Machine, 8 cores, 32 GB", "Medium machines", 1, 500),
    product("VM-LARGE-32", "Machine, 32 cores, 128 GB", "Large machines", 1, 100),
    product("VM-MEMORY-16", "Machine, 16 cores, 256 GB", "Memory machines", 1, 50),
    product("VM-GRAPHICS-8", "Machine, 8 cores, one graphics processor", "Graphics machines", 1, 20),
    product("DISK-FAST-TB", "Fast disk, for each terabyte", "Fast disk", 1, 2_000),
    product("DISK-COLD-TB", "Cold storage, for each terabyte", "Cold storage", 1, 10_000),
    product("DATABASE-4", "Managed database, 4 cores", "Databases", 1, 100),
    product("CLUSTER-NODE-8", "Container cluster node, 8 cores", "Cluster nodes", 3, 300),
    product("BACKUP-TB", "Backup, for each terabyte", "Backup", 1, 5_000),
];

const fn product(
    sku: &'static str,
    name: &'static str,
    short: &'static str,
    least: i32,
    most: i32,
) -> Product {
    Product { sku, name, short, least, most }
}

impl ProductLine {
    /// What belongs to it.
    pub(super) fn products(self) -> &'static [Product] {
        match self {
            Self::Suites => &SUITES,
            Self::Machines => &MACHINES,
        }
    }

    /// For how long its offers are bought, and how they are billed then.
    pub(super) fn terms(self) -> &'static [(Term, BillingCycle)] {
        match self {
            Self::Suites => &[(P1Y, Monthly), (P1Y, Annual), (P1M, Monthly)],
            Self::Machines => &[(P1M, Monthly), (P1Y, Monthly), (P3Y, Triennial), (P3Y, Annual)],
        }
    }

    fn publisher(self) -> &'static str {
        match self {
            Self::Suites => "Paperlark",
            Self::Machines => "Stackmere",
        }
    }
}

pub(super) fn records(today: Instant) -> Vec<AnyRecord> {
    let offer = |line: ProductLine, product: &Product| OfferRecord {
        sku: product.sku.to_owned(),
        name: product.name.to_owned(),
        publisher: line.publisher().to_owned(),
        min_quantity: product.least,
        max_quantity: product.most,
        terms: match line {
            ProductLine::Suites => Vec::from([P1M, P1Y]),
            ProductLine::Machines => Vec::from([P1M, P1Y, P3Y]),
        },
        billing_cycles: match line {
            ProductLine::Suites => Vec::from([Monthly, Annual]),
            ProductLine::Machines => Vec::from([Monthly, Annual, Triennial]),
        },
        created_at: Some(day(today, -1_500)),
    };
    let all = [ProductLine::Suites, ProductLine::Machines].into_iter();
    all.flat_map(|line| line.products().iter().map(move |product| AnyRecord::Offer(offer(line, product))))
        .collect()
}
