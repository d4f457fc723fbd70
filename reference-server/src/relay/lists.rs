//! Entries that are in several lists at once.
//!
//! Each entry knows its neighbours in every list, so it is taken out of all of them
//! at once, wherever it stands, and entering one needs no memory of its own as long
//! as there is room from those that have left.

use slab::Slab;

/// Stands where there is no neighbour.
const NONE: usize = usize::MAX;

/// Entries, each of which may be in `N` kinds of lists, in one list of each kind.
#[derive(Debug)]
pub(super) struct Lists<T, const N: usize> {
    slots: Slab<Slot<T, N>>,
}

#[derive(Debug)]
struct Slot<T, const N: usize> {
    value: T,
    links: [Link; N],
}

#[derive(Debug, Clone, Copy)]
struct Link {
    before: usize,
    after: usize,
}

/// One list: where it begins and ends. The entries are in [`Lists`].
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    first: usize,
    last: usize,
    len: usize,
}

impl Default for List {
    fn default() -> Self {
        Self {
            first: NONE,
            last: NONE,
            len: 0,
        }
    }
}

impl List {
    /// The entry that was appended before all others.
    pub(super) fn first(&self) -> Option<usize> {
        (self.len > 0).then_some(self.first)
    }

    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl<T, const N: usize> Default for Lists<T, N> {
    fn default() -> Self {
        Self { slots: Slab::new() }
    }
}

impl<T, const N: usize> Lists<T, N> {
    /// Keeps an entry and returns its place. It is in no list yet.
    pub(super) fn insert(&mut self, value: T) -> usize {
        let alone = Link {
            before: NONE,
            after: NONE,
        };
        let links = [alone; N];
        self.slots.insert(Slot { value, links })
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.slots.get(place).map(|slot| &slot.value)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Puts an entry at the end of a list of this kind.
    pub(super) fn append(&mut self, list: &mut List, kind: usize, place: usize) {
        let link = Link {
            before: list.last,
            after: NONE,
        };
        self.link(kind, place, |own| *own = link);
        self.link(kind, list.last, |last| last.after = place);
        if list.len == 0 {
            list.first = place;
        }
        list.last = place;
        list.len += 1;
    }

    /// Takes an entry out of the list of this kind that it is in.
    pub(super) fn unlink(&mut self, list: &mut List, kind: usize, place: usize) {
        let link = self.slots.get(place).and_then(|slot| slot.links.get(kind));
        let Some(Link { before, after }) = link.copied() else {
            return;
        };
        self.link(kind, before, |before| before.after = after);
        self.link(kind, after, |after| after.before = before);
        if list.first == place {
            list.first = after;
        }
        if list.last == place {
            list.last = before;
        }
        list.len -= 1;
    }

    /// Removes an entry. It must be in no list any more.
    pub(super) fn remove(&mut self, place: usize) -> Option<T> {
        self.slots.try_remove(place).map(|slot| slot.value)
    }

    /// The entries of a list of this kind, in the order in which they were appended.
    pub(super) fn iter(&self, list: List, kind: usize) -> impl Iterator<Item = &T> {
        let mut next = list.first;
        std::iter::from_fn(move || {
            let slot = self.slots.get(next)?;
            next = slot.links.get(kind).map_or(NONE, |link| link.after);
            Some(&slot.value)
        })
    }

    /// Gives memory back that a crowd has needed, once nothing is left of it.
    pub(super) fn give_back(&mut self) {
        /// Room for fewer entries is kept.
        const SMALL: usize = 256;
        if self.slots.is_empty() && self.slots.capacity() > SMALL {
            self.slots.shrink_to_fit();
        }
    }

    fn link(&mut self, kind: usize, place: usize, change: impl FnOnce(&mut Link)) {
        let slot = self.slots.get_mut(place);
        if let Some(link) = slot.and_then(|slot| slot.links.get_mut(kind)) {
            change(link);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_are_what_vectors_would_be(steps in proptest::collection::vec(
            (any::<bool>(), 0..3_usize, 0..3_usize, 0..100_usize), 0..200,
        )) {
            let mut lists = Lists::<u32, 2>::default();
            let mut heads = [[List::default(); 3]; 2];
            let mut model = [const { [const { Vec::<u32>::new() }; 3] }; 2];
            let mut known: Vec<(usize, usize, usize, u32)> = Vec::new();
            let mut number = 0;
            for (insert, a, b, which) in steps {
                if insert || known.is_empty() {
                    number += 1;
                    let place = lists.insert(number);
                    for (kind, list) in [(0, a), (1, b)] {
                        lists.append(&mut heads[kind][list], kind, place);
                        model[kind][list].push(number);
                    }
                    known.push((place, a, b, number));
                } else {
                    let (place, a, b, number) = known.swap_remove(which % known.len());
                    for (kind, list) in [(0, a), (1, b)] {
                        lists.unlink(&mut heads[kind][list], kind, place);
                        model[kind][list].retain(|other| *other != number);
                    }
                    prop_assert_eq!(lists.remove(place), Some(number));
                }
                prop_assert_eq!(lists.len(), known.len());
                for kind in 0..2 {
                    for list in 0..3 {
                        let (head, expected) = (heads[kind][list], &model[kind][list]);
                        let found: Vec<_> = lists.iter(head, kind).copied().collect();
                        prop_assert_eq!(&found, expected);
                        prop_assert_eq!(head.len(), expected.len());
                        let first = head.first().and_then(|first| lists.get(first));
                        prop_assert_eq!(first, expected.first());
                    }
                }
            }
        }
    }
}
