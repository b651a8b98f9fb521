//! What stands between a client and the server, and cuts connections that are quiet for too long, as load balancers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// For how long a direction may be quiet.
const SILENCE: Duration = Duration::from_secs(3);

/// Which directions are looked at, each alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    Both,
    Servers,
}

pub struct Relay {
    pub url: String,
    cuts: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Relay {
    /// One that leads to this server.
    pub async fn before(server: std::net::SocketAddr, watched: Watched) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cuts = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&cuts);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(async move {
                    if carry(client, server, watched).await == Some(TooQuiet) {
                        counted.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        Self { url, cuts, task }
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct TooQuiet;

/// Carries bytes until one side ends, or is too quiet. Then both connections are closed.
async fn carry(client: TcpStream, server: TcpStream, watched: Watched) -> Option<TooQuiet> {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let patience = if watched == Watched::Both { SILENCE } else { Duration::MAX };
    tokio::select! {
        end = copy(from_client, to_server, patience) => end,
        end = copy(from_server, to_client, SILENCE) => end,
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    patience: Duration,
) -> Option<TooQuiet> {
    let mut bytes = [0; 4_096];
    loop {
        let Ok(read) = timeout(patience, from.read(&mut bytes)).await else { return Some(TooQuiet) };
        let read = read.ok().filter(|read| *read > 0)?;
        to.write_all(&bytes[..read]).await.ok()?;
    }
}
