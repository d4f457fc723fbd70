//! Calls of what the program provides, on their way to it and back.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use sio_p2p_protocol::Failure;
use tokio::task::JoinSet;

use super::providers::{Backlog, CallQueue};
use super::shared::SharedDriver;
use crate::relay::{Callee, Content, HostCall, Peer};

/// Why something cannot be provided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProvideError {
    /// The name is reserved, or somebody provides it already.
    #[error("it cannot be provided: {0}")]
    Refused(Failure),
    /// The server has ended.
    #[error("the server has ended")]
    Ended,
}

/// The calls of one API or of one event of a service, in the order in which they
/// were made (SRV-MSG-28).
///
/// As long as this value lives, it is provided; dropping it withdraws it and
/// refuses what still waits. See [`Handle::provide`](super::Handle::provide) and
/// [`Service::provide`](super::Service::provide).
pub struct Calls {
    driver: Arc<dyn SharedDriver>,
    callee: Callee,
    queue: CallQueue,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls")
            .field("callee", &self.callee)
            .finish_non_exhaustive()
    }
}

impl Calls {
    /// Provides something.
    pub(super) fn provide(
        shared: &Arc<dyn SharedDriver>,
        callee: Callee,
        backlog: Backlog,
    ) -> Result<Self, ProvideError> {
        let mut driver = shared.lock_driver();
        if driver.state.is_closed() {
            return Err(ProvideError::Ended);
        }
        driver
            .host()
            .provide(&callee)
            .map_err(ProvideError::Refused)?;
        let queue = driver.state.providers.insert(callee.clone(), backlog);
        drop(driver);
        Ok(Self {
            driver: Arc::clone(shared),
            callee,
            queue,
        })
    }

    /// The next call; `None` once it is no longer provided, because it was destroyed
    /// or the server has ended. Cancel safe: a call that is not returned is not lost.
    pub async fn next(&mut self) -> Option<Call> {
        let HostCall {
            caller,
            content,
            ack,
            ..
        } = self.queue.next().await?;
        let reply = ack.map(|id| Reply {
            driver: Arc::clone(&self.driver),
            id: Some(id),
        });
        Some(Call {
            caller,
            content,
            reply,
        })
    }

    /// Handles one call after the other, until it is no longer provided.
    pub async fn for_each<F, Done>(mut self, mut handler: F)
    where
        F: FnMut(Call) -> Done,
        Done: Future<Output = ()>,
    {
        while let Some(call) = self.next().await {
            handler(call).await;
        }
    }

    /// Handles up to `limit` calls at a time, each in a task of its own, until it is
    /// no longer provided and the last task is done. A handler that panics leaves its
    /// own call unanswered, and nothing else. If the future is dropped, its tasks
    /// are aborted.
    pub async fn for_each_concurrent<F, Done>(mut self, limit: usize, mut handler: F)
    where
        F: FnMut(Call) -> Done,
        Done: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        while let Some(call) = self.next().await {
            while tasks.len() >= limit.max(1) {
                // A panic has been reported by the runtime already.
                tasks.join_next().await;
            }
            tasks.spawn(handler(call));
            while tasks.try_join_next().is_some() {}
        }
        while tasks.join_next().await.is_some() {}
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        let mut driver = self.driver.lock_driver();
        let (state, mut host) = driver.split();
        state
            .providers
            .leave(&self.callee, &mut self.queue, &mut host);
    }
}

/// One call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Call {
    /// Who calls. The relay vouches for it, in both dialects.
    pub caller: Peer,
    /// The arguments of the call. In a service of the first dialect, the source that
    /// every message begins with is taken off.
    pub content: Content,
    /// The way to answer; `None` if the caller wants no answer.
    pub reply: Option<Reply>,
}

impl Call {
    /// Answers the call, if an answer is wanted.
    pub fn answer(self, content: impl Into<Content>) {
        if let Some(reply) = self.reply {
            reply.send(content);
        }
    }
}

/// The way to answer a call, once. Dropped without an answer, it tells the caller
/// that there will be none, as if the provider had left (SRV-SVC-14).
pub struct Reply {
    driver: Arc<dyn SharedDriver>,
    /// Taken when it is answered.
    id: Option<u64>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// Answers the call. If the caller has left, or has been told meanwhile that
    /// there will be no answer, this goes nowhere.
    pub fn send(mut self, content: impl Into<Content>) {
        let content = content.into();
        if let Some(id) = self.id.take() {
            self.driver.lock_driver().host().answer(id, content);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            self.driver.lock_driver().host().refuse(id);
        }
    }
}
