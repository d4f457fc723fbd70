//! The lock on everything, held.

use std::ops::{Deref, DerefMut};

use parking_lot::MutexGuard;

use super::Engine;
use crate::host::{DriverGuard, HostDriver, SharedDriver};
use crate::shell::namespace::Namespace;
use crate::shell::session::Batch;

/// The namespace, locked. What was queued under the lock is written, or handed on, when it is
/// free again.
#[derive(Debug)]
pub(super) struct NamespaceGuard<'a> {
    namespace: MutexGuard<'a, Namespace>,
    /// Who writes what was queued, if not the guard itself.
    batch: Option<&'a mut Batch>,
    /// What the guard writes itself: dropped after the lock, and written by that.
    own: Batch,
}

impl<'a> NamespaceGuard<'a> {
    /// Writes what is queued under the lock when that is free again.
    pub(super) fn new(namespace: MutexGuard<'a, Namespace>) -> Self {
        Self {
            namespace,
            batch: None,
            own: Batch::new(),
        }
    }

    /// Puts what is queued under the lock into the batch.
    pub(super) fn with(mut namespace: MutexGuard<'a, Namespace>, batch: &'a mut Batch) -> Self {
        // The batch stands in for that of the namespace, so that both keep their room.
        std::mem::swap(&mut namespace.batch, batch);
        Self {
            namespace,
            batch: Some(batch),
            own: Batch::new(),
        }
    }
}

impl Deref for NamespaceGuard<'_> {
    type Target = Namespace;

    fn deref(&self) -> &Namespace {
        &self.namespace
    }
}

impl DerefMut for NamespaceGuard<'_> {
    fn deref_mut(&mut self) -> &mut Namespace {
        &mut self.namespace
    }
}

impl Drop for NamespaceGuard<'_> {
    fn drop(&mut self) {
        let batch = match &mut self.batch {
            Some(batch) => batch,
            None => &mut self.own,
        };
        std::mem::swap(&mut self.namespace.batch, batch);
    }
}

/// The namespace, locked for the host.
#[derive(Debug)]
struct HostGuard<'a>(NamespaceGuard<'a>);

impl Deref for HostGuard<'_> {
    type Target = HostDriver;

    fn deref(&self) -> &HostDriver {
        self.0.driver()
    }
}

impl DerefMut for HostGuard<'_> {
    fn deref_mut(&mut self) -> &mut HostDriver {
        self.0.driver_mut()
    }
}

/// Queues what the host has given rise to, while the lock is still held.
impl Drop for HostGuard<'_> {
    fn drop(&mut self) {
        self.0.deliver();
    }
}

impl SharedDriver for Engine {
    fn lock_driver(&self) -> DriverGuard<'_> {
        Box::new(HostGuard(self.namespace()))
    }
}
