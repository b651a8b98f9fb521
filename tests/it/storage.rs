//! What the database itself refuses, and that it keeps the index over reach true by itself.

use access::{Database, Store};
use copartner::import::{Options, import};
use rstest::rstest;
use tempfile::TempDir;

use crate::facts::{Facts, days, id, noon};
use crate::outside::Outside;
use crate::world::{Backend, World, database, options};

/// Loads more into the database of a running server, as an operator does.
pub async fn load(world: &World, facts: &Facts) {
    let store = Store::open(options(&world.database)).await.unwrap();
    let lines = facts.lines();
    let report =
        import(&store, lines.as_bytes(), Options { keep_good: false, at: noon() }, |_| ()).await.unwrap();
    assert!(report.is_written, "{:?}", report.errors);
    store.close().await;
}

/// Runs a statement as whoever holds the database, past the server.
async fn by_hand(database: &Database, sql: &str) -> Result<(), String> {
    Outside::of(database).await.attempt(sql).await
}

#[rstest]
#[case(
    "UPDATE subscription SET customer_id = (SELECT id FROM customer WHERE name = 'Adatum') WHERE customer_id <> (SELECT id FROM customer WHERE name = 'Adatum')",
    "keeps its customer"
)]
#[case(
    "UPDATE subscription SET partner_id = (SELECT id FROM partner WHERE name = 'Tailspin Toys') WHERE partner_id <> (SELECT id FROM partner WHERE name = 'Tailspin Toys')",
    "keeps its customer"
)]
#[case(
    "UPDATE subscription SET offer_id = (SELECT id FROM offer WHERE sku = 'SKU-0') WHERE offer_id <> (SELECT id FROM offer WHERE sku = 'SKU-0')",
    "keeps its customer"
)]
#[case(
    "INSERT INTO customer SELECT id, tenant_id, name, name_folded, 'x.example', 'NL', cloud, created_at, status, status_reason, status_since, version FROM partner",
    "never a customer"
)]
#[case(
    "INSERT INTO partner SELECT id, tenant_id, domain, name, name_folded, 'DIRECT_RESELLER', cloud, created_at, status, status_reason, status_since, version FROM customer",
    "never a partner"
)]
#[case(
    "UPDATE customer SET tenant_id = (SELECT tenant_id FROM partner WHERE name = 'Fabrikam') WHERE name = 'Contoso'",
    "keeps its tenant"
)]
#[case("DELETE FROM tenant", "keeps its kind")]
#[case("UPDATE event SET sequence = 2", "append-only")]
#[case("DELETE FROM event", "append-only")]
#[case(
    "UPDATE delegated_admin_grant SET partner_id = (SELECT id FROM partner WHERE name = 'Tailspin Toys')",
    "keeps its parties"
)]
#[case(
    "UPDATE delegated_admin_grant SET customer_id = (SELECT id FROM customer WHERE name = 'Adatum') WHERE customer_id <> (SELECT id FROM customer WHERE name = 'Adatum')",
    "keeps its parties"
)]
#[case("UPDATE chain SET subscription_writes = -1", "only grows")]
#[case("DELETE FROM chain", "only grows")]
#[case("DELETE FROM event_feed", "append-only")]
#[case(
    "UPDATE webhook SET tenant_id = (SELECT tenant_id FROM customer WHERE name = 'Adatum')",
    "keeps its tenant"
)]
#[case(
    "UPDATE webhook SET partner_id = (SELECT id FROM partner WHERE name = 'Tailspin Toys')",
    "keeps its tenant"
)]
#[case("UPDATE partner SET status = 'GONE'", "check")]
#[case("UPDATE customer SET status = 'CLOSED'; UPDATE customer SET status = 'ACTIVE'", "stays closed")]
#[case("UPDATE partner SET status = 'CLOSED'; UPDATE partner SET status = 'SUSPENDED'", "stays closed")]
#[case("UPDATE webhook SET roles = '[\"OPERATOR\"]'", "keeps its tenant and its roles")]
// What is held follows from grants and assignments, and says nothing else.
#[case("UPDATE holding SET role = 'GLOBAL_ADMINISTRATOR'", "foreign key")]
#[case("UPDATE holding SET assignee = 'HELPDESK_AGENT'", "foreign key")]
#[case("UPDATE holding SET ends_at = starts_at", "foreign key")]
#[case(
    "UPDATE holding SET partner_id = (SELECT id FROM partner WHERE name = 'Tailspin Toys')",
    "foreign key"
)]
#[case(
    "INSERT INTO holding SELECT grant_id, partner_id, customer_id, status, starts_at, ends_at, auto_extend, 'SALES_AGENT', role FROM holding",
    "foreign key"
)]
#[tokio::test]
async fn the_database_itself_refuses(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] sql: &str,
    #[case] why: &str,
) {
    let world = World::cast(backend).await;
    let hash = if backend == Backend::Sqlite { "x'00'" } else { "'\\x00'" };
    let false_ = if backend == Backend::Sqlite { "0" } else { "false" };
    let event = format!(
        "INSERT INTO event (id, sequence, kind, occurred_at, actor_is_application, subject_id, changes, previous_hash, hash)
         SELECT id, 1, 'OFFER_CHANGED', created_at, {false_}, id, '[]', {hash}, {hash} FROM customer WHERE name = 'Contoso'"
    );
    by_hand(&world.database, &event).await.unwrap();
    let hook = serde_json::json!({ "url": "https://hooks.example.com" });
    world.done(&world.contoso(), "registerWebhook", hook).await;
    world.store.place_events().await.unwrap();
    let refusal = by_hand(&world.database, sql).await.expect_err(sql);
    assert!(refusal.to_lowercase().contains(why), "{refusal}");
    world.end().await;
}

