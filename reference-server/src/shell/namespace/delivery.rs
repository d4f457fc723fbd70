//! What the relay wants sent goes to the connections.

use std::sync::Arc;

use sio_p2p_engine::{Room, SendError};
use tracing::info;

use super::Namespace;
use super::shared_event::SharedEvent;
use crate::driver::Misstep;
use crate::relay::{Data, Output, Packet};
use crate::shell::disconnect_reason::DisconnectReason;
use crate::shell::frame::Encoded;
use crate::shell::session::{Connection, Phase, span};

impl Namespace {
    /// Sends all that the relay wants sent. Closing a slow consumer on the way
    /// adds to it, which is why this is a loop and nothing below it recurses: a
    /// room may be full of slow consumers.
    pub(crate) fn deliver(&mut self) {
        let mut written = None;
        while let Some(Output { to, packet }) = self.driver.next() {
            // One that was closed on the way gets nothing more.
            let Some(connection) = self.joined.get(&to).cloned() else {
                continue;
            };
            match packet {
                Packet::Event { data, ack } => {
                    self.counters.events += 1;
                    match Arc::try_unwrap(data) {
                        Ok(data) => self.send(&connection, Encoded::event(data.into(), ack)),
                        // The members of a room share it, and it is written once for all.
                        Err(data) => {
                            let same = |(shared, _): &&(Arc<Data>, SharedEvent)| {
                                Arc::ptr_eq(shared, &data)
                            };
                            let event = if let Some((_, event)) = written.as_ref().filter(same) {
                                event
                            } else {
                                let event = SharedEvent::new(&data);
                                &written.insert((data, event)).1
                            };
                            self.send_written(&connection, event);
                        }
                    }
                }
                Packet::Ack { data, id } => {
                    self.counters.acks += 1;
                    self.send(&connection, Encoded::ack(data.into(), id));
                }
                Packet::Disconnect if self.driver.errs(Misstep::Break(to)) => {
                    self.close_without_delivery(&connection, DisconnectReason::Transport);
                }
                Packet::Disconnect => {
                    // The relay has let go of it already.
                    span(&connection).in_scope(|| info!("turned away"));
                    self.remove_joined(&connection, to);
                    connection.data().enter(Phase::Left);
                    self.put_outside(&connection, self.config.engine.connect_timeout);
                    self.send(&connection, Encoded::disconnect());
                }
            }
        }
    }

    /// Queues a packet. A consumer that is too far behind is closed: it would
    /// have to miss packets, and would not know that it did.
    pub(super) fn send(&mut self, connection: &Connection, packet: Encoded) {
        let (packets, bytes) = packet.size();
        let Encoded { text, attachments } = &packet;
        let outcome = connection.send(&[text], attachments, &mut self.batch);
        self.sent(connection, outcome, packets, bytes);
    }

    /// Queues an event that others get, too.
    fn send_written(&mut self, connection: &Connection, event: &SharedEvent) {
        let SharedEvent {
            message,
            attachments,
            packets,
            bytes,
        } = event;
        let outcome = connection.send_prepared(message, attachments, &mut self.batch);
        self.sent(connection, outcome, *packets, *bytes);
    }

    /// Notes how sending to a connection went.
    pub(super) fn sent(
        &mut self,
        connection: &Connection,
        outcome: Result<Room, SendError>,
        packets: usize,
        bytes: usize,
    ) {
        match outcome {
            Ok(room) => {
                self.counters.queue(packets, bytes);
                if room == Room::Scarce {
                    self.crowded = Some(Arc::downgrade(connection));
                }
            }
            Err(SendError::Closed) => {}
            Err(SendError::Full) => {
                span(connection).in_scope(|| info!("closing a consumer that is too far behind"));
                self.close_without_delivery(connection, DisconnectReason::SlowConsumer);
            }
        }
    }

    /// Nothing more is read of a client for a while, if one that it has sent to has little
    /// room left.
    pub(super) fn hold_up(&mut self, sender: &Connection) {
        if let Some(receiver) = self.crowded.take() {
            sender.data().backpressure.wait_for(receiver);
        }
    }
}
