//! The reading side of a connection's task: frames in, packets to the application.

use std::task::{Context, Poll, ready};

use engineioxide_core::Str;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::PollSemaphore;

use crate::{
    close::CloseReason,
    decode::{Decoder, Invalid},
    error::DecodeError,
    frame::{EioVersion, EnginePacket, Frame, read_binary, read_text},
    packet::Packet,
};

/// A received packet with the part of the receive buffer that it takes.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) packet: Packet,
    _room: Option<OwnedSemaphorePermit>,
}

/// What is read, and whether the application has room for it.
#[derive(Debug)]
pub(crate) struct PacketReader {
    pub(crate) eio: EioVersion,
    /// The namespace whose end is the end of the connection; none for raw handshakes.
    pub(crate) home: Option<String>,
    pub(crate) decoder: Decoder,
    /// The application's packets. Bounded by `room`, which counts bytes.
    pub(crate) inbound: mpsc::UnboundedSender<Received>,
    pub(crate) room: PollSemaphore,
    pub(crate) room_size: usize,
    /// The packet that waits for room; while there is one, nothing is read.
    pub(crate) pending: Option<Packet>,
}

impl PacketReader {
    /// Ready when the next frame may be read, because the packet before has found room.
    pub(crate) fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(packet) = &self.pending else {
            return Poll::Ready(());
        };
        let room = ready!(self.room.poll_acquire_many(context, self.need(packet)));
        if let Some(packet) = self.pending.take() {
            self.deliver(packet, room);
        }
        Poll::Ready(())
    }

    /// Delivers the pending packet if there is room, drops it otherwise.
    pub(crate) fn deliver_or_drop(&mut self) {
        if let Some(packet) = self.pending.take() {
            let room = self
                .room
                .clone_inner()
                .try_acquire_many_owned(self.need(&packet));
            if let Ok(room) = room {
                self.deliver(packet, Some(room));
            }
        }
    }

    /// The room a packet takes: at most all there is, so that one always fits.
    fn need(&self, packet: &Packet) -> u32 {
        u32::try_from(packet.weight().min(self.room_size)).unwrap_or(u32::MAX)
    }

    /// An application that dropped its receiver does not want to know.
    fn deliver(&self, packet: Packet, room: Option<OwnedSemaphorePermit>) {
        let _ = self.inbound.send(Received {
            packet,
            _room: room,
        });
    }

    /// Reads a frame. Its packet, if it completes one, becomes the pending one. An error is the
    /// end of the connection.
    pub(crate) fn take(&mut self, frame: Frame) -> Result<EnginePacket, CloseReason> {
        let (read, evidence) = match frame {
            Frame::Close { code, reason } => {
                return Err(CloseReason::WebSocketClose { code, reason });
            }
            Frame::Text(text) => {
                let text = Str::from(text);
                (read_text(self.eio, text.clone()), Evidence::Text(text))
            }
            Frame::Binary(data) => {
                let size = data.len();
                (read_binary(self.eio, data), Evidence::Binary(size))
            }
        };
        let invalid = |invalid| match invalid {
            Invalid::Packet(error) => CloseReason::InvalidPacket {
                error,
                excerpt: evidence.excerpt(),
            },
            Invalid::Limit(limit) => CloseReason::Limit(limit),
        };
        let engine = read.map_err(|error| invalid(error.into()))?;
        let packet = match &engine {
            EnginePacket::Message(text) => self.decoder.text(text.clone()).map_err(invalid)?,
            EnginePacket::Binary(data) => self.decoder.binary(data.clone()).map_err(invalid)?,
            EnginePacket::Close => return Err(CloseReason::EngineClose),
            EnginePacket::Open(_) => return Err(invalid(DecodeError::SecondOpen.into())),
            EnginePacket::Ping | EnginePacket::Pong | EnginePacket::Ignored => None,
        };
        if let Some(Packet::Disconnect { namespace }) = &packet
            && self.home.as_deref() == Some(namespace)
        {
            // The last packet there is: it is told even to an application without room.
            let namespace = namespace.clone();
            self.deliver(Packet::Disconnect { namespace }, None);
            return Err(CloseReason::ServerDisconnect);
        }
        self.pending = packet;
        Ok(engine)
    }
}

/// The frame at hand, in case it turns out to be invalid.
enum Evidence {
    Text(Str),
    Binary(usize),
}

impl Evidence {
    /// What is kept of it in the reason: a line, however large the frame.
    fn excerpt(&self) -> String {
        match self {
            Self::Text(text) => text.chars().take(200).collect(),
            Self::Binary(size) => format!("binary frame of {size} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use tokio::sync::Semaphore;

    use super::*;

    fn reader(eio: EioVersion) -> (PacketReader, mpsc::UnboundedReceiver<Received>) {
        let (inbound, packets) = mpsc::unbounded_channel();
        let reader = PacketReader {
            eio,
            home: Some("/".to_owned()),
            decoder: Decoder::new(3, 200),
            inbound,
            room: PollSemaphore::new(Arc::new(Semaphore::new(1000))),
            room_size: 1000,
            pending: None,
        };
        (reader, packets)
    }

    fn any_frame() -> impl Strategy<Value = Frame> {
        prop_oneof![
            4 => r#"[0-9b][0-9]{0,3}-?(/[a-z\u{e9}]?,?)?[0-9]{0,21}[ \[{]{0,2}[a-z"\\0-9,:{}\[\]]{0,12}"#
                .prop_map(Frame::Text),
            2 => "4[25][12]?-?\\[\"e\"\\]".prop_map(Frame::Text),
            1 => ".{0,8}".prop_map(Frame::Text),
            2 => prop::collection::vec(0u8..6, 0..5).prop_map(|data| Frame::Binary(data.into())),
        ]
    }

    proptest! {
        /// Whatever comes in whatever order, it is taken or ends the connection.
        #[test]
        fn any_frames_are_taken_or_refused(
            frames in prop::collection::vec(any_frame(), 0..6),
            three: bool,
        ) {
            let eio = if three { EioVersion::V3 } else { EioVersion::V4 };
            let (mut reader, mut packets) = reader(eio);
            for frame in frames {
                match reader.take(frame) {
                    Ok(_) => reader.deliver_or_drop(),
                    Err(reason) => {
                        prop_assert!(reason.to_string().len() < 4000);
                        break;
                    }
                }
            }
            while let Ok(received) = packets.try_recv() {
                prop_assert!(received.packet.weight() < 1000);
            }
        }
    }
}
