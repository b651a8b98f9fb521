//! A client of the socket, which says exactly what a test wants said.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest, http};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::world::{Person, World};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// The request of a handshake.
pub fn handshake(url: &str) -> http::Request<()> {
    let mut request = format!("{}/graphql", url.replace("http", "ws")).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request
}

/// The status with which a handshake is refused.
pub async fn refused(request: http::Request<()>) -> u16 {
    match open(request).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

pub async fn open(request: http::Request<()>) -> Result<Socket, tungstenite::Error> {
    let address = request.uri().authority().unwrap().to_string();
    let connection = TcpStream::connect(address).await.unwrap();
    Socket::over(connection, request).await
}

/// A connection for which the system keeps as little as it can of what was not read yet.
pub async fn narrow(url: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1_024).unwrap();
    socket.connect(url.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap()
}

impl Socket {
    /// A socket over a connection that is there.
    pub async fn over(connection: TcpStream, request: http::Request<()>) -> Result<Self, tungstenite::Error> {
        let (stream, _) = client_async(request, connection).await?;
        Ok(Self { stream })
    }

    /// A socket on which nothing was said yet.
    pub async fn silent(url: &str) -> Self {
        open(handshake(url)).await.unwrap()
    }

    /// A socket of someone, acknowledged.
    pub async fn of(world: &World, person: &Person) -> Self {
        Self::at(&world.url, &world.token(person)).await
    }

    /// A socket at one of the servers, by a token.
    pub async fn at(url: &str, token: &str) -> Self {
        let mut socket = Self::silent(url).await;
        socket.acknowledged(token).await;
        socket
    }

    /// Says who it is, and is acknowledged.
    pub async fn acknowledged(&mut self, token: &str) {
        self.init(token).await;
        let ack = self.next().await;
        assert_eq!(ack["type"], "connection_ack", "{ack}");
    }

    pub async fn init(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        // Whoever sends too much may be cut off in the middle of it.
        let _ = self.stream.send(message).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Waits until what was asked for before is under way, of which the protocol says nothing: it is answered after that.
    pub async fn opened(&mut self) {
        self.subscribe("opened", "{ viewer { kind } }", json!({})).await;
        self.result("opened").await;
        assert_eq!(self.next().await["type"], "complete");
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("instead of a message came {other:?}"),
            }
        }
    }

    async fn frame(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        timeout(PATIENCE, self.stream.next()).await.expect("something comes")
    }

    /// The next message, which is the next result of this operation.
    pub async fn result(&mut self, id: &str) -> Value {
        let mut next = self.next().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!(id)), "{next}");
        next["payload"].take()
    }

    /// The event in the next result of this operation, which is marked with its id.
    pub async fn event(&mut self, id: &str) -> Value {
        let mut result = self.result(id).await;
        assert_eq!(result.get("errors"), None, "{result}");
        assert_eq!(result["extensions"]["eventId"], result["data"]["events"]["id"]);
        result["data"]["events"].take()
    }

    /// The reason of the end that comes next, and after which event.
    pub async fn end(&mut self, id: &str) -> (String, Value) {
        let mut result = self.result(id).await;
        let error = &mut result["errors"][0];
        assert_eq!(error["extensions"]["code"], "STREAM_ENDED", "{error}");
        assert!(!error["message"].as_str().unwrap().is_empty());
        let complete = self.next().await;
        assert_eq!(complete, json!({ "id": id, "type": "complete" }));
        let extensions = &mut error["extensions"];
        (extensions["reason"].as_str().unwrap().to_owned(), extensions["lastEventId"].take())
    }

    /// The code and the reason with which the server closes, whatever it says before.
    pub async fn closed(mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("instead of a close frame came {other:?}"),
            }
        }
    }

    /// The next message, or the code and the reason with which the server closes.
    pub async fn next_or_closed(&mut self) -> Result<Value, (u16, String)> {
        loop {
            match self.frame().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                other => panic!("instead of a message came {other:?}"),
            }
        }
    }

    /// Reads to an end that has no close frame.
    pub async fn cut(mut self) {
        loop {
            match self.frame().await {
                None | Some(Err(_)) => return,
                Some(Ok(Message::Close(frame))) => panic!("it was closed for {frame:?}"),
                Some(Ok(_)) => {}
            }
        }
    }
}
