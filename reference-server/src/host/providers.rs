//! Which part of the program is called by what, and the calls that wait for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sio_p2p_protocol::{Failure, Refusal};
use tokio::sync::mpsc;

use crate::relay::{Callee, Host, HostCall};

/// How much may wait for a provider that is slow to take it.
///
/// A caller that comes on top of it is told that a limit is reached, as soon as
/// it calls (SRV-ROB-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many calls.
    pub calls: usize,
    /// How many bytes they may have together, attachments included. A single call is
    /// always let through to a provider that has nothing to do.
    pub bytes: usize,
}

/// 1,024 calls of together 8 MiB.
impl Default for Backlog {
    fn default() -> Self {
        Self {
            calls: 1_024,
            bytes: 8 << 20,
        }
    }
}

/// Everything that the program provides. It knows no more of a provider than
/// where to put the calls.
#[derive(Debug, Default)]
pub(super) struct Providers {
    providers: HashMap<Callee, Provider>,
    /// How many there have been.
    registered: u64,
}

#[derive(Debug)]
struct Provider {
    /// Tells it from others that have had the same name.
    number: u64,
    calls: mpsc::UnboundedSender<HostCall>,
    load: Arc<Load>,
    backlog: Backlog,
}

/// What waits in a queue: counted up under the lock, down by the provider.
#[derive(Debug, Default)]
struct Load {
    calls: AtomicUsize,
    bytes: AtomicUsize,
}

/// The receiving end of a provider's queue.
#[derive(Debug)]
pub(super) struct CallQueue {
    number: u64,
    calls: mpsc::UnboundedReceiver<HostCall>,
    load: Arc<Load>,
}

impl Providers {
    /// Enters a provider. The relay has made sure that the name is free.
    pub(super) fn insert(&mut self, callee: Callee, backlog: Backlog) -> CallQueue {
        self.registered += 1;
        let number = self.registered;
        // It is bounded by what may wait, in bytes as well; see `call`.
        let (sender, calls) = mpsc::unbounded_channel();
        let load = Arc::new(Load::default());
        let provider = Provider {
            number,
            calls: sender,
            load: Arc::clone(&load),
            backlog,
        };
        self.providers.insert(callee, provider);
        CallQueue {
            number,
            calls,
            load,
        }
    }

    /// Removes the provider of this. What waits for it can still be taken.
    pub(super) fn remove(&mut self, callee: &Callee) {
        self.providers.remove(callee);
    }

    /// Removes all APIs.
    pub(super) fn remove_apis(&mut self) {
        self.providers
            .retain(|callee, _| !matches!(callee, Callee::Api(_)));
    }

    /// Removes everything from the relay, too.
    pub(super) fn close(&mut self, host: &mut Host<'_>) {
        for (callee, _) in self.providers.drain() {
            host.withdraw(&callee);
        }
    }

    /// The provider of this queue is gone. Withdraws what it provides, unless another
    /// provider has it by now, and refuses the calls that still wait for it.
    pub(super) fn leave(&mut self, callee: &Callee, queue: &mut CallQueue, host: &mut Host<'_>) {
        let provider = self.providers.get(callee);
        if provider.is_some_and(|provider| provider.number == queue.number) {
            self.providers.remove(callee);
            host.withdraw(callee);
        }
        queue.calls.close();
        while let Ok(call) = queue.calls.try_recv() {
            if let Some(id) = call.ack {
                host.refuse(id);
            }
        }
    }

    /// Puts a call into the queue of its provider, or turns it away.
    pub(super) fn call(&mut self, call: HostCall, host: &mut Host<'_>) {
        let Some(provider) = self.providers.get(&call.callee) else {
            // It was withdrawn between the call and now.
            if let Some(id) = call.ack {
                host.refuse(id);
            }
            return;
        };
        let (load, backlog) = (&provider.load, provider.backlog);
        let (calls, size) = (load.calls.load(Ordering::Relaxed), size(&call));
        let bytes = load.bytes.load(Ordering::Relaxed).saturating_add(size);
        if calls >= backlog.calls || (calls > 0 && bytes > backlog.bytes) {
            return host.decline(&call, &overloaded(&call.callee));
        }
        // Counted before it can be taken: both counts stay above zero.
        load.calls.fetch_add(1, Ordering::Relaxed);
        load.bytes.fetch_add(size, Ordering::Relaxed);
        if let Err(mpsc::error::SendError(call)) = provider.calls.send(call) {
            // The provider is about to leave.
            if let Some(id) = call.ack {
                host.refuse(id);
            }
        }
    }
}

impl CallQueue {
    /// The next call; `None` once the provider is removed and its queue is empty.
    pub(super) async fn next(&mut self) -> Option<HostCall> {
        let call = self.calls.recv().await?;
        self.load.calls.fetch_sub(1, Ordering::Relaxed);
        self.load.bytes.fetch_sub(size(&call), Ordering::Relaxed);
        Some(call)
    }
}

/// How many bytes a call has.
fn size(call: &HostCall) -> usize {
    call.args.size()
}

/// The provider has too many calls waiting.
fn overloaded(callee: &Callee) -> Failure {
    let what = match callee {
        Callee::Api(api) => format!("the API `{api}`"),
        Callee::Service { service, event } => format!("`{event}` of the service `{service}`"),
    };
    let detail = format!("{what} has too many calls waiting");
    Failure::refused(Refusal::LimitReached, detail)
}
