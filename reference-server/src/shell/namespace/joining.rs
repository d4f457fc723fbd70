//! Joining the default namespace, and not being let in.

use std::sync::Arc;
use std::time::Duration;

use sio_p2p_engine::{Generation, Sid};
use tracing::{error, info};

use super::Namespace;
use crate::auth::Unauthenticated;
use crate::driver::Misstep;
use crate::relay::{ConnectionId, Handshake};
use crate::shell::authentication::{AuthOutcome, Authenticated};
use crate::shell::disconnect_reason::DisconnectReason;
use crate::shell::frame::Encoded;
use crate::shell::session::{Connection, Phase, span};

/// How long a client that was refused may take to read why. Those of Socket.IO
/// close the connection when they have; others may want to keep it.
const REFUSED_LINGER: Duration = Duration::from_secs(5);

impl Namespace {
    /// A connection has requested to join and will be [admitted](Self::admit) or
    /// not. Says whether it may ask now.
    #[expect(
        clippy::unused_self,
        reason = "only who holds the namespace may change the phase of a connection"
    )]
    pub(crate) fn begin_authentication(&mut self, connection: &Connection) -> bool {
        let may_ask = matches!(connection.data().phase(), Phase::Waiting | Phase::Left);
        if may_ask {
            connection.data().enter(Phase::Authenticating);
        }
        may_ask
    }

    /// It is decided whether a connection may join.
    pub(crate) fn admit(&mut self, connection: &Connection, outcome: AuthOutcome) {
        match outcome {
            Ok(authenticated) => self.join(connection, authenticated),
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
        self.counters.refused += 1;
        let linger = REFUSED_LINGER.min(self.config.engine.connect_timeout);
        self.put_outside(connection, linger);
        let object = connection.generation() == Generation::V4;
        self.reply(connection, Encoded::denied(&reason.to_string(), object));
    }

    /// Takes a connection into the default namespace and introduces it to the
    /// relay. Each joining is a connection of its own to the relay (SRV-CORE-3).
    pub(crate) fn join(&mut self, connection: &Connection, authenticated: Authenticated) {
        // Asked again under the lock: polling requests of one client may overlap,
        // and a client that joined twice would be forgotten only once. It may also
        // have gone while it was judged.
        if !is_before_joining(connection.data().phase()) {
            return;
        }
        // Each joining is told to the log, and to those who watch.
        if connection.data().count_join() > self.config.engine.max_joins {
            return self.close(connection, DisconnectReason::TooManyJoins);
        }
        let Authenticated { client_id, until } = authenticated;
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
                return self.close(connection, DisconnectReason::Internal);
            }
        };
        connection.data().join_as(id, sid, client_id.as_deref());
        let sid = sid.to_string();
        self.counters
            .join(connection.generation(), connection.data().spoken());
        self.outside.remove(&connection.id());
        // Known here first: what the relay has to say comes after the `40`, even
        // if it is that the client may not stay (SRV-CORE-13).
        connection.data().enter(Phase::Joined(id));
        span(connection).in_scope(|| info!("joined"));
        self.joined.insert(id, Arc::clone(connection));
        if !self.driver.errs(Misstep::DropConnect) {
            self.send(connection, Encoded::connect(told.then_some(&sid)));
        }
        match client_id
            .as_deref()
            .map_or(Ok(()), |id| self.rates.join(id))
        {
            Ok(()) => self.driver.connected(id, Handshake { client_id, sid }),
            Err(rate) => self.driver.too_often(id, rate),
        }
        self.deliver();
    }
}

/// Whether a connection in this phase may come to join.
fn is_before_joining(phase: Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::Left | Phase::Authenticating)
}
