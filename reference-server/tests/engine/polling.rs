//! Requests of a session that overlap, break off, or make no sense.

use crate::session::Session;
use crate::target::{Server, Target};

/// The first is told that this is the end.
pub(crate) fn two_polls(target: &Target) {
    let session = Session::open(target);
    let mut first = session.poll();
    // The second may arrive first.
    let mut second = session.poll();
    let answers = [first.answer(), second.answer()];
    let [closed, refused] = if answers[0].status == 200 {
        answers
    } else {
        let [refused, closed] = answers;
        [closed, refused]
    };
    assert_eq!(closed.status, 200, "{closed:?}");
    assert_eq!(target.packets(&closed.body), ["1"]);
    assert!(target.is_overlap(refused.status), "{refused:?}");
    session.is_gone();
}

pub(crate) fn two_posts(target: &Target) {
    let session = Session::open(target);
    let _first = session.half_post();
    // Whichever comes second is refused; the half one cannot be answered otherwise.
    let mut statuses = Vec::new();
    let mut second = session.half_post();
    statuses.extend(second.try_answer().map(|answer| answer.status));
    drop(second);
    if let Some(&status) = statuses.first() {
        assert!(target.is_overlap(status), "{status}");
    }
    session.is_gone();
}

/// A page is closed, an application killed.
pub(crate) fn broken_poll(target: &Target) {
    let session = Session::open(target);
    drop(session.waiting_poll());
    session.is_gone();
}

/// A poll that waits meanwhile is answered.
pub(crate) fn broken_post(target: &Target) {
    let session = Session::open(target);
    let mut poll = session.waiting_poll();
    drop(session.half_post());
    assert_eq!(session.packets(&mut poll), ["1"]);
    session.is_gone();
}

pub(crate) fn close_packet(target: &Target) {
    let session = Session::open(target);
    let mut poll = session.waiting_poll();
    assert_eq!(session.post("1").status, 200);
    assert_eq!(session.packets(&mut poll), ["6"]);
    session.is_gone();
}

pub(crate) fn nonsense(target: &Target) {
    let of_generation = if target.generation == 3 {
        "100:42"
    } else {
        "b!!!"
    };
    for body in ["hello", "9:", of_generation] {
        let session = Session::open(target);
        let mut poll = session.waiting_poll();
        session.post_body(body).answer();
        assert_eq!(session.packets(&mut poll), ["1"], "{body}");
        session.is_gone();
    }
    // These mean nothing in a session that is open, and do no harm.
    let session = Session::open(target);
    for packet in ["0", "5", "6"] {
        assert_eq!(session.post(packet).status, 200);
    }
    session.lives();
}

/// The client asks in generation 3 and is asked in generation 4.
pub(crate) fn heartbeats(target: &Target) {
    let session = Session::open(target);
    let mut poll = session.waiting_poll();
    session.post("2");
    if target.generation == 3 {
        assert_eq!(session.packets(&mut poll), ["3"]);
        session.lives();
    } else {
        assert_eq!(session.packets(&mut poll), ["1"]);
        session.is_gone();
    }
    // The engine of Socket.IO 2 did not mind.
    if target.server != Server::Official2 {
        let session = Session::open(target);
        session.post("3");
        if target.generation == 3 {
            session.is_gone();
        } else {
            session.lives();
        }
    }
}
