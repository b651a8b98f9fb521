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

use actix_web::web::Bytes;
use futures_util::Stream;

use super::protocol::Closure;

/// How many bytes may wait before the next frame has to.
const WAITING: usize = 64 * 1024;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The frames of one socket. Everything of a socket runs on one thread.
#[derive(Clone, Default)]
pub struct Outbox(Rc<RefCell<Queue>>);

#[derive(Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    is_finished: bool,
    is_gone: bool,
    connection: Option<Waker>,
    sender: Option<Waker>,
}

/// Nobody takes frames any more.
#[derive(Debug)]
pub struct Gone;

impl Outbox {
    /// What the connection takes the frames from.
    pub fn frames<T>(&self, kept: T) -> Frames<T> {
        Frames { outbox: self.clone(), _kept: kept }
    }

    pub async fn text(&self, text: &[u8]) -> Result<(), Gone> {
        self.ready().await?;
        self.push(TEXT, text);
        Ok(())
    }

    pub async fn pong(&self, payload: &[u8]) -> Result<(), Gone> {
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
        let mut queue = self.0.borrow_mut();
        queue.is_finished = true;
        wake(&mut queue.connection);
    }

    /// Waits until there is room, or the connection is gone.
    async fn ready(&self) -> Result<(), Gone> {
        self.until(|queue| queue.bytes < WAITING).await
    }

    /// Waits until all of it is on its way, or the connection is gone.
    pub async fn written(&self) {
        // Gone is as good as written.
        let _ = self.until(|queue| queue.frames.is_empty()).await;
    }

    async fn until(&self, is_so: impl Fn(&Queue) -> bool) -> Result<(), Gone> {
        std::future::poll_fn(|task| {
            let mut queue = self.0.borrow_mut();
            if queue.is_gone {
                return Poll::Ready(Err(Gone));
            }
            if is_so(&queue) {
                return Poll::Ready(Ok(()));
            }
            queue.sender = Some(task.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn push(&self, kind: u8, payload: &[u8]) {
        let mut queue = self.0.borrow_mut();
        if queue.is_finished {
            return;
        }
        let frame = frame(kind, payload);
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        wake(&mut queue.connection);
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

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
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
        let mut queue = self.outbox.0.borrow_mut();
        let Some(frame) = queue.frames.pop_front() else {
            if queue.is_finished {
                return Poll::Ready(None);
            }
            queue.connection = Some(task.waker().clone());
            return Poll::Pending;
        };
        queue.bytes -= frame.len();
        wake(&mut queue.sender);
        Poll::Ready(Some(Ok(frame)))
    }
}

impl<T> Drop for Frames<T> {
    fn drop(&mut self) {
        let mut queue = self.outbox.0.borrow_mut();
        queue.is_gone = true;
        wake(&mut queue.sender);
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
