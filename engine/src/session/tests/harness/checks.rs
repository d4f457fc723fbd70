//! What holds after every step.

use super::{HEARTBEATS, Harness};
use crate::session::tests::wire::Got;
use crate::session::{Bounds, Phase, Queue};

impl Harness {
    /// What always holds.
    pub(super) fn laws(&mut self) {
        let Self { machine, model, .. } = self;
        assert_eq!(machine.phase(), model.phase);
        assert_eq!(machine.transport(), model.transport);
        match (machine.phase(), self.reason) {
            (Phase::Open, first) => assert_eq!(first, None, "an end is for ever"),
            (Phase::Closing(reason) | Phase::Ended(reason), first) => {
                assert_eq!(*self.reason.get_or_insert(reason), first.unwrap_or(reason));
                assert!(!machine.takes_messages());
            }
        }
        for (which, &websocket) in self.websockets.iter().enumerate() {
            let probes = model.probe.is_some_and(|probe| probe.which == which);
            assert_eq!(machine.is_probe(websocket), probes);
            let carries = model.websocket == Some(which);
            assert_eq!(machine.is_transport(websocket), carries);
        }
        let over = matches!(model.phase, Phase::Ended(_)) && model.kept.is_none();
        assert_eq!(machine.is_over(), over);
        // A poll that waits has something to wait for, and will be woken.
        if self.poll.is_some() {
            assert!(model.poll_waits(), "a poll was not woken");
        }
        if let Some(due) = machine.due() {
            assert!(self.armed.is_some_and(|armed| armed <= due), "not armed");
        } else {
            assert!(over, "an open session is looked at from time to time");
        }
        let (packets, bytes) = machine.queue.depth();
        match &machine.queue {
            Queue::Packets { .. } => assert_eq!(packets, model.waiting.len()),
            Queue::Frames(frames) => {
                // What is being written counts until all of it is written. The frame that
                // closes the WebSocket does not count.
                let closes = model.waiting.iter().filter(|got| **got == Got::Close);
                let expected = model.waiting.len() - closes.count();
                assert!(packets == expected || packets > expected && self.chunk.is_some());
                let unheard = frames.waits() && self.chunk.is_none() && !self.told;
                assert!(!unheard, "no writer was told of the frames");
            }
        }
        // Of its own a session has heartbeats, and the packet that ends it. The first
        // message may have any size, and frames have headers.
        if packets > 1 {
            let Bounds {
                queue_packets,
                queue_bytes,
                ..
            } = self.bounds;
            assert!(packets <= queue_packets + HEARTBEATS + 1);
            let largest = 70_020;
            assert!(bytes <= queue_bytes.max(largest) + (14 + 126) * packets);
        }
    }
}