/// Whoever ends something by hand, on a connection that does not mind foreign keys, ends what it gave.
#[rstest]
#[case("UPDATE delegated_admin_grant SET status = 'TERMINATED'")]
#[case("UPDATE delegated_admin_grant SET ends_at = starts_at")]
#[case("DELETE FROM access_assignment")]
#[tokio::test]
async fn what_is_ended_by_hand_gives_nothing_any_more(#[case] sql: &str) {
    let world = World::cast(Backend::Sqlite).await;
    let query = "{ customers { totalCount } subscriptions { totalCount } customer(by: { domain: \"contoso.example\" }) { id } }";
    assert_eq!(world.read(&world.fabrikam(), query).await["customers"]["totalCount"], 1);
    let outside = Outside::of(&world.database).await;
    outside.run("PRAGMA foreign_keys = OFF").await;
    outside.run(sql).await;
    let seen = world.read(&world.fabrikam(), query).await;
    assert_eq!(
        (&seen["customers"]["totalCount"], &seen["subscriptions"]["totalCount"]),
        (&0.into(), &0.into())
    );
    assert!(seen["customer"].is_null(), "{seen}");
    world.end().await;
}

/// REPLACE removes what it collides with, without a trigger for removal.
#[rstest]
#[case(
    "event",
    "SELECT id, customer_id, partner_id, sequence, kind, occurred_at, actor_kind, actor_tenant_id, 'framed', actor_is_application, subject_id, grant_id, changes, subscriptions_before, subscriptions_after, previous_hash, hash, hash_version FROM event",
    "append-only"
)]
#[case(
    "event",
    "SELECT randomblob(16), customer_id, partner_id, sequence, kind, occurred_at, actor_kind, actor_tenant_id, actor_subject, actor_is_application, subject_id, grant_id, changes, subscriptions_before, subscriptions_after, previous_hash, hash, hash_version FROM event",
    "append-only"
)]
#[case("tenant", "SELECT tenant_id, 'CUSTOMER' FROM partner", "keeps its kind")]
#[case(
    "subscription",
    "SELECT id, customer_id, (SELECT id FROM partner WHERE name = 'Northwind Traders'), offer_id, friendly_name, friendly_name_folded, status, suspension_reasons, quantity, term, billing_cycle, auto_renew, starts_at, term_ends_at, cancellable_until, next_quantity, next_term, next_billing_cycle, version, created_at, updated_at, due_at FROM subscription WHERE partner_id = (SELECT id FROM partner WHERE name = 'Fabrikam')",
    "keeps its customer"
)]
#[case(
    "delegated_admin_grant",
    "SELECT id, (SELECT id FROM partner WHERE name = 'Tailspin Toys'), customer_id, request_id, display_name, status, starts_at, ends_at, auto_extend, terminated_at, terminated_by, termination_reason, version, created_at, updated_at, may_auto_extend, warned_days, display_name_folded FROM delegated_admin_grant",
    "keeps its parties"
)]
#[case(
    "customer",
    "SELECT randomblob(16), tenant_id, name, name_folded, domain, country, cloud, created_at, status, status_reason, status_since, version FROM customer WHERE name = 'Contoso'",
    "keeps its tenant"
)]
#[case("chain (customer_id)", "SELECT id FROM customer", "only grows")]
#[tokio::test]
async fn nothing_is_replaced(#[case] table: &str, #[case] rows: &str, #[case] why: &str) {
    let world = World::cast(Backend::Sqlite).await;
    let input = serde_json::json!({ "customer": { "domain": "contoso.example" }, "displayName": "Ask",
        "roles": ["GLOBAL_READER"], "duration": "P30D" });
    world.done(&world.tailspin(), "requestRelationship", input).await;
    let refusal =
        by_hand(&world.database, &format!("INSERT OR REPLACE INTO {table} {rows}")).await.expect_err(table);
    assert!(refusal.contains(why), "{refusal}");
    world.verify_log().await;
    world.end().await;
}

