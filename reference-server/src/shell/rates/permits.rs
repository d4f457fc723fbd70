//! How many sessions each address has.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::TooMany;

/// When a client may try again if the permits of its address are taken. When one gets
/// free is not known.
pub(super) const PERMIT_RETRY: Duration = Duration::from_secs(10);

/// How many sessions each address has; an address without any is not in it.
#[derive(Debug, Default)]
pub(super) struct Permits {
    taken: Mutex<HashMap<IpAddr, u32>>,
}

/// The place of one session. It travels with the handshake that the engine keeps,
/// and is free again when the session is forgotten, however that comes about.
#[derive(Debug)]
pub(crate) struct Permit {
    key: IpAddr,
    permits: Arc<Permits>,
}

impl Permits {
    pub(super) fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.taken.lock()
    }

    pub(super) fn take(
        this: &Arc<Self>,
        key: IpAddr,
        limit: NonZeroU32,
    ) -> Result<Arc<Permit>, TooMany> {
        let mut taken = this.taken();
        let number = taken.entry(key).or_default();
        if *number >= limit.get() {
            let retry_after = PERMIT_RETRY;
            return Err(TooMany { retry_after });
        }
        *number += 1;
        Ok(Arc::new(Permit {
            key,
            permits: Arc::clone(this),
        }))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Entry::Occupied(mut number) = self.permits.taken().entry(self.key) {
            *number.get_mut() -= 1;
            if *number.get() == 0 {
                number.remove();
            }
        }
    }
}
