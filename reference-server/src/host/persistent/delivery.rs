//! The one task that delivers the persistent messages of one client.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use sio_p2p_protocol::{Args, ClientId};
use tokio::task::unconstrained;
use tracing::{debug, error, warn};

use super::{Persistence, WINDOW, Wakeup};
use crate::store::{AckFunction, Message, MessageId, StoreError};

/// How long to wait after the store has failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Delivers what is stored for a client, until nothing is left to do.
pub(super) async fn run(persistence: Arc<Persistence>, client: ClientId, wakeup: Arc<Wakeup>) {
    let mut delivery = Delivery {
        persistence: Arc::clone(&persistence),
        client: client.clone(),
        wakeup: Arc::clone(&wakeup),
        round: Round::default(),
        underway: FuturesUnordered::new(),
    };
    loop {
        let changes = wakeup.take();
        if changes.connected {
            delivery.round.restart();
        }
        let outcome = delivery.deliver().await;
        match outcome {
            // What has happened meanwhile comes before anything else.
            Ok(Standing::Idle) if delivery.underway.is_empty() => {
                if persistence.end_if_idle(&client, &wakeup) {
                    return;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                error!(%client, %error, "cannot deliver persistent messages");
                // There is nothing to try again once the server has ended.
                if persistence.sender.is_gone() {
                    return;
                }
                tokio::time::sleep(STORE_PAUSE).await;
                continue;
            }
        }
        tokio::select! {
            () = wakeup.notify.notified() => {}
            Some(answer) = delivery.underway.next() => {
                if let Err(error) = delivery.settle(answer).await {
                    error!(%client, %error, "an acked message may be sent again");
                }
            }
        }
    }
}

/// Whether there is more to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Everything stored was sent, or the client is not there.
    Idle,
    /// As much is under way as may be.
    Waiting,
}

/// A delivery of everything that is stored. Each connection of the client makes a
/// new one, and so does a message that was sent in vain.
#[derive(Debug, Default)]
struct Round {
    /// Tells answers to this round from those to earlier ones.
    number: u64,
    /// The last message that was sent in it.
    last: Option<MessageId>,
    /// What was sent in it and waits for its ack.
    waiting: HashSet<MessageId>,
}

impl Round {
    fn restart(&mut self) {
        self.number += 1;
        self.last = None;
        self.waiting.clear();
    }
}

/// How the sending of a message has ended: with an ack, or in vain.
#[derive(Debug)]
struct Ended {
    round: u64,
    message: MessageId,
    ack: Option<AckFunction>,
    answer: Option<Args>,
}

struct Delivery {
    persistence: Arc<Persistence>,
    client: ClientId,
    wakeup: Arc<Wakeup>,
    round: Round,
    underway: FuturesUnordered<BoxFuture<'static, Ended>>,
}

impl Delivery {
    /// Sends what is stored, from where the round is, until nothing is left, the
    /// client is not there, or enough is under way.
    async fn deliver(&mut self) -> Result<Standing, StoreError> {
        loop {
            let room = WINDOW.saturating_sub(self.round.waiting.len());
            if room == 0 {
                return Ok(Standing::Waiting);
            }
            let store = Arc::clone(&self.persistence.store);
            let now = SystemTime::now();
            let loaded = store.load(&self.client, self.round.last, room, now).await?;
            if loaded.is_empty() {
                return Ok(Standing::Idle);
            }
            let mut sent = Vec::with_capacity(loaded.len());
            for message in loaded {
                let id = message.id;
                if !self.send(message) {
                    break;
                }
                sent.push(id);
            }
            if sent.is_empty() {
                return Ok(Standing::Idle);
            }
            store.sent(sent).await?;
        }
    }

    /// Sends one message, unless the client is not there, or has connected anew.
    fn send(&mut self, message: Message) -> bool {
        let Message {
            id,
            attempts,
            message,
        } = message;
        // A message that was loaded for an earlier connection must not be the first
        // of a new one: what was sent in vain before it comes first. A new connection is
        // noted under the same lock as this is asked.
        let stale = || self.wakeup.changes().connected;
        let (event, args) = (&message.event, message.args);
        let sender = &self.persistence.sender;
        if sender.is_gone() {
            return false;
        }
        let answer = match sender.send(&self.client, event, args, &stale) {
            Ok(answer) => answer,
            Err(error) => {
                debug!(client = %self.client, %error, "a message stays in the store");
                return false;
            }
        };
        if attempts > 0 {
            warn!(client = %self.client, message = id.0, attempts, "sent again, for want of an ack");
        }
        let (round, ack) = (self.round.number, message.ack);
        self.round.last = Some(id);
        self.round.waiting.insert(id);
        self.underway.push(Box::pin(async move {
            let answer = answer.await;
            Ended {
                round,
                message: id,
                ack,
                answer,
            }
        }));
        true
    }

    /// Takes note of how the sending of a message has ended, and of all others that
    /// have ended too, so that one commit is enough for many acks. What ended together is
    /// told in the order of the messages.
    async fn settle(&mut self, first: Ended) -> Result<(), StoreError> {
        let mut ended = vec![first];
        // Within the task's budget, some that have ended would seem not to have, and the
        // others would come first. There are never more than a window of them.
        while let Some(Some(next)) = unconstrained(self.underway.next()).now_or_never() {
            ended.push(next);
        }
        ended.sort_by_key(|ended| ended.message);
        let mut acked = Vec::new();
        let mut in_vain = false;
        for Ended {
            round,
            message,
            ack,
            answer,
        } in ended
        {
            if round == self.round.number {
                self.round.waiting.remove(&message);
                in_vain |= answer.is_none();
            }
            acked.extend(answer.map(|answer| (message, ack, answer)));
        }
        if in_vain {
            // The connection has gone. If there is another, all is sent again.
            self.round.restart();
        }
        if acked.is_empty() {
            return Ok(());
        }
        let ids = acked.iter().map(|(message, ..)| *message).collect();
        let removed = self.persistence.store.remove(ids).await?;
        let mut removed: HashSet<_> = removed.into_iter().collect();
        for (message, ack, answer) in acked {
            // One that was taken back, has expired, or was acked on another connection
            // of the client before, is no news.
            if let Some(ack) = ack.filter(|_| removed.remove(&message)) {
                self.persistence
                    .acks
                    .call(&self.client, message, ack, answer);
            }
        }
        Ok(())
    }
}
