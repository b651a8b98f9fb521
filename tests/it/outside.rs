//! Someone else's connection to the database, past the server, and by drivers that the server does not use.

use std::future::poll_fn;
use std::path::Path;

use access::Database;
use rusqlite::types::ValueRef;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_postgres::{AsyncMessage, Config, NoTls, Notification, SimpleQueryMessage};
use url::Url;
use uuid::Uuid;

pub enum Outside {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

/// A row, each value as text; an id as a UUID is written.
pub type Row = Vec<String>;

impl Outside {
    pub async fn of(database: &Database) -> Self {
        match database {
            Database::Sqlite(path) => Self::sqlite(path),
            Database::Postgres(url) => Self::postgres(url).await,
        }
    }

    pub fn sqlite(path: &Path) -> Self {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        Self::Sqlite(connection)
    }

    pub async fn postgres(url: &str) -> Self {
        let (client, connection) = config(url).connect(NoTls).await.unwrap();
        // It ends with the client, or with the server, and then the client says so.
        tokio::spawn(connection);
        Self::Postgres(client)
    }

    /// Runs statements; what the database says against it.
    pub async fn attempt(&self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch(sql).map_err(|error| error.to_string()),
            Self::Postgres(client) => {
                client.batch_execute(sql).await.map_err(|error| match error.as_db_error() {
                    Some(refused) => refused.message().to_owned(),
                    None => error.to_string(),
                })
            }
        }
    }

    pub async fn run(&self, sql: &str) {
        self.attempt(sql).await.unwrap();
    }

    /// How many statements wait for a lock in this database. A transaction is told the same each time.
    pub async fn waiting(&self) -> usize {
        let waiting =
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.rows(waiting).await.len()
    }

    pub async fn rows(&self, sql: &str) -> Vec<Row> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare(sql).unwrap();
                let columns = statement.column_count();
                let rows = statement
                    .query_map([], |row| (0..columns).map(|column| Ok(text(row.get_ref(column)?))).collect());
                rows.unwrap().collect::<Result<_, _>>().unwrap()
            }
            Self::Postgres(client) => {
                let messages = client.simple_query(sql).await.unwrap();
                let rows = messages.into_iter().filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => Some(row),
                    _ => None,
                });
                rows.map(|row| {
                    (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned()).collect()
                })
                .collect()
            }
        }
    }

    /// The ids in the first column.
    pub async fn ids(&self, sql: &str) -> Vec<Uuid> {
        self.rows(sql).await.iter().map(|row| row[0].parse().unwrap()).collect()
    }
}

/// How a PostgreSQL is connected to.
fn config(url: &str) -> Config {
    let url = Url::parse(url).unwrap();
    let mut config = Config::new();
    config.user(url.username()).dbname(url.path().trim_start_matches('/'));
    if let Some(password) = url.password() {
        config.password(password);
    }
    if let Some(port) = url.port() {
        config.port(port);
    }
    match url.query_pairs().find(|(name, _)| name == "host") {
        Some((_, directory)) => config.host_path(directory.as_ref()),
        None => config.host(url.host_str().unwrap()),
    };
    config
}

/// What is notified on a channel from now on.
pub async fn notifications(url: &str, channel: &str) -> UnboundedReceiver<Notification> {
    let (client, mut connection) = config(url).connect(NoTls).await.unwrap();
    let (heard, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|task| connection.poll_message(task)).await {
            if let AsyncMessage::Notification(notification) = message {
                // Whoever does not listen any more has heard enough.
                let _ = heard.send(notification);
            }
        }
    });
    client.batch_execute(&format!("LISTEN {channel}")).await.unwrap();
    // The connection ends with its client.
    tokio::spawn(async move {
        let _client = client;
        std::future::pending::<()>().await;
    });
    receiver
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).unwrap().to_string(),
    }
}
