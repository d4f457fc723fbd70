//! Maps that mostly have one entry.

use std::hash::Hash;

use super::hash::KeyedMap;

/// A map that keeps its first entry in place.
///
/// Nearly every connection is in the room that is named after it and in no other, and
/// a table for one entry takes more memory than all else that is known about it.
#[derive(Debug)]
pub(super) enum SmallMap<K, V> {
    /// At most one entry.
    One(Option<(K, V)>),
    /// It has had more than one. It stays like this, so that no client can make it
    /// change back and forth.
    Many(Box<KeyedMap<K, V>>),
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self::One(None)
    }
}

impl<K: Eq + Hash, V> SmallMap<K, V> {
    /// The value of a key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::One(one) => one
                .as_ref()
                .filter(|(known, _)| known == key)
                .map(|(_, value)| value),
            Self::Many(map) => map.get(key),
        }
    }

    /// As [`get`](Self::get), to change it.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match self {
            Self::One(one) => one
                .as_mut()
                .filter(|(known, _)| known == key)
                .map(|(_, value)| value),
            Self::Many(map) => map.get_mut(key),
        }
    }

    /// True if it has this key.
    pub(super) fn contains_key(&self, key: &K) -> bool {
        match self {
            Self::One(one) => one.as_ref().is_some_and(|(known, _)| known == key),
            Self::Many(map) => map.contains_key(key),
        }
    }

    /// Enters a value. The key must not be there.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self {
            Self::One(one @ None) => *one = Some((key, value)),
            Self::One(Some(_)) => {
                let mut map = KeyedMap::default();
                map.extend(std::mem::take(self));
                map.insert(key, value);
                *self = Self::Many(Box::new(map));
            }
            Self::Many(map) => {
                map.insert(key, value);
            }
        }
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        match self {
            Self::One(one) => {
                let (_, value) = one.take_if(|(known, _)| known == key)?;
                Some(value)
            }
            Self::Many(map) => map.remove(key),
        }
    }

    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(one) => usize::from(one.is_some()),
            Self::Many(map) => map.len(),
        }
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter =
        std::iter::Chain<std::option::IntoIter<(K, V)>, std::collections::hash_map::IntoIter<K, V>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self {
            Self::One(one) => (one, KeyedMap::default()),
            Self::Many(map) => (None, *map),
        };
        one.into_iter().chain(many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_however_many_entries_it_has() {
        let mut few = SmallMap::default();
        for round in 0..3 {
            assert_eq!((few.len(), few.remove(&round)), (0, None));
            for key in 0..=round {
                assert!(!few.contains_key(&key));
                few.insert(key, key + 10);
                *few.get_mut(&key).unwrap() += 1;
            }
            assert!(few.get_mut(&9).is_none());
            assert_eq!(few.len(), round + 1);
            for key in 0..=round {
                assert_eq!(few.remove(&key), Some(key + 11));
            }
        }
        for (number, mut few) in [SmallMap::default(), few].into_iter().enumerate() {
            few.insert(1, number);
            assert_eq!(few.into_iter().collect::<Vec<_>>(), [(1, number)]);
        }
    }
}
