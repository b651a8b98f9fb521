//! What is sent over a socket: frames that wait to be written (RFC 6455, section 5), bounded by their bytes.
//!
//! The stock session queues messages by their number, however long they are, and gives them to the connection all at once.
//! Here whoever sends waits until what was sent before is on its way, so that a client that does not read holds up its own
//! operations and takes no memory for them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::timeout;

use super::connection::End;
use super::protocol::Closure;

/// How many bytes may wait before the next frame has to.
const WAITING: usize = 64 * 1024;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The frames of one socket. Everything of a socket runs on one thread.
#[derive(Clone)]
pub struct Outbox {
    queue: Rc<RefCell<Queue>>,
    /// How long the client may leave unread what was sent.
    patience: Duration,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    is_finished: bool,
    is_gone: bool,
    connection: Option<Waker>,
    senders: Vec<Waker>,
}

impl Outbox {
    pub fn new(patience: Duration) -> Self {
        Self { queue: Rc::default(), patience }
    }

    /// What the connection takes the frames from.
    pub fn frames<T>(&self, kept: T) -> Frames<T> {
        Frames { outbox: self.clone(), _kept: kept }
    }

    /// Sends a text, once there is room for it.
    pub async fn say(&self, text: &[u8]) -> Result<(), End> {
        self.ready().await?;
        self.push(TEXT, text);
        Ok(())
    }

    pub async fn pong(&self, payload: &[u8]) -> Result<(), End> {
        self.ready().await?;
        self.push(PONG, payload);
        Ok(())
    }

    /// Asks for a sign of life, without waiting.
    pub fn ping(&self) {
        self.push(PING, &[]);
    }

    /// Sends a last text, without waiting.
    pub fn last_text(&self, text: &[u8]) {
        self.push(TEXT, text);
    }

    /// Says why it is closed, without waiting, and is finished.
    pub fn close(&self, closure: &Closure) {
        // A control frame has 125 bytes at most.
        let mut reason = closure.reason.as_ref();
        while reason.len() > 123 {
            reason = &reason[..reason.floor_char_boundary(123)];
        }
        let payload = [&closure.code.to_be_bytes(), reason.as_bytes()].concat();
        self.push(CLOSE, &payload);
        self.finish();
    }

    /// Has the connection end after what waits.
    pub fn finish(&self) {
        let mut queue = self.queue.borrow_mut();
        queue.is_finished = true;
        queue.wake_connection();
    }

    /// Waits until there is room.
    async fn ready(&self) -> Result<(), End> {
        // Mostly there is, and then no clock is asked.
        if self.queue.borrow().has_room() {
            return Ok(());
        }
        let ready = timeout(self.patience, self.until(Queue::has_room)).await;
        ready.map_err(|_| End::Unread)?;
        if self.queue.borrow().is_gone { Err(End::Gone) } else { Ok(()) }
    }

    /// Waits until all of it is on its way.
    pub async fn written(&self) {
        self.until(|queue| queue.frames.is_empty()).await;
    }

    /// Waits until it is so, or the connection is gone.
    async fn until(&self, is_so: impl Fn(&Queue) -> bool) {
        std::future::poll_fn(|task| {
            let mut queue = self.queue.borrow_mut();
            if queue.is_gone || is_so(&queue) {
                return Poll::Ready(());
            }
            queue.senders.push(task.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn push(&self, kind: u8, payload: &[u8]) {
        let mut queue = self.queue.borrow_mut();
        if queue.is_finished {
            return;
        }
        let frame = frame(kind, payload);
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        queue.wake_connection();
    }
}

/// One whole frame, without a mask: only clients have one.
fn frame(kind: u8, payload: &[u8]) -> Bytes {
    const FINAL: u8 = 0x80;
    let mut bytes = Vec::with_capacity(payload.len() + 10);
    bytes.push(FINAL | kind);
    let length = payload.len();
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => bytes.push(short),
        (_, Ok(length)) => {
            bytes.push(126);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes.into()
}

impl Queue {
    fn has_room(&self) -> bool {
        !self.is_gone && self.bytes < WAITING
    }

    fn wake_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.wake();
        }
    }

    fn wake_senders(&mut self) {
        self.senders.drain(..).for_each(Waker::wake);
    }
}

/// The body of the response that is a socket, one frame after another. Something is kept until the connection is gone.
pub struct Frames<T> {
    outbox: Outbox,
    _kept: T,
}

impl<T: Unpin> Stream for Frames<T> {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut queue = self.outbox.queue.borrow_mut();
        let Some(frame) = queue.frames.pop_front() else {
            if queue.is_finished {
                return Poll::Ready(None);
            }
            queue.connection = Some(task.waker().clone());
            return Poll::Pending;
        };
        queue.bytes -= frame.len();
        queue.wake_senders();
        Poll::Ready(Some(Ok(frame)))
    }
}

impl<T> Drop for Frames<T> {
    fn drop(&mut self) {
        let mut queue = self.outbox.queue.borrow_mut();
        queue.is_gone = true;
        queue.wake_senders();
    }
}

#[cfg(test)]
mod tests {
    use super::{TEXT, frame};

    #[test]
    fn a_frame_says_how_long_it_is_in_as_few_bytes_as_can_be() {
        for (length, head) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = frame(TEXT, &vec![b'x'; length]);
            assert_eq!(&frame[..head.len()], head);
            assert_eq!(frame.len(), head.len() + length);
        }
    }
}
