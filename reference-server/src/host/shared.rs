//! The driver behind the lock of a shell, and how the host gets at it.

use std::ops::DerefMut;
use std::sync::Arc;

use super::state::HostState;
use crate::Config;

/// The driver of the relay, with the state of the host.
#[cfg(not(feature = "faults"))]
pub(crate) type HostDriver = crate::driver::Driver<HostState>;

/// The driver of the relay, with the state of the host, and with faults.
#[cfg(feature = "faults")]
pub(crate) type HostDriver = crate::faults::FaultyDriver<HostState>;

/// A driver with these settings.
#[cfg(not(feature = "faults"))]
pub(crate) fn new_driver(config: &Config) -> HostDriver {
    HostDriver::new(config.policy.clone())
}

/// A driver with these settings, and these faults.
#[cfg(feature = "faults")]
pub(crate) fn new_driver(config: &Config) -> HostDriver {
    let crate::config::FaultsConfig { on, seed, delay } = &config.faults;
    let faults = crate::faults::Faults::new(on, *seed, *delay);
    HostDriver::new(config.policy.clone(), faults)
}

/// A driver that is shared under the lock of a shell.
pub(crate) trait SharedDriver: Send + Sync {
    /// Takes the lock. When the guard is dropped, what was done under it is
    /// delivered and the lock is free again.
    fn lock_driver(&self) -> DriverGuard<'_>;
}

/// The lock of a shell, held.
pub(crate) type DriverGuard<'a> = Box<dyn DerefMut<Target = HostDriver> + 'a>;

/// Lets packets that are delayed on purpose come back under the lock.
pub(crate) fn take_delayed(shared: &Arc<dyn SharedDriver>) {
    #[cfg(feature = "faults")]
    {
        let weak = Arc::downgrade(shared);
        shared.lock_driver().faults.when_delayed(move |output| {
            // A server that has ended sends nothing any more.
            if let Some(shared) = weak.upgrade() {
                shared.lock_driver().faults.send(output);
            }
        });
    }
    #[cfg(not(feature = "faults"))]
    let _ = shared;
}
