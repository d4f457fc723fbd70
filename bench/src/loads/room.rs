//! A room with one client that publishes and many that only listen.

use std::time::{Duration, Instant};

use super::Load;
use crate::{
    Problem, frames,
    swarm::{PATIENCE, Swarm},
};

/// How long a turn waits for a server that says nothing.
const WAIT: Duration = Duration::from_millis(100);

/// A load of one room. Each delivery counts as one message.
#[derive(Debug)]
pub struct Room {
    /// The publisher; the members follow.
    publisher: usize,
    members: u64,
    window: u64,
    frame: Vec<u8>,
    expected: Vec<u8>,
    stopped: bool,
    published: u64,
    arrived: u64,
}

impl Room {
    /// Opens the clients and lets all but the publisher join. `window` messages are
    /// published before all members have got the first of them.
    pub fn open(
        swarm: &mut Swarm,
        members: usize,
        window: u64,
        payload: usize,
    ) -> Result<Self, Problem> {
        let publisher = swarm.clients().len();
        swarm.open(["publisher".to_owned()])?;
        swarm.open((0..members).map(|member| format!("m{member}")))?;
        // Nobody acknowledges a join, so each member sends itself a message after it.
        for member in 0..members {
            let join = frames::text(br#"42["JOIN_ROOM","r"]"#);
            let echo = format!(r#"42["P2P_EMIT","m{member}","joined",[],null]"#);
            let clients = swarm.clients();
            clients.send(publisher + 1 + member, &join);
            clients.send(publisher + 1 + member, &frames::text(echo.as_bytes()));
        }
        swarm.flush()?;
        let late = Instant::now() + PATIENCE;
        let mut joined = 0;
        while joined < members {
            swarm.turn(Some(WAIT), &mut |_, client, text| {
                if text != br#"42["joined"]"# {
                    return Err(Problem::unexpected(client, text, "its own message"));
                }
                joined += 1;
                Ok(())
            })?;
            if Instant::now() > late {
                return Err(Problem::Late("joining the room"));
            }
        }
        let text = "x".repeat(payload);
        Ok(Self {
            publisher,
            members: members as u64,
            window,
            frame: frames::text(format!(r#"42["EMIT_ROOM","r","m","{text}"]"#).as_bytes()),
            expected: format!(r#"42["m","{text}"]"#).into_bytes(),
            stopped: false,
            published: 0,
            arrived: 0,
        })
    }
}

impl Load for Room {
    fn start(&mut self, swarm: &mut Swarm) -> Result<(), Problem> {
        self.stopped = false;
        for _ in 0..self.window {
            swarm.clients().send(self.publisher, &self.frame);
            self.published += 1;
        }
        swarm.flush()
    }

    fn turn(&mut self, swarm: &mut Swarm) -> Result<(), Problem> {
        swarm.turn(Some(WAIT), &mut |clients, client, text| {
            if client <= self.publisher || text != self.expected {
                return Err(Problem::unexpected(client, text, "what was published"));
            }
            self.arrived += 1;
            if self.arrived.is_multiple_of(self.members) && !self.stopped {
                clients.send(self.publisher, &self.frame);
                self.published += 1;
            }
            Ok(())
        })
    }

    fn arrived(&self) -> u64 {
        self.arrived
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn complete(&self) -> bool {
        self.arrived == self.published * self.members
    }
}
