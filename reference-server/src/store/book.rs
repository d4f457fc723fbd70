//! How much is stored, and whether more may be.

use std::collections::HashMap;

use sio_p2p_protocol::ClientId;

use super::{StoreError, StoreLimits};

/// The sums that limits are about. A store keeps it up to date, so that saving a
/// message counts nothing.
#[derive(Debug, Default)]
pub(super) struct Book {
    limits: StoreLimits,
    messages: usize,
    clients: HashMap<ClientId, Sum>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    messages: usize,
    bytes: usize,
}

impl Book {
    pub(super) fn new(limits: StoreLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Strikes everything out, to be entered anew.
    #[cfg(feature = "sqlite")]
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.limits);
    }

    /// Enters what is stored already, whatever the limits are by now.
    #[cfg(feature = "sqlite")]
    pub(super) fn enter(&mut self, client: ClientId, messages: usize, bytes: usize) {
        self.messages += messages;
        self.clients.insert(client, Sum { messages, bytes });
    }

    /// Enters a message, or says which limit it would exceed.
    pub(super) fn add(&mut self, client: &ClientId, size: usize) -> Result<(), StoreError> {
        let StoreLimits {
            messages_per_client,
            bytes_per_client,
            messages,
        } = self.limits;
        let sum = self.clients.get(client).copied().unwrap_or_default();
        if self.messages >= messages {
            return Err(StoreError::Full { limit: messages });
        }
        if sum.messages >= messages_per_client {
            return Err(StoreError::TooManyForClient {
                client: client.clone(),
                limit: messages_per_client,
            });
        }
        if sum.bytes.saturating_add(size) > bytes_per_client {
            return Err(StoreError::TooLargeForClient {
                client: client.clone(),
                limit: bytes_per_client,
            });
        }
        let sum = self.clients.entry(client.clone()).or_default();
        sum.messages += 1;
        sum.bytes += size;
        self.messages += 1;
        Ok(())
    }

    /// Strikes a message out.
    pub(super) fn take(&mut self, client: &ClientId, size: usize) {
        let Some(sum) = self.clients.get_mut(client) else {
            return;
        };
        sum.messages = sum.messages.saturating_sub(1);
        sum.bytes = sum.bytes.saturating_sub(size);
        if sum.messages == 0 {
            self.clients.remove(client);
        }
        self.messages = self.messages.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_reached_and_left_again() {
        let mut book = Book::new(StoreLimits {
            messages_per_client: 2,
            bytes_per_client: 10,
            messages: 3,
        });
        let [a, b] = ["a", "b"].map(|id| ClientId::new(id).unwrap());
        book.add(&a, 4).unwrap();
        let error = book.add(&a, 7).unwrap_err();
        assert!(matches!(
            error,
            StoreError::TooLargeForClient { limit: 10, .. }
        ));
        book.add(&a, 6).unwrap();
        let error = book.add(&a, 0).unwrap_err();
        assert!(matches!(
            error,
            StoreError::TooManyForClient { limit: 2, .. }
        ));
        book.add(&b, 1).unwrap();
        let error = book.add(&b, 1).unwrap_err();
        assert!(matches!(error, StoreError::Full { limit: 3 }));
        book.take(&a, 6);
        book.add(&b, 1).unwrap();
        book.take(&a, 4);
        book.take(&b, 1);
        book.take(&b, 1);
        assert!(book.clients.is_empty() && book.messages == 0);
    }
}
