//! A client requests to join, and may have to be asked who it is.

use std::sync::Arc;

use sio_p2p_engine::Generation;
use socketioxide_core::Str;

use super::Engine;
use super::frames::Refusal;
use crate::shell::session::{Batch, Connection};

impl Engine {
    /// Lets a client in or refuses it, at once if nobody has to be asked.
    pub(super) fn request_to_join(
        self: &Arc<Self>,
        connection: &Connection,
        payload: Option<Str>,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        // Clients of Engine.IO 3 have been asked when they came.
        if self.authentication.is_open() || connection.generation() == Generation::V3 {
            let outcome = self.authentication.known(connection);
            self.namespace_with(batch).admit(connection, outcome);
            return Ok(());
        }
        let payload = payload
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| Refusal::Packet("an auth payload that is not JSON"))?;
        if !self.namespace().begin_authentication(connection) {
            return Ok(());
        }
        // The one task that a connection may have besides its own: everything else
        // it sends before the answer is out of place, so no order can be lost.
        let (engine, connection) = (Arc::clone(self), Arc::clone(connection));
        tokio::spawn(async move {
            let outcome = engine
                .authentication
                .judge_request(&connection, payload)
                .await;
            let mut batch = Batch::new();
            engine.guarded(&connection, &mut batch, |batch| {
                engine.namespace_with(batch).admit(&connection, outcome);
                Ok(())
            });
        });
        Ok(())
    }
}
