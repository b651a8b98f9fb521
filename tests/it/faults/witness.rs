//! What a database holds, as another connection than the server's finds it.

use std::collections::{BTreeMap, HashSet};

use access::Database;
use sea_orm::sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, query_as, query_scalar};
use uuid::Uuid;

/// How many rows each table has, the sum of their versions, and how many events there are of each kind: whatever a
/// mutation stores makes some of these more.
pub type Measure = BTreeMap<String, i64>;

/// The tables whose rows clients know by an id.
const NAMED: [&str; 6] =
    ["relationship_request", "delegated_admin_grant", "subscription", "partner", "customer", "offer"];

pub struct Witness {
    connection: Held,
    measure: String,
}

enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// All rows of a query, on whichever connection is held.
macro_rules! all {
    ($witness:expr, $query:ident, $sql:expr) => {
        match &mut $witness.connection {
            Held::Sqlite(connection) => $query(AssertSqlSafe($sql)).fetch_all(connection).await.unwrap(),
            Held::Postgres(connection) => $query(AssertSqlSafe($sql)).fetch_all(connection).await.unwrap(),
        }
    };
}

impl Witness {
    pub async fn of(database: &Database) -> Self {
        let (connection, tables) = match database {
            Database::Sqlite(path) => {
                let url = format!("sqlite://{}", path.display());
                let tables = "SELECT name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'version') \
                              FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                (Held::Sqlite(SqliteConnection::connect(&url).await.unwrap()), tables)
            }
            Database::Postgres(url) => {
                let tables = "SELECT CAST(table_name AS TEXT), EXISTS (SELECT 1 FROM information_schema.columns c \
                              WHERE c.table_name = t.table_name AND column_name = 'version') \
                              FROM information_schema.tables t WHERE table_schema = 'public'";
                (Held::Postgres(PgConnection::connect(url).await.unwrap()), tables)
            }
        };
        let mut witness = Self { connection, measure: String::new() };
        let tables: Vec<(String, bool)> = all!(witness, query_as, tables.to_owned());
        let mut counts = vec![
            "SELECT CAST('event ' || kind AS TEXT), CAST(count(*) AS BIGINT) FROM event GROUP BY kind"
                .to_owned(),
        ];
        for (table, has_versions) in tables.iter().filter(|(table, _)| table != "seaql_migrations") {
            counts.push(format!("SELECT CAST('{table}' AS TEXT), CAST(count(*) AS BIGINT) FROM {table}"));
            if *has_versions {
                counts.push(format!(
                    "SELECT CAST('{table}.version' AS TEXT), CAST(coalesce(sum(version), 0) AS BIGINT) FROM {table}"
                ));
            }
        }
        witness.measure = counts.join(" UNION ALL ");
        witness
    }

    pub async fn measure(&mut self) -> Measure {
        let rows: Vec<(String, i64)> = all!(self, query_as, self.measure.clone());
        let mut measure: Measure = rows.into_iter().collect();
        // An entry gets its place in the feed when someone reads that, which may be at any time.
        if let Some(unplaced) = measure.remove("event_unplaced") {
            *measure.entry("event_feed".to_owned()).or_default() += unplaced;
        }
        measure
    }

    /// The newest row of a table.
    pub async fn newest(&mut self, table: &str) -> Uuid {
        let newest = format!("SELECT id FROM {table} ORDER BY created_at DESC, id DESC LIMIT 1");
        let mut rows: Vec<Uuid> = all!(self, query_scalar, newest);
        rows.pop().unwrap()
    }

    /// The ids of all that clients know by one.
    pub async fn ids(&mut self) -> HashSet<Uuid> {
        let ids = NAMED.map(|table| format!("SELECT id FROM {table}")).join(" UNION ALL ");
        let rows: Vec<Uuid> = all!(self, query_scalar, ids);
        rows.into_iter().collect()
    }

    /// What SQLite itself finds wrong with its file; PostgreSQL is asked nothing.
    pub async fn damage(&mut self) -> Vec<String> {
        match &mut self.connection {
            Held::Sqlite(connection) => {
                let found: Vec<String> =
                    query_scalar("PRAGMA integrity_check").fetch_all(connection).await.unwrap();
                found.into_iter().filter(|line| line != "ok").collect()
            }
            Held::Postgres(_) => Vec::new(),
        }
    }
}

/// What has changed from one measure to the next.
pub fn change(before: &Measure, after: &Measure) -> Measure {
    let value = |measure: &Measure, name: &String| measure.get(name).copied().unwrap_or_default();
    let names = before.keys().chain(after.keys());
    let changes = names.map(|name| (name.clone(), value(after, name) - value(before, name)));
    changes.filter(|(_, change)| *change != 0).collect()
}
