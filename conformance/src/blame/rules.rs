//! The plain clause of what a step looks at: what is said of it where nothing is special.

use super::sign::How;
use super::subject::{Asked, Subject};
use crate::scenario::Scenario;

/// Clauses that are broken together. The first speaks of just this, the others of more.
type Clauses = &'static [&'static str];

/// The clauses that are broken when this is wrong in this way. None leaves it to the clauses of
/// the scenario.
pub(super) fn plain(scenario: &Scenario, subject: &Subject, how: How) -> Clauses {
    if scenario.server.is_some() {
        return client(subject, how);
    }
    if how == How::Lost {
        return &["SRV-CORE-4"];
    }
    match subject {
        Subject::Connection => &["SRV-CORE-1"],
        Subject::Message => message(how, &["SRV-CORE-F2"]),
        Subject::RoomEvent => message(how, &["SRV-CORE-F8", "SRV-CORE-F2"]),
        Subject::Publication => message(how, publication(scenario)),
        Subject::Call => call(how),
        Subject::Added => &["SRV-MSG-F1"],
        Subject::Notice => &["SRV-MSG-2"],
        Subject::Offer => match how {
            How::Missing => &["SRV-STR-1"],
            _ => &["SRV-STR-4"],
        },
        Subject::Error => &["SRV-CORE-F3"],
        Subject::Ping => &["SRV-CORE-14"],
        Subject::Denial(Asked::Target) => &["SRV-MSG-3"],
        Subject::Denial(Asked::Stream) => &["SRV-STR-3"],
        Subject::Ack(asked) | Subject::Denial(asked) => ack(*asked, how),
        Subject::Listing => &["SRV-CORE-10"],
        Subject::Departure => &["SRV-CORE-2"],
        Subject::ListingOrder => &["SRV-CORE-11"],
        Subject::Status => &["SRV-CORE-12"],
        Subject::Existence => &["SRV-SVC-10"],
        Subject::Heartbeat => &["SRV-CON-5"],
        Subject::Http => &["SRV-CON-12"],
        Subject::Probe => &["SRV-CON-11"],
        Subject::Noops => &["SRV-CON-13"],
        Subject::Packet | Subject::Echo => &["SRV-CON-3"],
        // It is a message, and whatever is done to messages may be done to it.
        Subject::Fence => &["SRV-CORE-F2", "SRV-MSG-10", "SRV-MSG-12", "SRV-MSG-15"],
        Subject::Service => &["SRV-ROB-2"],
        Subject::Refusal
        | Subject::Ending
        | Subject::Event
        | Subject::Command(_)
        | Subject::Report(_)
        | Subject::Sent(_)
        | Subject::Joining
        | Subject::Unknown => &[],
    }
}

/// What is said of events between clients. `arrives` says that they arrive where they should.
fn message(how: How, arrives: Clauses) -> Clauses {
    match how {
        How::Different => &["SRV-MSG-10"],
        How::Bytes => &["SRV-MSG-11"],
        How::Count | How::Asks => &["SRV-MSG-15"],
        How::Late | How::Early => &["SRV-MSG-12"],
        _ => arrives,
    }
}

/// A call is a message, too.
fn call(how: How) -> Clauses {
    match how {
        How::Different => &["SRV-SVC-12", "SRV-MSG-10"],
        How::Bytes => &["SRV-SVC-12", "SRV-MSG-11"],
        How::Count | How::Asks => &["SRV-SVC-12", "SRV-MSG-15"],
        How::Late | How::Early => &["SRV-SVC-12", "SRV-MSG-12"],
        _ => &["SRV-SVC-12", "SRV-CORE-F2"],
    }
}

/// Whose topics they are.
fn publication(scenario: &Scenario) -> Clauses {
    let is_own = |(clause, _): &(String, _)| clause == "SRV-SVC-4";
    if scenario.clauses.iter().any(is_own) {
        &["SRV-SVC-4"]
    } else {
        &["SRV-SVC-5", "SRV-CORE-F8", "SRV-CORE-F2"]
    }
}

/// What is said of acks. Those of all requests are handed back alike.
fn ack(asked: Asked, how: How) -> Clauses {
    let is_other = matches!(how, How::Different | How::Count);
    match (asked, how) {
        (_, How::Bytes) => &["SRV-MSG-11"],
        (_, How::Late) => &["SRV-MSG-28"],
        (Asked::Message, _) if is_other => &["SRV-MSG-13"],
        (Asked::Message, How::Extra) => &["SRV-MSG-14"],
        (Asked::Message, How::Early) => &["SRV-MSG-18"],
        (Asked::Message, _) | (Asked::Other, How::Missing) => &["SRV-CORE-F6"],
        (Asked::Target, _) if is_other => &["SRV-MSG-24", "SRV-MSG-13"],
        (Asked::Target, How::Early) => &["SRV-MSG-24", "SRV-MSG-18"],
        (Asked::Target, _) => &["SRV-MSG-24", "SRV-CORE-F6"],
        (Asked::Stream, _) if is_other => &["SRV-STR-16", "SRV-MSG-13"],
        (Asked::Stream, How::Early) => &["SRV-STR-16", "SRV-MSG-18"],
        (Asked::Stream, _) => &["SRV-STR-16", "SRV-CORE-F6"],
        (Asked::Call, _) if is_other => &["SRV-SVC-12", "SRV-MSG-13"],
        (Asked::Call, How::Early) => &["SRV-SVC-12", "SRV-MSG-18"],
        (Asked::Call, _) => &["SRV-SVC-12", "SRV-CORE-F6"],
        (Asked::Room, _) => &["SRV-CORE-19"],
        (Asked::Other, _) => &[],
    }
}

/// What is said of clients.
fn client(subject: &Subject, how: How) -> Clauses {
    if how == How::Lost {
        return &[];
    }
    match subject {
        Subject::Joining => &["CLI-CORE-1"],
        Subject::Message => &["CLI-MSG-5"],
        Subject::Command(name) => match name.as_str() {
            "connect" | "disconnect" => &["CLI-CORE-1"],
            "emit" | "request" => &["CLI-MSG-5"],
            "listen" => &["CLI-MSG-2"],
            "unlisten" => &["CLI-MSG-4"],
            "add_target" => &["CLI-MSG-F1"],
            "open_stream" => &["CLI-STR-F1"],
            "accept_streams" => &["CLI-STR-F2"],
            "write" => &["CLI-STR-3"],
            "end" => &["CLI-STR-11"],
            "destroy" => &["CLI-STR-12"],
            _ => &[],
        },
        Subject::Report(event) => match event.as_str() {
            "connected" => &["CLI-CORE-1"],
            "disconnected" => &["CLI-CORE-3"],
            "received" => &["CLI-MSG-2"],
            "target_added" => &["CLI-MSG-F1"],
            "target_left" => &["CLI-MSG-1"],
            "stream_opened" => &["CLI-STR-F2"],
            "data" => &["CLI-STR-3"],
            "ended" => &["CLI-STR-11"],
            "closed" => &["CLI-STR-4"],
            _ => &[],
        },
        Subject::Sent(event) => match event.strip_prefix("MULTI_API_").unwrap_or(event) {
            "P2P_EMIT" | "P2P_EMIT_ACKNOWLEDGE" => &["CLI-MSG-5"],
            "ADD_TARGET" => &["CLI-MSG-F1"],
            "CREATE_STREAM" => &["CLI-STR-F1"],
            _ => &[],
        },
        _ => &[],
    }
}
