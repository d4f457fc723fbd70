//! Faults on demand, compiled only with the feature `faults`.
//!
//! A check that never fails proves nothing. So the server can be made to do single
//! things wrong, by name and as often as wanted, and an author of checks sees
//! that each of them notices something.
//!
//! Faults are a wrapper of the driver, `driver`, between the relay and the shells: what
//! comes in passes `incoming`, what goes out `outgoing`. Two faults only the relay itself
//! can commit, and a few only a shell, which asks its driver about each
//! (`driver::Misstep`).

mod answers;
mod clock;
mod driver;
mod incoming;
mod leaving;
mod list;
mod outgoing;
mod rewrite;
mod spec;
mod switches;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use sio_p2p_protocol::{ApiName, ClientEvent};

use self::clock::Clock;
pub(crate) use self::driver::FaultyDriver;
pub use self::list::{Fault, Group, UnknownFault, markdown};
pub use self::spec::{FaultSpec, InvalidFault, Rate};
use self::switches::Switches;
use crate::relay::{ConnectionId, Handshake, Output, Packet};

/// The faults of one server, and what they have to remember.
///
/// What it remembers grows with the connections and what they do, and is not
/// bounded: this is for tests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    switches: Switches,
    clock: Clock,
    /// Who has joined, under which id.
    present: BTreeMap<ConnectionId, Option<String>>,
    /// Who has joined and is not registered yet.
    late: HashMap<ConnectionId, Handshake>,
    /// Ids of clients that have left, the latest last.
    departed: Vec<String>,
    /// Who provides which API.
    apis: HashMap<ApiName, ConnectionId>,
    /// What each client has done to join rooms.
    joins: HashMap<String, Vec<ClientEvent>>,
    /// The events that clients were asked to answer, by ack id.
    asked: HashMap<u64, Asked>,
    /// Where the answers to them went.
    answered: HashMap<u64, (ConnectionId, u64)>,
    /// What the relay is at the moment dealing with.
    cause: Cause,
    /// What is to be sent next.
    ready: VecDeque<Output>,
    /// What is sent when something else has been.
    held: Vec<(Until, Output)>,
    /// Who is cut off instead of being sent the next disconnect packet.
    resets: HashSet<ConnectionId>,
    /// Nobody is served any more.
    deaf: bool,
}

/// An event that a client was asked to answer.
#[derive(Debug, Clone, Copy)]
struct Asked {
    to: ConnectionId,
    question: Question,
}

/// What a client was asked, as far as answers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    /// An event of another client.
    Event,
    /// To be a target, or to accept a stream.
    Offer,
}

/// What the relay is dealing with.
#[derive(Debug, Clone, Copy)]
struct Cause {
    what: What,
    from: ConnectionId,
    /// The id of the ack that was asked for.
    ack: Option<u64>,
    /// A receiver of a room message has been passed over.
    missed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Something that nobody asked for, or that cannot go wrong here.
    Other,
    Joining,
    Leaving,
    /// An answer, under this ack id.
    Answer(u64),
    Message,
    RoomMessage,
    ApiCall,
    AddTarget,
    CreateStream,
    /// A listing of clients.
    List,
    /// The question whether a client is connected.
    Status,
    /// The question whether an API exists.
    CheckApi,
    /// The end of a topic.
    EndTopic,
}

impl Default for Cause {
    fn default() -> Self {
        Self {
            what: What::Other,
            from: ConnectionId::HOST,
            ack: None,
            missed: false,
        }
    }
}

/// What must be sent to the same receiver before a packet that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Event,
    Ack,
    Anything,
}

impl Faults {
    /// These faults switched on. Random numbers begin with the seed, if there is one, and
    /// a delayed packet takes this long.
    pub(crate) fn new(on: &[FaultSpec], seed: Option<u64>, delay: Duration) -> Self {
        let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 53));
        if !on.is_empty() {
            let names: Vec<_> = on.iter().map(ToString::to_string).collect();
            tracing::warn!(seed, faults = names.join(" "), "faults are switched on");
        }
        Self {
            switches: Switches::new(on, seed),
            clock: Clock::new(delay),
            ..Self::default()
        }
    }

    /// Says what becomes of delayed packets when their time has come.
    pub(crate) fn when_delayed(&mut self, later: impl Fn(Output) + Send + Sync + 'static) {
        self.clock.set(later);
    }

    /// True if anything may go wrong.
    pub(crate) fn any(&self) -> bool {
        !self.switches.is_empty()
    }

    /// Asks on an occasion for a fault whether it shall happen.
    pub(crate) fn hit(&mut self, fault: Fault) -> bool {
        self.switches.hit(fault)
    }

    /// What is to be sent next.
    pub(crate) fn ready(&mut self) -> Option<Output> {
        self.ready.pop_front()
    }

    /// Sends a packet, and what was held until one like it.
    pub(crate) fn send(&mut self, output: Output) {
        let to = output.to;
        let is_event = matches!(output.packet, Packet::Event { .. });
        self.ready.push_back(output);
        let free = |(until, held): &mut (Until, Output)| {
            held.to == to
                && match until {
                    Until::Event => is_event,
                    Until::Ack => !is_event,
                    Until::Anything => true,
                }
        };
        let free = self.held.extract_if(.., free);
        self.ready.extend(free.map(|(_, output)| output));
    }

    /// Cuts a connection off. Its shell finds that out by [`resets`](Self::resets)
    /// and reports that it has gone.
    fn reset(&mut self, to: ConnectionId) {
        self.resets.insert(to);
        let packet = Packet::Disconnect;
        self.send(Output { to, packet });
    }

    /// True if the disconnect packet that is to be sent stands for a broken
    /// connection.
    pub(crate) fn resets(&mut self, to: ConnectionId) -> bool {
        self.resets.remove(&to)
    }

    /// Keeps a packet back until another was sent to the same receiver.
    fn hold(&mut self, until: Until, output: Output) {
        self.held.push((until, output));
    }

    /// Sends a packet some time later.
    fn delay(&mut self, output: Output) {
        // Without a runtime, later is behind the next packet.
        if let Some(output) = self.clock.delay(output) {
            self.hold(Until::Anything, output);
        }
    }

    /// The client id of a connection; empty for one without.
    fn id(&self, connection: ConnectionId) -> String {
        let id = self.present.get(&connection).cloned().flatten();
        id.unwrap_or_default()
    }

    /// A client that is neither of these two, if there is any.
    fn somebody_else(&self, one: ConnectionId, other: ConnectionId) -> Option<ConnectionId> {
        let mut present = self.present.keys().copied();
        present.find(|third| *third != one && *third != other)
    }
}

/// How long a delayed packet takes unless told otherwise.
pub(crate) const DELAY: Duration = Duration::from_millis(200);
