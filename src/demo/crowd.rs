//! Everyone but Contoso: who buys from whom, and who may see it.

use entity::{Cloud, Instant, PartnerKind};

use super::{
    chance::roll,
    customers::{GOVERNMENT, OTHERS},
    partners::{PARTNERS, Reseller},
    relations::{MANNERS, grant},
    sales::{DemoSale, usual_status},
};
use access::AnyRecord;

/// Each so-manieth customer has bought nothing yet.
const NEW: usize = 9;

pub(super) fn records(today: Instant) -> Vec<AnyRecord> {
    let public: Vec<_> = partners_of(Cloud::Public).collect();
    let government: Vec<_> = partners_of(Cloud::UsGovernment).collect();
    let pairs = OTHERS.iter().enumerate().flat_map(|(n, (customer, _))| {
        // One to three partners, so that every partner meets some customers, and many are shared.
        let count = 1 + roll(&format!("{customer}: partners"), 3) as usize;
        let chosen: Vec<_> = (0..count).map(|k| public[(n + 4 * k) % public.len()]).collect();
        chosen.into_iter().map(move |partner| (partner, *customer, n % NEW != NEW - 1))
    });
    let of_government = GOVERNMENT
        .iter()
        .flat_map(|customer| government.iter().map(move |partner| (*partner, *customer, true)));
    let all = pairs.chain(of_government).enumerate();
    all.flat_map(|(n, (partner, customer, buys))| {
        let manner = MANNERS[n % MANNERS.len()];
        let grant = AnyRecord::Grant(grant(partner.name, customer, manner, today));
        let sells = buys && partner.kind != PartnerKind::Advisor;
        let count = if sells { 2 + roll(&format!("{} and {customer}", partner.name), 6) } else { 0 };
        let sales = (0..count).map(move |number| {
            let status = usual_status(&format!("{} and {customer}: {number}", partner.name));
            let sale = DemoSale { partner: partner.name, customer, line: partner.line, number, status };
            AnyRecord::Subscription(sale.subscription(today))
        });
        std::iter::once(grant).chain(sales)
    })
    .collect()
}

fn partners_of(cloud: Cloud) -> impl Iterator<Item = &'static Reseller> {
    PARTNERS.iter().filter(move |partner| partner.cloud == cloud)
}
