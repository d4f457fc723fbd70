//! The failures that the relay tells, each made in one place.
//!
//! Their texts come from the protocol's register. Those of the originals keep
//! their exact words, because clients match on them.

use std::time::Duration;

use sio_p2p_protocol::{ApiName, ClientId, Dialect, Failure, Refusal};

use super::ConnectionId;
use super::acks::Question;

/// The target of a message is not there (SRV-CORE-F3).
pub(super) fn no_target(dialect: Dialect, target: &ClientId) -> Failure {
    let client = target.to_string();
    match dialect {
        Dialect::V1 => Failure::TargetNotFound { client },
        Dialect::V2 => Failure::MessageTargetNotConnected { client },
    }
}

/// The target to be added is not there, as the ack tells it (SRV-MSG-3).
pub(super) fn cannot_add(dialect: Dialect, target: &ClientId) -> Failure {
    let client = target.to_string();
    match dialect {
        Dialect::V1 => Failure::TargetNotRegistered { client },
        Dialect::V2 => Failure::AddTargetNotConnected { client },
    }
}

/// The client that shall accept a stream is not there, as the ack tells it (SRV-STR-3).
pub(super) fn cannot_open(dialect: Dialect, target: &ClientId) -> Failure {
    let client = target.to_string();
    match dialect {
        Dialect::V1 => Failure::TargetNotRegistered { client },
        Dialect::V2 => Failure::StreamTargetNotConnected { client },
    }
}

/// The client id of a new connection is taken (SRV-CORE-13).
pub(super) fn duplicate(client: &ClientId, sid: &str) -> Failure {
    Failure::DuplicateClientId {
        client: client.to_string(),
        socket: sid.to_owned(),
    }
}

/// A client without id wants to be introduced to another.
pub(super) fn anonymous(what: &str) -> Failure {
    let detail = format!("a connection without a client id cannot {what}");
    Failure::refused(Refusal::ClientIdMissing, detail)
}

/// The API has an owner, and it is not the sender (SRV-SVC-15).
pub(super) fn taken(api: &ApiName, owner: Option<ConnectionId>) -> Failure {
    let owner = match owner {
        Some(ConnectionId::HOST) => "the server",
        _ => "another client",
    };
    let detail = format!("the API `{api}` is provided by {owner}");
    Failure::refused(Refusal::NotAllowed, detail)
}

/// Data was sent on a stream that then did not come about (SRV-STR-14).
pub(super) fn refused_stream() -> Failure {
    let detail = "data of a stream that was refused is not delivered";
    Failure::refused(Refusal::NotAllowed, detail)
}

/// Nobody has answered in time.
pub(super) fn unanswered(question: &Question) -> Failure {
    let who = match question {
        Question::Message(_, target)
        | Question::AddTarget(_, target)
        | Question::Stream { target, .. } => format!("client `{target}`"),
        Question::Api(api) => format!("the API `{api}`"),
    };
    Failure::refused(Refusal::TimedOut, format!("{who} has not answered in time"))
}

/// A replaced connection has not answered its ping, and nothing else came from it.
pub(super) fn unanswered_ping(timeout: Duration) -> Failure {
    let detail = format!(
        "a newer connection has this client id, and this one was silent for {} ms",
        timeout.as_millis()
    );
    Failure::refused(Refusal::TimedOut, detail)
}
