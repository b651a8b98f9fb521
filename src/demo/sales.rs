//! What one partner sold to one customer.

use chrono::TimeDelta;
use entity::{
    Instant, SubscriptionId,
    SubscriptionStatus::{self, Active, Cancelled, Expired, Pending, Suspended},
    SuspensionReason, Term,
};

use super::{
    chance::{id, pick, roll},
    customers,
    day::{day, end_of},
    offers::{Product, ProductLine},
    partners,
};
use domain::{offer::Terms, subscription::SubscriptionRecord};

/// How long after its start a term can be cancelled.
const WINDOW: TimeDelta = TimeDelta::hours(168);

const DEPARTMENTS: [&str; 12] = [
    "Finance",
    "Sales",
    "Logistics",
    "Design",
    "Field service",
    "Human resources",
    "Research",
    "Web shop",
    "Production",
    "Customer care",
    "Legal",
    "Archive",
];

/// A sale between two, told by its number among theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct DemoSale<'s> {
    pub(super) partner: &'s str,
    pub(super) customer: &'s str,
    pub(super) line: ProductLine,
    pub(super) number: u32,
    pub(super) status: SubscriptionStatus,
}

/// The status of sale `number`: mostly active, and each of the others now and then.
pub(super) fn usual_status(name: &str) -> SubscriptionStatus {
    *pick(name, &[Active, Active, Active, Active, Active, Active, Suspended, Expired, Cancelled, Pending])
}

impl DemoSale<'_> {
    pub(super) fn subscription(self, today: Instant) -> SubscriptionRecord {
        let name = format!("{} sold {} number {}", self.partner, self.customer, self.number);
        let chance = |what: &str, sides| roll(&format!("{name}: {what}"), sides);
        let product = pick(&format!("{name}: ware"), self.line.products());
        let department = pick(&format!("{name}: department"), &DEPARTMENTS);
        let (term, billing_cycle) = *pick(&format!("{name}: term"), self.line.terms());
        let starts_at = day(today, self.begins(chance("start", 1_000), term));
        let auto_renew = !matches!(self.status, Expired | Cancelled) && chance("renew", 4) > 0;
        let quantity = quantity(product, chance("quantity", 40));
        let has_plans = self.status == Active && auto_renew && chance("plans", 3) == 0;
        let reasons =
            [SuspensionReason::NonPayment, SuspensionReason::CustomerRequest, SuspensionReason::Fraud];
        let reason = *pick(&format!("{name}: reason"), &reasons);
        SubscriptionRecord {
            id: SubscriptionId(id(&name)),
            customer: customers::tenant(self.customer),
            partner_of_record: partners::tenant(self.partner),
            offer: product.sku.to_owned(),
            friendly_name: format!("{} for {department}", product.short),
            status: self.status,
            suspension_reasons: if self.status == Suspended { Vec::from([reason]) } else { Vec::new() },
            quantity,
            term,
            billing_cycle,
            auto_renew,
            starts_at,
            term_ends_at: end_of(term, starts_at),
            cancellable_until: Some(starts_at + WINDOW),
            next_term: has_plans.then(|| Terms {
                quantity: (quantity + quantity / 4 + 1).min(product.most),
                term,
                billing_cycle,
            }),
            created_at: Some(starts_at.min(day(today, -1))),
        }
    }

    /// On which day from today it began: its status decides what is possible.
    fn begins(self, chance: u32, term: Term) -> i64 {
        let length = match term {
            Term::P1M => 28,
            Term::P1Y => 365,
            Term::P3Y => 1_095,
        };
        let chance = i64::from(chance);
        match self.status {
            Pending => 1 + chance % 20,
            // Some of these are still within their window.
            Active if chance % 8 == 0 => -1 - chance % 5,
            Active | Suspended => -1 - chance % (length - 1),
            Expired => -length - 5 - chance % 200,
            Cancelled => -10 - chance % 300,
        }
    }
}

/// Not more than a company of a middling size needs.
fn quantity(product: &Product, chance: u32) -> i32 {
    let most = product.most.min(product.least + 120);
    let chance = i32::try_from(chance).unwrap_or_default();
    product.least + chance * (most - product.least) / 40
}
