//! How the tables of the relay hash their keys.
//!
//! The relay looks things up several times for each message, so hashing must cost
//! next to nothing, and yet no client may be able to slow the others down by the
//! names it chooses.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// A map whose keys clients choose. The hash is keyed with numbers that are drawn
/// when the program starts, so nobody can choose names that collide.
pub(super) type KeyedMap<K, V> = HashMap<K, V, ahash::RandomState>;

/// A map whose keys the server counts up itself: connections, and the ids of acks.
/// Nobody can choose those, so a multiplication is enough.
pub(super) type CountedMap<K, V> = HashMap<K, V, BuildHasherDefault<CountedHasher>>;

/// Gives memory back that a table has from the time of a crowd. To be called when a
/// connection leaves, and not for each message: a table that fills and empties all the
/// time is to keep what it has.
pub(crate) fn give_back<K: Eq + Hash, V, S: BuildHasher>(table: &mut HashMap<K, V, S>) {
    /// Smaller tables are not worth the trouble.
    const SMALL: usize = 256;
    if table.capacity() > SMALL && table.len() < table.capacity() / 4 {
        table.shrink_to(table.len() * 2);
    }
}

/// Hashes numbers that were counted up.
#[derive(Debug, Default)]
pub(super) struct CountedHasher(u64);

impl CountedHasher {
    fn add(&mut self, number: u64) {
        /// An odd number whose bits look random; it is 2^64 over the golden ratio.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        // The product has its best bits at the top, and a table looks at both ends.
        let product = (self.0 ^ number).wrapping_mul(SPREAD);
        self.0 = product ^ (product >> 32);
    }
}

impl Hasher for CountedHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.add(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    // The discriminants of enums.
    fn write_isize(&mut self, number: isize) {
        self.add(number.cast_unsigned() as u64);
    }
}