#[rstest]
#[case("event")]
#[case("event_feed")]
#[case("chain")]
#[case("tenant")]
#[case("subscription")]
#[case("delegated_admin_grant")]
#[case("relationship_request")]
#[tokio::test]
async fn nothing_is_emptied(#[case] table: &str) {
    let world = World::cast(Backend::Postgres).await;
    let refusal = by_hand(&world.database, &format!("TRUNCATE {table} CASCADE")).await.expect_err(table);
    assert!(refusal.contains("copartner:"), "{refusal}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn migrations_go_up_down_and_up_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use access::Schema;
    let directory = TempDir::new().unwrap();
    let store = Store::open(options(&database(backend, directory.path()).await)).await.unwrap();
    assert!(matches!(store.schema().await.unwrap(), Schema::Outdated(_)));
    store.migrate_up().await.unwrap();
    store.migrate_up().await.unwrap();
    assert_eq!(store.schema().await.unwrap(), Schema::Current);
    let n = u32::try_from(store.applied().await.unwrap().len()).unwrap();
    store.migrate_down(n).await.unwrap();
    assert!(store.applied().await.unwrap().is_empty());
    store.migrate_up().await.unwrap();
    assert_eq!(store.schema().await.unwrap(), Schema::Current);
    store.close().await;
}

/// What was there before a migration is found as what came later is, and the database refuses as before.
#[rstest]
#[tokio::test]
async fn grants_that_were_there_before_have_a_folded_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut facts = Facts::cast();
    facts.more.push(serde_json::json!({ "type": "grant", "id": id("Élan"), "partner": id("Fabrikam"),
        "customer": id("Contoso"), "displayName": "Élan", "roles": ["GLOBAL_READER"], "startsAt": noon(),
        "endsAt": days(50), "autoExtend": false, "createdAt": noon() }));
    let world = World::of(backend, facts).await;
    let applied = world.store.applied().await.unwrap();
    let before = applied.iter().position(|name| name.ends_with("_000015_orders")).unwrap();
    world.store.migrate_down(u32::try_from(applied.len() - before).unwrap()).await.unwrap();
    world.store.migrate_up().await.unwrap();
    let query = "{ grants(orderBy: { field: NAME }) { nodes { displayName } }
        found: grants(filter: { search: \"éLAN\" }) { totalCount } }";
    let data = world.read(&world.fabrikam(), query).await;
    assert_eq!(data["found"]["totalCount"], 1);
    let nodes = serde_json::json!([{ "displayName": "Administration" }, { "displayName": "Élan" }]);
    assert_eq!(data["grants"]["nodes"], nodes);
    let moved =
        "UPDATE delegated_admin_grant SET partner_id = (SELECT id FROM partner WHERE name = 'Tailspin Toys')";
    assert!(
        by_hand(&world.database, moved).await.is_err_and(|refusal| refusal.contains("keeps its parties"))
    );
    world.end().await;
}

/// Whoever else works on this machine does not read it, from its first byte on; and a path is a path, not a URL.
#[cfg(unix)]
#[tokio::test]
async fn a_sqlite_file_is_its_owners_alone_wherever_it_lies() {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new().unwrap();
    let odd = directory.path().join("a?b=c#d %2F'\"");
    std::fs::create_dir(&odd).unwrap();
    let path = odd.join("world.sqlite");
    let store = Store::open(options(&Database::Sqlite(path.clone()))).await.unwrap();
    store.migrate_up().await.unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&odd).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        found.push(entry.file_name().into_string().unwrap());
    }
    found.sort();
    assert_eq!(found, ["world.sqlite", "world.sqlite-shm", "world.sqlite-wal"]);
    store.close().await;
}
