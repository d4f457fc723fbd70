//! What is checked.

use std::net::SocketAddr;

/// A server that runs during the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// Socket.IO 2.5 of npm.
    Official2,
    /// Socket.IO 4.8 of npm, with `allowEIO3`.
    Official4,
    /// The program of this project.
    Ours,
}

impl Server {
    pub(crate) const ALL: [Self; 3] = [Self::Official2, Self::Official4, Self::Ours];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Official2 => "socketio_2",
            Self::Official4 => "socketio_4",
            Self::Ours => "ours",
        }
    }

    /// The generations of Engine.IO that it speaks.
    pub(crate) const fn generations(self) -> &'static [u8] {
        match self {
            Self::Official2 => &[3],
            Self::Official4 | Self::Ours => &[3, 4],
        }
    }
}

/// A server in one of its generations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) server: Server,
    pub(crate) generation: u8,
    pub(crate) address: SocketAddr,
}

impl Target {
    /// The target of a request of this transport.
    pub(crate) fn path(&self, transport: &str, more: &str) -> String {
        let generation = self.generation;
        format!("/socket.io/?EIO={generation}&transport={transport}{more}")
    }

    /// Packets as a body of polling. They are ASCII.
    pub(crate) fn payload(&self, packets: &[&str]) -> String {
        if self.generation == 4 {
            return packets.join("\u{1e}");
        }
        let framed = packets
            .iter()
            .map(|packet| format!("{}:{packet}", packet.len()));
        framed.collect()
    }

    /// A body of polling as packets.
    pub(crate) fn packets(&self, body: &str) -> Vec<String> {
        if self.generation == 4 {
            return body.split('\u{1e}').map(ToOwned::to_owned).collect();
        }
        let mut packets = Vec::new();
        let mut rest = body;
        while !rest.is_empty() {
            let (length, behind) = rest.split_once(':').expect(body);
            let (packet, next) = behind.split_at(length.parse().expect(body));
            packets.push(packet.to_owned());
            rest = next;
        }
        packets
    }

    /// The statuses of an overlapping request: generation 3 said 500 in its day.
    pub(crate) fn is_overlap(&self, status: u16) -> bool {
        status == 400 || self.generation == 3 && status == 500
    }
}
