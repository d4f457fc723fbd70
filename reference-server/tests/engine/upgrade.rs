//! From polling to `WebSocket`, and what goes wrong on the way.

use std::time::{Duration, Instant};

use crate::session::{QUESTION, REPLY, Session};
use crate::target::Target;
use crate::wire::{UPGRADE, Wire};

/// Makes a WebSocket the probe of a session.
fn probe(session: &Session) -> Wire {
    let mut probe = session.web_socket();
    probe.frame("2probe");
    assert_eq!(probe.text(), "3probe");
    probe
}

/// Takes the session to its WebSocket.
fn upgraded(session: &Session) -> Wire {
    let mut probe = probe(session);
    probe.frame("5");
    asks(&mut probe);
    probe
}

/// Asks a question on a WebSocket and reads the answer.
fn asks(wire: &mut Wire) {
    wire.frame(QUESTION);
    let reply = wire.text();
    assert!(reply.starts_with(REPLY), "{reply}");
}

/// The poll that waits is let go of; polling goes on until then.
pub(crate) fn moves(target: &Target) {
    let session = Session::open(target);
    let mut first = session.waiting_poll();
    let mut probe = probe(&session);
    // Nothing to say, but the client wants to go on.
    assert_eq!(session.packets(&mut first), ["6"]);
    session.lives();
    let last = session.poll();
    probe.frame("5");
    asks(&mut probe);
    let answer = { last }.answer();
    match answer.status {
        // The end, unless the pace of the probe was faster.
        200 => assert!(["1", "6"].contains(&&*target.packets(&answer.body)[0])),
        // It came after the end.
        status => assert_eq!(status, 400),
    }
    asks(&mut probe);
}

pub(crate) fn no_way_back(target: &Target) {
    let session = Session::open(target);
    let mut wire = upgraded(&session);
    let bad = r#"{"code":3,"message":"Bad request"}"#;
    for answer in [session.poll().answer(), session.post(QUESTION)] {
        assert_eq!((answer.status, answer.body.as_str()), (400, bad));
    }
    refused(&session);
    asks(&mut wire);
}

/// A WebSocket that the session does not want: refused, or closed at once.
fn refused(session: &Session) {
    let path = session
        .target
        .path("websocket", &format!("&sid={}", session.sid));
    let mut other = Wire::request(&session.target, "GET", &path, UPGRADE, "");
    let answer = other.head();
    match answer.status {
        101 => assert_eq!(other.try_text(), None),
        status => assert_eq!(status, 400),
    }
}

/// The first goes on, and so does the session.
pub(crate) fn second_probe(target: &Target) {
    let session = Session::open(target);
    let mut first = probe(&session);
    refused(&session);
    session.lives();
    first.frame("5");
    asks(&mut first);
}

/// Whatever becomes of a probe, polling goes on and another probe may come.
pub(crate) fn failed_probes(target: &Target) {
    let session = Session::open(target);
    for said in ["2", "1", "6", "hello", r#"42["x"]"#] {
        for asked in [true, false] {
            let mut wire = if asked {
                probe(&session)
            } else {
                session.web_socket()
            };
            wire.frame(said);
            assert_eq!(wire.try_text(), None, "{said}");
            session.lives();
        }
    }
    // Cut before and after it has said something, and left alone.
    drop(session.web_socket());
    session.lives();
    let silent = Session::open(target);
    let _hangs = silent.web_socket();
    silent.lives();
    let cut = Session::open(target);
    drop(probe(&cut));
    cut.lives();
    upgraded_soon(&cut);
}

/// A server may need a moment to see that a probe is gone.
fn upgraded_soon(session: &Session) {
    let start = Instant::now();
    loop {
        let path = session
            .target
            .path("websocket", &format!("&sid={}", session.sid));
        let mut wire = Wire::request(&session.target, "GET", &path, UPGRADE, "");
        if wire.head().status == 101 {
            wire.frame("2probe");
            if wire.try_text().as_deref() == Some("3probe") {
                wire.frame("5");
                return asks(&mut wire);
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(3),
            "no other probe may come"
        );
    }
}

/// A client polls at once again while it probes. It is kept waiting for a while each
/// time: the official servers answer every 100 ms.
pub(crate) fn pace(target: &Target) {
    let session = Session::open(target);
    let _probe = probe(&session);
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(session.packets(&mut session.poll()), ["6"]);
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(800), "{took:?}");
    // Soon enough for the client to go on with the upgrade.
    assert!(took <= Duration::from_secs(5), "{took:?}");
}
