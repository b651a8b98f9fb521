//! The wire between a server and its PostgreSQL, which is cut when the test says so.
//!
//! It understands as much of the protocol as it takes to count steps: what a client sends up to a Sync, or a simple
//! Query, which PostgreSQL answers up to its ReadyForQuery (PostgreSQL's documentation, "Frontend/Backend Protocol").

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use access::Database;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;
use url::Url;

use super::plan::Faults;

/// Where the wire is cut at the n-th step.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Before PostgreSQL hears of it.
    Before,
    /// After PostgreSQL has done it, and before the server hears of that.
    After,
}

pub const CUTS: [Cut; 2] = [Cut::Before, Cut::After];

#[derive(Debug, Default)]
struct Plan {
    /// Which step is cut, and where; None for none.
    cut: Option<(u32, Cut)>,
    steps: u32,
}

pub struct Wire {
    plan: Arc<Mutex<Plan>>,
    address: SocketAddr,
    carrier: JoinHandle<()>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Wire {
    /// A wire to the server of this URL.
    pub async fn to(url: &str) -> Self {
        let url = Url::parse(url).unwrap();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let in_flight = plan.clone();
        let carrier = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (plan, url) = (in_flight.clone(), url.clone());
                tokio::spawn(async move { carry(client, connect(&url).await, &plan).await });
            }
        });
        Self { plan, address, carrier }
    }

    /// A database behind the wire.
    pub fn database(&self, url: &str) -> Database {
        let mut url = Url::parse(url).unwrap();
        url.set_ip_host(self.address.ip()).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.set_query(Some("sslmode=disable"));
        Database::Postgres(url.into())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

impl Faults for Wire {
    type Fault = Cut;

    fn arm(&self, n: u32, cut: Cut) {
        *self.plan.lock().unwrap() = Plan { cut: Some((n, cut)), steps: 0 };
    }

    fn disarm(&self) -> bool {
        let Plan { cut, steps } = std::mem::take(&mut *self.plan.lock().unwrap());
        cut.is_some_and(|(n, _)| steps >= n)
    }

    fn stays(_: Cut) -> bool {
        false
    }
}

async fn connect(url: &Url) -> Box<dyn Stream> {
    let port = url.port().unwrap_or(5432);
    match url.query_pairs().find(|(name, value)| name == "host" && value.starts_with('/')) {
        Some((_, directory)) => {
            Box::new(UnixStream::connect(format!("{directory}/.s.PGSQL.{port}")).await.unwrap())
        }
        None => Box::new(TcpStream::connect((url.host_str().unwrap(), port)).await.unwrap()),
    }
}

/// Counts a step: whether the wire is cut at it.
fn step(plan: &Mutex<Plan>) -> Option<Cut> {
    let mut plan = plan.lock().unwrap();
    plan.steps += 1;
    plan.cut.filter(|(n, _)| plan.steps == *n).map(|(_, cut)| cut)
}

/// Carries one connection until an end of it is gone, or it is cut: then both are.
async fn carry(client: TcpStream, server: Box<dyn Stream>, plan: &Mutex<Plan>) {
    client.set_nodelay(true).unwrap();
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = tokio::io::split(server);
    let (mut from_client, mut from_server) = (BufReader::new(from_client), BufReader::new(from_server));
    let is_cut = AtomicBool::new(false);
    let ask = async {
        let mut asked = Vec::new();
        // The first message alone has no type.
        read(&mut from_client, &mut asked).await?;
        to_server.write_all(&asked).await?;
        asked.clear();
        loop {
            let kind = message(&mut from_client, &mut asked).await?;
            if matches!(kind, b'Q' | b'S') {
                match step(plan) {
                    Some(Cut::Before) => return Ok(()),
                    Some(Cut::After) => is_cut.store(true, Ordering::SeqCst),
                    None => {}
                }
            }
            // PostgreSQL hears of a step when it is complete.
            if matches!(kind, b'Q' | b'S' | b'X') {
                to_server.write_all(&asked).await?;
                asked.clear();
            }
        }
    };
    let answer = async {
        let mut answered = Vec::new();
        loop {
            let kind = message(&mut from_server, &mut answered).await?;
            if !is_cut.load(Ordering::SeqCst) {
                to_client.write_all(&answered).await?;
            } else if kind == b'Z' {
                return std::io::Result::Ok(());
            }
            answered.clear();
        }
    };
    // An end that is gone is no matter.
    let _: std::io::Result<()> = tokio::select! { ended = ask => ended, ended = answer => ended };
}

/// Reads a message behind `read_so_far`: its type.
async fn message(from: &mut (impl AsyncRead + Unpin), read_so_far: &mut Vec<u8>) -> std::io::Result<u8> {
    let kind = from.read_u8().await?;
    read_so_far.push(kind);
    read(from, read_so_far).await?;
    Ok(kind)
}

/// Reads a length, which counts itself, and as much as it says.
async fn read(from: &mut (impl AsyncRead + Unpin), read_so_far: &mut Vec<u8>) -> std::io::Result<()> {
    let length = from.read_u32().await?;
    read_so_far.extend(length.to_be_bytes());
    let start = read_so_far.len();
    read_so_far.resize(start + length as usize - 4, 0);
    from.read_exact(&mut read_so_far[start..]).await.map(drop)
}
