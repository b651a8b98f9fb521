//! The tables of what partners might reach, held against their definition after random loads.

use entity::GrantStatus::{Active, Terminated};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sea_orm::{ConnectionTrait, Statement};

use super::{
    super::AnyRecord,
    later, load,
    records::{customer, grant, offer, partner, subscription},
};
use crate::{Store, trial::trials};
use domain::customer::CustomerRecord;

const CUSTOMER_REACH: &str = "
    SELECT DISTINCT g.partner_id, c.id, c.name_folded, c.created_at
    FROM delegated_admin_grant g JOIN customer c ON c.id = g.customer_id WHERE g.status = 'ACTIVE'";

const SUBSCRIPTION_REACH: &str = "
    SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at FROM subscription s
    WHERE EXISTS (SELECT 1 FROM delegated_admin_grant g
        WHERE g.partner_id = s.partner_id AND g.customer_id = s.customer_id AND g.status = 'ACTIVE')";

const SUBSCRIPTION_QUANTITY: &str = "
    SELECT s.id, s.customer_id, s.quantity,
        (SELECT DISTINCT g.partner_id FROM delegated_admin_grant g
            WHERE g.partner_id = s.partner_id AND g.customer_id = s.customer_id AND g.status = 'ACTIVE')
    FROM subscription s";

/// How many rows `table` has, and how many stand in it or in its definition, but not in both.
async fn compare(store: &Store, table: &str, columns: &str, definition: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT (SELECT count(*) FROM {table}) AS rows,
            (SELECT count(*) FROM (SELECT {columns} FROM {table} EXCEPT {definition}) AS a)
            + (SELECT count(*) FROM ({definition} EXCEPT SELECT {columns} FROM {table}) AS b) AS astray"
    );
    let row = store
        .outside_the_rules()
        .query_one_raw(Statement::from_string(store.backend(), sql))
        .await
        .unwrap()
        .unwrap();
    (row.try_get("", "rows").unwrap(), row.try_get("", "astray").unwrap())
}

/// Some objects, each said once: partners 1 to 3, customers 11 to 15, grants from 100, subscriptions from 1000.
fn some(random: &mut StdRng) -> Vec<AnyRecord> {
    let mut records = Vec::new();
    for n in 11..16 {
        if random.random_ratio(1, 3) {
            let AnyRecord::Customer(customer) = customer(n) else { unreachable!() };
            let name = format!("{} {}", customer.name, random.random_range(0..3));
            records.push(AnyRecord::Customer(CustomerRecord { name, ..customer }));
        }
    }
    for n in 100..130 {
        if random.random_ratio(1, 4) {
            let status = if random.random_ratio(1, 3) { Terminated } else { Active };
            records.push(grant(n, 1 + n % 3, 11 + n % 5, status));
        }
    }
    for n in 1_000..1_060 {
        if random.random_ratio(1, 3) {
            records.push(subscription(n, 1 + n % 3, 11 + n % 5, random.random_range(1..300)));
        }
    }
    records
}

#[tokio::test]
async fn what_partners_might_reach_is_what_its_definition_says_whatever_is_loaded() {
    for trial in trials().await {
        let mut random = StdRng::seed_from_u64(7);
        let world = (1..4).map(partner).chain((11..16).map(customer)).chain([offer()]);
        assert_eq!(load(&trial.store, later(0), world.collect()).await.errors, []);
        let (mut seen, mut vanished) = (0, false);
        for round in 0..40 {
            // Towards the end, what was granted is over by the clock.
            load(&trial.store, later(2 * round), some(&mut random)).await;
            let columns = "partner_id, id, name_folded, created_at";
            let (_, astray) = compare(&trial.store, "customer_reach", columns, CUSTOMER_REACH).await;
            assert_eq!(astray, 0, "customer_reach in round {round}");
            let columns = "id, customer_id, quantity, reached_by";
            let (_, astray) =
                compare(&trial.store, "subscription_quantity", columns, SUBSCRIPTION_QUANTITY).await;
            assert_eq!(astray, 0, "subscription_quantity in round {round}");
            let columns = "id, partner_id, friendly_name_folded, term_ends_at, created_at";
            let (rows, astray) =
                compare(&trial.store, "subscription_reach", columns, SUBSCRIPTION_REACH).await;
            assert_eq!(astray, 0, "subscription_reach in round {round}");
            vanished |= rows < seen;
            seen = rows;
        }
        assert!(vanished, "no grant's end took anything out of reach");
        trial.end().await;
    }
}
