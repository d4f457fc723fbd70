//! Joining the default namespace, and not being let in.

use std::sync::Arc;
use std::time::Duration;

use sio_p2p_engine::{Generation, Sid};
use tracing::{error, info};

use super::Hub;
use crate::auth::Unauthenticated;
use crate::relay::{ConnectionId, Handshake};
use crate::shell::ending::Ending;
use crate::shell::frame::Encoded;
use crate::shell::gate::{Admission, Outcome};
use crate::shell::session::{Connection, Phase, span};

/// How long a client that was refused may take to read why. Those of Socket.IO
/// close the connection when they have; others may want to keep it.
const REFUSED_LINGER: Duration = Duration::from_secs(5);

impl Hub {
    /// A connection has requested to join and will be [admitted](Self::admit) or
    /// not. Says whether it may ask now.
    #[expect(
        clippy::unused_self,
        reason = "only who holds the hub may change the phase of a connection"
    )]
    pub(crate) fn judge(&mut self, connection: &Connection) -> bool {
        let may_ask = matches!(connection.data().phase(), Phase::Waiting | Phase::Left);
        if may_ask {
            connection.data().enter(Phase::Judged);
        }
        may_ask
    }

    /// It is decided whether a connection may join.
    pub(crate) fn admit(&mut self, connection: &Connection, outcome: Outcome) {
        match outcome {
            Ok(admission) => self.join(connection, admission),
            Err(reason) => self.refuse(connection, &reason),
        }
    }

    /// Tells a client why it may not join. It cannot try again on this connection:
    /// guessing shall cost a handshake each time.
    fn refuse(&mut self, connection: &Connection, reason: &Unauthenticated) {
        if !is_before_joining(connection.data().phase()) {
            return;
        }
        connection.data().enter(Phase::Refused);
        self.tally.refused += 1;
        let linger = REFUSED_LINGER.min(self.config.engine.connect_timeout);
        self.put_outside(connection, linger);
        let object = connection.generation() == Generation::V4;
        self.reply(connection, Encoded::denied(&reason.to_string(), object));
    }

    /// Takes a connection into the default namespace and introduces it to the
    /// relay. Each joining is a connection of its own to the relay (SRV-CORE-3).
    pub(crate) fn join(&mut self, connection: &Connection, admission: Admission) {
        // Asked again under the lock: polling requests of one client may overlap,
        // and a client that joined twice would be forgotten only once. It may also
        // have gone while it was judged.
        if !is_before_joining(connection.data().phase()) {
            return;
        }
        let Admission { client_id, until } = admission;
        if let Some(until) = until {
            self.expiring.insert(connection.id(), until);
        }
        let id = ConnectionId(self.joins);
        self.joins += 1;
        // A 2.x client takes its engine id for its Socket.IO id; a 4.x client is
        // told one, which must not be the engine id: that one is a secret.
        let told = connection.generation() == Generation::V4;
        let sid = if told {
            Sid::random()
        } else {
            Ok(connection.id())
        };
        let sid = match sid {
            Ok(sid) => sid,
            Err(reason) => {
                span(connection).in_scope(|| error!(%reason, "no randomness for an id"));
                return self.close(connection, Ending::Internal);
            }
        };
        connection.data().join_as(id, sid, client_id.as_deref());
        let sid = sid.to_string();
        self.tally
            .join(connection.generation(), connection.data().spoken());
        self.outside.remove(&connection.id());
        // Known here first: what the relay has to say comes after the `40`, even
        // if it is that the client may not stay (SRV-CORE-13).
        connection.data().enter(Phase::Joined(id));
        span(connection).in_scope(|| info!("joined"));
        self.joined.insert(id, Arc::clone(connection));
        if !fault!(self.core, DropConnect) {
            self.send(connection, Encoded::connect(told.then_some(&sid)));
        }
        match client_id
            .as_deref()
            .map_or(Ok(()), |id| self.rates.join(id))
        {
            Ok(()) => self.core.connected(id, Handshake { client_id, sid }),
            Err(rate) => self.core.too_often(id, rate),
        }
        self.deliver();
    }
}

/// Whether a connection in this phase may come to join.
fn is_before_joining(phase: Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::Left | Phase::Judged)
}
