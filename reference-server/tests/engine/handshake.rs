//! How a session begins.

use crate::session::{Session, sid};
use crate::target::{Server, Target};
use crate::wire::{UPGRADE, Wire};

/// The open packet, with its members in the official order.
pub(crate) fn official_words(target: &Target) {
    let answer = Wire::request(target, "GET", &target.path("polling", ""), "", "").answer();
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=UTF-8")
    );
    let packets = target.packets(&answer.body);
    words(target, &packets[0], r#"["websocket"]"#);

    let open = Wire::web_socket(target, "").text();
    words(target, &open, "[]");
}

fn words(target: &Target, open: &str, upgrades: &str) {
    let sid = sid(open);
    let common = format!(
        r#"0{{"sid":"{sid}","upgrades":{upgrades},"pingInterval":25000,"pingTimeout":20000"#
    );
    let rest = open.strip_prefix(&*common).expect(open);
    let newer = rest == r#","maxPayload":1000000}"#;
    // Generation 3 did not know the last one; its clients do not mind.
    assert!(newer || target.generation == 3 && rest == "}", "{open}");
}

/// Clients of the time before generations say nothing. They get generation 3, in
/// which nobody has to ask for the default namespace.
pub(crate) fn without_eio(target: &Target) {
    let polling = "/socket.io/?transport=polling";
    let answer = Wire::request(target, "GET", polling, "", "").answer();
    assert_eq!(answer.status, 200);
    let third = Target {
        generation: 3,
        ..*target
    };
    assert!(third.packets(&answer.body)[0].starts_with("0{"));

    let web_socket = "/socket.io/?transport=websocket";
    let mut wire = Wire::request(target, "GET", web_socket, UPGRADE, "");
    assert_eq!(wire.head().status, 101);
    assert!(wire.text().starts_with("0{"));
    assert_eq!(wire.text(), "40");
}

/// Some clients escape less than they should. Node takes these.
pub(crate) fn odd_characters(target: &Target) {
    for odd in ["\"", "<", ">", "|", "{", "}", "\\", "^", "`"] {
        let path = target.path("polling", &format!("&clientId=a{odd}b"));
        let answer = Wire::request(target, "GET", &path, "", "").answer();
        assert_eq!(answer.status, 200, "{odd}");
    }
}

/// A cache between client and server must keep no answer. Socket.IO 2 relied on a
/// parameter that changes.
pub(crate) fn no_store(target: &Target) {
    if target.server == Server::Official2 {
        return;
    }
    let stored = Some("no-store");
    let path = target.path("polling", "");
    let opened = Wire::request(target, "GET", &path, "", "").answer();
    assert_eq!(opened.header("cache-control"), stored);
    let session = Session::open(target);
    let mut poll = session.waiting_poll();
    let posted = session.post(crate::session::QUESTION);
    assert_eq!(posted.header("cache-control"), stored);
    assert_eq!(poll.answer().header("cache-control"), stored);
}
