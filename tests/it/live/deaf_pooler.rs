//! What stands before PostgreSQL and passes on everything but notifications, as a pooler does that lends connections for a
//! transaction: everyone may listen, to nothing.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use url::Url;

/// The kind of message in which a notification comes.
const NOTIFICATION: u8 = b'A';

pub struct DeafPooler {
    /// The database's address, through it.
    pub url: String,
    task: JoinHandle<()>,
}

impl Drop for DeafPooler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl DeafPooler {
    pub async fn before(database: &str) -> Self {
        let database = Url::parse(database).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut url = database.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        // It reads what it passes on.
        url.set_query(Some("sslmode=disable"));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let database = database.clone();
                tokio::spawn(async move { serve(client, &database).await });
            }
        });
        Self { url: url.into(), task }
    }
}

async fn serve(client: TcpStream, database: &Url) -> std::io::Result<()> {
    let port = database.port().unwrap_or(5_432);
    match database.query_pairs().find(|(name, _)| name == "host") {
        Some((_, directory)) => {
            pass(client, UnixStream::connect(format!("{directory}/.s.PGSQL.{port}")).await?).await
        }
        None => pass(client, TcpStream::connect((database.host_str().unwrap(), port)).await?).await,
    }
}

async fn pass(client: TcpStream, server: impl AsyncRead + AsyncWrite) -> std::io::Result<()> {
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = split(server);
    tokio::select! {
        ended = copy(&mut from_client, &mut to_server) => ended.map(drop),
        ended = pass_messages(from_server, to_client) => ended,
    }
}

/// Message by message: a kind, a length that counts itself, and the rest.
async fn pass_messages(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> std::io::Result<()> {
    loop {
        let mut message = vec![0; 5];
        from.read_exact(&mut message).await?;
        let length = u32::from_be_bytes([message[1], message[2], message[3], message[4]]) as usize;
        message.resize(1 + length, 0);
        from.read_exact(&mut message[5..]).await?;
        if message[0] != NOTIFICATION {
            to.write_all(&message).await?;
        }
    }
}
