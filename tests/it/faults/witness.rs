//! What a database holds, as another connection than the server's finds it.

use std::collections::{BTreeMap, HashSet};

use access::Database;
use uuid::Uuid;

use crate::outside::Outside;

/// How many rows each table has, the sum of their versions, and how many events there are of each kind: whatever a
/// mutation stores makes some of these more.
pub type Measure = BTreeMap<String, i64>;

/// The tables whose rows clients know by an id.
const NAMED: [&str; 6] =
    ["relationship_request", "delegated_admin_grant", "subscription", "partner", "customer", "offer"];

pub struct Witness {
    connection: Outside,
    measure: String,
}

impl Witness {
    pub async fn of(database: &Database) -> Self {
        let tables = match database {
            Database::Sqlite(_) => {
                "SELECT name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'version') \
                 FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Database::Postgres(_) => {
                "SELECT table_name, CAST(EXISTS (SELECT 1 FROM information_schema.columns c \
                 WHERE c.table_name = t.table_name AND column_name = 'version') AS INTEGER) \
                 FROM information_schema.tables t WHERE table_schema = 'public'"
            }
        };
        let connection = Outside::of(database).await;
        let tables = connection.rows(tables).await;
        let mut counts = vec![
            "SELECT CAST('event ' || kind AS TEXT), CAST(count(*) AS BIGINT) FROM event GROUP BY kind"
                .to_owned(),
        ];
        let tables = tables.into_iter().map(|row| <[String; 2]>::try_from(row).unwrap());
        for [table, has_versions] in tables.filter(|[table, _]| table != "seaql_migrations") {
            counts.push(format!("SELECT CAST('{table}' AS TEXT), CAST(count(*) AS BIGINT) FROM {table}"));
            if has_versions == "1" {
                counts.push(format!(
                    "SELECT CAST('{table}.version' AS TEXT), CAST(coalesce(sum(version), 0) AS BIGINT) FROM {table}"
                ));
            }
        }
        Self { connection, measure: counts.join(" UNION ALL ") }
    }

    pub async fn measure(&self) -> Measure {
        let rows = self.connection.rows(&self.measure).await.into_iter();
        let rows = rows.map(|row| <[String; 2]>::try_from(row).unwrap());
        let mut measure: Measure = rows.map(|[name, number]| (name, number.parse().unwrap())).collect();
        // An entry gets its place in the feed when someone reads that, which may be at any time.
        if let Some(unplaced) = measure.remove("event_unplaced") {
            *measure.entry("event_feed".to_owned()).or_default() += unplaced;
        }
        measure
    }

    /// The newest row of a table.
    pub async fn newest(&self, table: &str) -> Uuid {
        let instant = if table == "event" { "occurred_at" } else { "created_at" };
        let newest = format!("SELECT id FROM {table} ORDER BY {instant} DESC, id DESC LIMIT 1");
        self.connection.ids(&newest).await.pop().unwrap()
    }

    /// The ids of all that clients know by one.
    pub async fn ids(&self) -> HashSet<Uuid> {
        let ids = NAMED.map(|table| format!("SELECT id FROM {table}")).join(" UNION ALL ");
        self.connection.ids(&ids).await.into_iter().collect()
    }

    /// What SQLite itself finds wrong with its file; PostgreSQL is asked nothing.
    pub async fn damage(&self) -> Vec<String> {
        match &self.connection {
            Outside::Sqlite(_) => {
                let found = self.connection.rows("PRAGMA integrity_check").await;
                found.into_iter().flatten().filter(|line| line != "ok").collect()
            }
            Outside::Postgres(_) => Vec::new(),
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
