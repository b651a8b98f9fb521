//! A receiver, which behaves as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What was received.
#[derive(Clone, Debug)]
pub struct Received {
    pub at: Instant,
    pub path: String,
    /// The names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).1
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether this secret has signed it, among others perhaps.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let timestamp = self.header("webhook-timestamp").parse().unwrap();
        let signature = Webhook::new(secret).unwrap().sign(self.id(), timestamp, &self.body).unwrap();
        self.header("webhook-signature").split(' ').any(|one| one == signature)
    }
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    /// A status, and lines of the head.
    With(u16, String),
    /// That it was taken, after a while.
    After(Duration),
    /// Nothing, ever.
    Hang,
    /// One byte of a head, or of a body, each while.
    DripHead,
    DripBody,
    /// A status, and a body that takes long to end, as fast as it is taken.
    Endless(u16),
    /// A body that is short as it is sent, and long when it is unpacked.
    Packed(Arc<[u8]>),
}

pub struct Receiver {
    pub url: String,
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
    endless_bytes: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// One that takes everything.
    pub async fn willing() -> Self {
        Self::replying(|_| Reply::Status(204)).await
    }

    pub async fn replying(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", reply).await
    }

    pub async fn at(address: &str, reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::listening(TcpListener::bind(address).await.unwrap(), reply)
    }

    pub fn listening(
        listener: TcpListener,
        reply: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let (received, connections) =
            (Arc::<Mutex<Vec<Received>>>::default(), Arc::<Mutex<usize>>::default());
        let endless_bytes = Arc::<AtomicUsize>::default();
        let (reply, kept, counted) = (Arc::new(reply), Arc::clone(&received), Arc::clone(&connections));
        let sent = Arc::clone(&endless_bytes);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (reply, kept, sent) = (Arc::clone(&reply), Arc::clone(&kept), Arc::clone(&sent));
                tokio::spawn(async move {
                    let _ = answer(connection, &*reply, &kept, &sent).await;
                });
            }
        });
        Self {
            url: format!("http://{address}"),
            port: address.port(),
            received,
            connections,
            endless_bytes,
            task,
        }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What was received at one path.
    pub fn at_path(&self, path: &str) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.path == path).collect()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// How often someone has connected.
    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    /// How much of endless bodies was taken, by whoever has asked or by the system on the way.
    pub fn endless_bytes(&self) -> usize {
        self.endless_bytes.load(Ordering::Relaxed)
    }

    /// Waits until so much was received.
    pub async fn gets(&self, count: usize) -> Vec<Received> {
        super::until(&format!("{count} messages"), async || self.count() >= count).await;
        self.received()
    }
}

/// Answers the requests of one connection.
async fn answer(
    connection: TcpStream,
    reply: &(impl Fn(&Received) -> Reply + Send + Sync),
    kept: &Mutex<Vec<Received>>,
    endless_bytes: &AtomicUsize,
) -> std::io::Result<()> {
    let mut connection = BufReader::new(connection);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            connection.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
        connection.read_exact(&mut body).await?;
        let received = Received { at: Instant::now(), path, headers, body };
        let reply = reply(&received);
        kept.lock().unwrap().push(received);
        let connection = connection.get_mut();
        match reply {
            Reply::Status(204) => connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?,
            Reply::Status(status) => respond(connection, status, "").await?,
            Reply::With(status, lines) => respond(connection, status, &lines).await?,
            Reply::After(time) => {
                sleep(time).await;
                respond(connection, 200, "").await?;
            }
            Reply::Hang => sleep(Duration::from_hours(1)).await,
            Reply::DripHead => drip(connection).await?,
            Reply::DripBody => {
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await?;
                drip(connection).await?;
            }
            Reply::Endless(status) => {
                let head = format!(
                    "HTTP/1.1 {status} As told\r\ncontent-encoding: gzip\r\ncontent-length: 268435456\r\n\r\n"
                );
                connection.write_all(head.as_bytes()).await?;
                loop {
                    connection.write_all(&[0; 8_192]).await?;
                    endless_bytes.fetch_add(8_192, Ordering::Relaxed);
                }
            }
            Reply::Packed(body) => {
                let head = format!(
                    "HTTP/1.1 200 As told\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                connection.write_all(&[head.as_bytes(), &body].concat()).await?;
            }
        }
    }
}

async fn respond(connection: &mut TcpStream, status: u16, lines: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} As told\r\ncontent-length: 2\r\n{lines}\r\nok");
    connection.write_all(head.as_bytes()).await
}

async fn drip(connection: &mut TcpStream) -> std::io::Result<()> {
    for byte in b"HTTP/1.1 200 OK\r\n".iter().cycle() {
        connection.write_all(&[*byte]).await?;
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
