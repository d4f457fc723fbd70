//! Who provides which API.

use std::collections::HashSet;

use sio_p2p_protocol::ApiName;

use super::ConnectionId;
use super::hash::{CountedMap, KeyedMap, give_back};

/// The registry of API names, dialect `v2`.
///
/// A name belongs to the connection that created it, not to its client id: an
/// older connection with the same id that leaves cannot take names from a newer
/// one with it, as it does in the original. Names are plain keys (SRV-ROB-4).
#[derive(Debug, Default)]
pub(super) struct Apis {
    providers: KeyedMap<ApiName, ConnectionId>,
    /// The same by provider.
    provided: CountedMap<ConnectionId, HashSet<ApiName>>,
}

/// Why an API could not be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotCreated {
    /// Somebody else provides it.
    Taken,
    /// The provider has reached its limit.
    TooMany,
}

impl Apis {
    /// Enters an API. Doing so twice changes nothing. A name that has an owner is
    /// taken from it only if `supersedes` says that the newcomer speaks for it.
    pub(super) fn create(
        &mut self,
        provider: ConnectionId,
        api: &ApiName,
        limit: usize,
        supersedes: impl FnOnce(ConnectionId) -> bool,
    ) -> Result<(), NotCreated> {
        let owner = self.provider(api);
        match owner {
            Some(owner) if owner == provider => return Ok(()),
            Some(owner) if !supersedes(owner) => return Err(NotCreated::Taken),
            _ => {}
        }
        let already = self.provided.get(&provider).map_or(0, HashSet::len);
        if already >= limit {
            return Err(NotCreated::TooMany);
        }
        if let Some(owner) = owner {
            self.destroy(owner, api);
        }
        self.providers.insert(api.clone(), provider);
        let names = self.provided.entry(provider).or_default();
        names.insert(api.clone());
        Ok(())
    }

    /// Who provides an API.
    pub(super) fn provider(&self, api: &ApiName) -> Option<ConnectionId> {
        self.providers.get(api).copied()
    }

    /// Removes an API if this connection provides it.
    pub(super) fn destroy(&mut self, provider: ConnectionId, api: &ApiName) {
        let Some(names) = self.provided.get_mut(&provider) else {
            return;
        };
        if names.remove(api) {
            self.providers.remove(api);
        }
        if names.is_empty() {
            self.provided.remove(&provider);
        }
    }

    /// Removes every API of a connection.
    pub(super) fn remove(&mut self, provider: ConnectionId) {
        for api in self.provided.remove(&provider).into_iter().flatten() {
            self.providers.remove(&api);
        }
        give_back(&mut self.providers);
        give_back(&mut self.provided);
    }

    /// How many APIs there are.
    pub(super) fn apis(&self) -> usize {
        self.providers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    /// Nobody speaks for anybody else.
    fn nobody(_: ConnectionId) -> bool {
        false
    }

    fn api(name: &str) -> ApiName {
        ApiName::new(name).unwrap()
    }

    #[test]
    fn a_name_has_one_owner_who_alone_can_give_it_up() {
        let mut apis = Apis::default();
        for _ in 0..2 {
            apis.create(A, &api("__proto__"), 1, nobody).unwrap();
        }
        let taken = apis.create(B, &api("__proto__"), 1, nobody);
        assert_eq!(taken, Err(NotCreated::Taken));
        apis.destroy(B, &api("__proto__"));
        assert_eq!(apis.provider(&api("__proto__")), Some(A));
        apis.destroy(A, &api("__proto__"));
        apis.create(B, &api("__proto__"), 1, nobody).unwrap();
        assert_eq!(apis.provider(&api("__proto__")), Some(B));
        assert_eq!(apis.provider(&api("constructor")), None);
    }

    #[test]
    fn the_limit_counts_names_and_not_creations() {
        let mut apis = Apis::default();
        apis.create(A, &api("x"), 1, nobody).unwrap();
        apis.create(A, &api("x"), 1, nobody).unwrap();
        assert_eq!(
            apis.create(A, &api("y"), 1, nobody),
            Err(NotCreated::TooMany)
        );
        apis.create(B, &api("y"), 1, nobody).unwrap();
        assert_eq!(apis.apis(), 2);
    }

    #[test]
    fn a_name_is_taken_over_only_from_whom_one_speaks_for() {
        let mut apis = Apis::default();
        apis.create(A, &api("x"), 1, nobody).unwrap();
        apis.create(B, &api("y"), 1, nobody).unwrap();
        // A client that may provide no more APIs does not take one over.
        let full = apis.create(B, &api("x"), 1, |owner| owner == A);
        assert_eq!(full, Err(NotCreated::TooMany));
        assert_eq!(apis.provider(&api("x")), Some(A));
        apis.create(B, &api("x"), 2, |owner| owner == A).unwrap();
        assert_eq!(apis.provider(&api("x")), Some(B));
        apis.remove(A);
        assert_eq!(apis.apis(), 2);
        apis.remove(B);
        assert!(apis.providers.is_empty() && apis.provided.is_empty());
    }

    #[test]
    fn nothing_is_left_of_a_provider_that_leaves() {
        let mut apis = Apis::default();
        for name in ["x", "y"] {
            apis.create(A, &api(name), 9, nobody).unwrap();
        }
        apis.create(B, &api("z"), 9, nobody).unwrap();
        apis.remove(A);
        apis.remove(A);
        assert_eq!(apis.apis(), 1);
        apis.destroy(B, &api("z"));
        assert!(apis.providers.is_empty() && apis.provided.is_empty());
    }
}
