//! Runs a request, and fetches its batches whenever nothing else of it can go on.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

use super::loader::Loader;

impl Loader {
    /// Runs the request to its end.
    pub async fn drive<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let wakes = Arc::new(RequestWaker::default());
        let waker = Waker::from(Arc::clone(&wakes));
        std::future::poll_fn(|task| {
            wakes.task.register(task.waker());
            loop {
                wakes.is_woken.store(false, Ordering::SeqCst);
                if let Poll::Ready(output) = request.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                let can_go_on = wakes.is_woken.load(Ordering::SeqCst) || self.fetch_gathered();
                if !can_go_on {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

/// Whether something of the request was woken since it was last polled. Wakes the task that runs the request, too.
#[derive(Debug, Default)]
struct RequestWaker {
    is_woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for RequestWaker {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}
