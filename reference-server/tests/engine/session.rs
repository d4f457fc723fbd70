//! A session of polling in the default namespace.

use std::time::Instant;

use crate::target::Target;
use crate::wire::{Answer, DEADLINE, Wire};

/// A session that every check opens for itself.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) target: Target,
    pub(crate) sid: String,
}

/// Asks who is there, which every server knows.
pub(crate) const QUESTION: &str = r#"420["LIST_CLIENTS"]"#;
/// How the answer begins.
pub(crate) const REPLY: &str = "430[";

impl Session {
    /// Opens a session and joins.
    pub(crate) fn open(target: &Target) -> Self {
        let opened = Wire::request(target, "GET", &target.path("polling", ""), "", "").answer();
        assert_eq!(opened.status, 200, "{opened:?}");
        let packets = target.packets(&opened.body);
        let session = Self {
            target: *target,
            sid: sid(&packets[0]),
        };
        if target.generation == 4 {
            assert_eq!(session.post("40").status, 200);
        }
        let mut joined = packets.iter().any(|packet| packet == "40");
        while !joined {
            let answer = session.poll().answer();
            assert_eq!(answer.status, 200, "{answer:?}");
            let packets = target.packets(&answer.body);
            joined = packets.iter().any(|packet| packet.starts_with("40"));
        }
        session
    }

    fn path(&self) -> String {
        self.target.path("polling", &format!("&sid={}", self.sid))
    }

    /// Sends a poll.
    pub(crate) fn poll(&self) -> Wire {
        Wire::request(&self.target, "GET", &self.path(), "", "")
    }

    /// Sends a poll that has to wait. The server has answered a request since, so it has
    /// had the time to see it.
    pub(crate) fn waiting_poll(&self) -> Wire {
        let poll = self.poll();
        assert_eq!(self.post("6").status, 200);
        poll
    }

    /// Posts a packet.
    pub(crate) fn post(&self, packet: &str) -> Answer {
        self.post_body(&self.target.payload(&[packet])).answer()
    }

    pub(crate) fn post_body(&self, body: &str) -> Wire {
        let kind = "Content-Type: text/plain;charset=UTF-8\r\n";
        Wire::request(&self.target, "POST", &self.path(), kind, body)
    }

    /// Begins a post of ten bytes that does not go on.
    pub(crate) fn half_post(&self) -> Wire {
        let path = self.path();
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4");
        Wire::open(&self.target, head.as_bytes())
    }

    /// A WebSocket to this session.
    pub(crate) fn web_socket(&self) -> Wire {
        Wire::web_socket(&self.target, &format!("&sid={}", self.sid))
    }

    /// The packets of a poll's answer.
    pub(crate) fn packets(&self, poll: &mut Wire) -> Vec<String> {
        let answer = poll.answer();
        assert_eq!(answer.status, 200, "{answer:?}");
        self.target.packets(&answer.body)
    }

    /// Proves that the session goes on on polling: a question is answered.
    pub(crate) fn lives(&self) {
        let posted = self.post(QUESTION);
        assert_eq!((posted.status, posted.body.as_str()), (200, "ok"));
        loop {
            let packets = self.packets(&mut self.poll());
            if packets.iter().any(|packet| packet.starts_with(REPLY)) {
                return;
            }
            // What else may come while there is a probe.
            assert_eq!(packets, ["6"]);
        }
    }

    /// Waits until the session is unknown. A server may notice a moment later that a
    /// connection has broken.
    pub(crate) fn is_gone(&self) {
        let start = Instant::now();
        loop {
            let answer = self.post("6");
            if answer.status == 400 {
                let unknown = r#"{"code":1,"message":"Session ID unknown"}"#;
                assert_eq!(answer.body, unknown);
                return;
            }
            assert!(start.elapsed() < DEADLINE / 3, "the session is still there");
        }
    }
}

/// The session id of an open packet.
pub(crate) fn sid(open: &str) -> String {
    let sid = open.split(r#""sid":""#).nth(1).expect(open);
    sid.split('"').next().expect(open).to_owned()
}
