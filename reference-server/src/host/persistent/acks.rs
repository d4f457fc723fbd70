//! Functions that are called when a persistent message was acked.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::{Args, ClientId};
use tracing::debug;

use crate::store::{AckFunction, MessageId};

/// A persistent message that was acked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acked {
    /// Who has acked it.
    pub client: ClientId,
    /// The message.
    pub message: MessageId,
    /// The arguments that were stored with the message for this function.
    pub args: Args,
    /// The arguments of the ack, as they came.
    pub answer: Args,
}

type Function = Arc<dyn Fn(&Acked) + Send + Sync>;

/// The functions by name. Several may share one.
#[derive(Default)]
pub(crate) struct AckFunctions {
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    functions: HashMap<String, Vec<(u64, Function)>>,
    registered: u64,
}

/// A registered ack function. It is called no more when this is dropped.
#[must_use = "the function is called only as long as its registration is kept"]
pub struct AckRegistration {
    table: Weak<Mutex<Table>>,
    name: String,
    number: u64,
}

impl fmt::Debug for AckRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AckRegistration")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl AckFunctions {
    /// Has a function called under this name.
    pub(crate) fn register(
        &self,
        name: String,
        function: impl Fn(&Acked) + Send + Sync + 'static,
    ) -> AckRegistration {
        let mut table = lock(&self.table);
        table.registered += 1;
        let number = table.registered;
        let functions = table.functions.entry(name.clone()).or_default();
        functions.push((number, Arc::new(function)));
        AckRegistration {
            table: Arc::downgrade(&self.table),
            name,
            number,
        }
    }

    /// Calls every function of a name, in the order of registration.
    pub(super) fn call(
        &self,
        client: &ClientId,
        message: MessageId,
        ack: AckFunction,
        answer: Args,
    ) {
        let AckFunction { name, args } = ack;
        // Called without the lock, so that a function may register others.
        let functions = lock(&self.table).functions.get(&name).cloned();
        let Some(functions) = functions else {
            debug!(name, %client, "a message was acked and nobody wants to know");
            return;
        };
        let acked = Acked {
            client: client.clone(),
            message,
            args: args.into(),
            answer,
        };
        for (_, function) in functions {
            function(&acked);
        }
    }
}

impl Drop for AckRegistration {
    fn drop(&mut self) {
        let Some(table) = self.table.upgrade() else {
            return;
        };
        let mut table = lock(&table);
        if let Some(functions) = table.functions.get_mut(&self.name) {
            functions.retain(|(number, _)| *number != self.number);
            if functions.is_empty() {
                table.functions.remove(&self.name);
            }
        }
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock()
}
