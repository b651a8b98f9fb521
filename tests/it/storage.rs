//! What the database itself refuses, and that it keeps the index over reach true by itself.

use copartner::access::{Database, Store};
use copartner::import::{Options, import};
use rstest::rstest;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::facts::{Facts, noon};
use crate::world::{Backend, World, database, options, postgres_url};

/// Loads more into the database of a running server, as an operator does.
pub async fn load(world: &World, facts: &Facts) {
    let store = Store::open(options(&world.database)).await.unwrap();
    let lines = facts.lines();
    let report =
        import(&store, lines.as_bytes(), Options { keep_good: false, at: noon() }, |_| ()).await.unwrap();
    assert!(report.is_written, "{:?}", report.bad);
    store.close().await;
}

/// Runs a statement as whoever holds the database, past the server.
async fn by_hand(database: &Database, sql: &str) -> Result<(), String> {
    let outcome = match database {
        Database::Sqlite(path) => {
            let mut connection =
                SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
            connection.execute(AssertSqlSafe(sql.to_owned())).await.map(drop)
        }
        Database::Postgres(_) => {
            let mut connection = PgConnection::connect(&postgres_url(database)).await.unwrap();
            connection.execute(AssertSqlSafe(sql.to_owned())).await.map(drop)
        }
    };
    outcome.map_err(|error| error.to_string())
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
    "INSERT INTO customer SELECT id, tenant_id, name, name_folded, 'x.example', 'NL', cloud, created_at FROM partner",
    "never a customer"
)]
#[case(
    "INSERT INTO partner SELECT id, tenant_id, domain, name, name_folded, 'DIRECT_RESELLER', cloud, created_at FROM customer",
    "never a partner"
)]
#[case(
    "UPDATE customer SET tenant_id = (SELECT tenant_id FROM partner WHERE name = 'Fabrikam') WHERE name = 'Contoso'",
    "keeps its tenant"
)]
#[case("DELETE FROM tenant", "keeps its kind")]
#[case("UPDATE event SET sequence = 2", "append-only")]
#[case("DELETE FROM event", "append-only")]
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
    let refusal = by_hand(&world.database, sql).await.expect_err(sql);
    assert!(refusal.contains(why), "{refusal}");
    world.end().await;
}

#[rstest]
#[tokio::test]
async fn migrations_go_up_down_and_up_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use copartner::access::Schema;
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
