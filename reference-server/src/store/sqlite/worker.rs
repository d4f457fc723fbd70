//! The thread that owns the database.

use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;
use tracing::error;

use super::database::Database;
use crate::store::StoreError;

/// How many jobs share a commit at most.
const BATCH: usize = 512;

/// What the thread is told.
pub(super) enum Order {
    /// Something is to be done inside of a transaction.
    Do(Job),
    /// Nobody asks any more.
    End,
}

/// Something that is to be done. It gives the answer back, which is told when
/// what it is about is on disk.
pub(super) type Job = Box<dyn FnOnce(&mut Database) -> Settle + Send>;

/// Tells an answer, or why there is none.
type Settle = Box<dyn FnOnce(Result<(), StoreError>)>;

/// A job whose outcome goes to `answer`.
pub(super) fn job<T: Send + 'static>(
    work: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    answer: oneshot::Sender<Result<T, StoreError>>,
) -> Job {
    Box::new(|database| {
        let outcome = work(database);
        // The caller may have lost interest.
        Box::new(|committed| drop(answer.send(committed.and(outcome))))
    })
}

/// Does what is asked for until there is nobody to ask.
pub(super) fn work(mut database: Database, orders: &Receiver<Order>) {
    while let Ok(first) = orders.recv() {
        let orders = std::iter::once(first).chain(orders.try_iter().take(BATCH - 1));
        if !batch(&mut database, orders) {
            return;
        }
    }
}

/// Does some jobs in one transaction. False if that was the end.
fn batch(database: &mut Database, orders: impl Iterator<Item = Order>) -> bool {
    let begun = database.begin();
    if let Err(error) = &begun {
        // The jobs are dropped, and those who wait for them are told so by that.
        error!(%error, "nothing can be stored");
    }
    let mut settles = Vec::new();
    for order in orders {
        match order {
            Order::Do(job) if begun.is_ok() => settles.push(job(database)),
            Order::Do(_) => {}
            Order::End => {
                finish(database, settles);
                return false;
            }
        }
    }
    if begun.is_ok() {
        finish(database, settles);
    }
    true
}

/// Commits, and tells everybody what has come of it: what a failed commit has left
/// in doubt must not be told as done.
fn finish(database: &mut Database, settles: Vec<Settle>) {
    let committed = database.commit();
    if let Err(error) = &committed {
        error!(%error, "what was to be stored is lost");
    }
    for settle in settles {
        settle(match &committed {
            Ok(()) => Ok(()),
            Err(error) => Err(database.again(error)),
        });
    }
}
