//! The Engine.IO OPEN packet and what is learned from a completed handshake.

use std::{future::poll_fn, time::Duration};

use serde::Deserialize;

use crate::{
    error::ConnectError,
    frame::{EioVersion, EnginePacket, Frame, read_text},
    observer::{Direction, FrameObserver},
    wire::Wire,
};

/// What the server said of itself and of this connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The id of the Engine.IO session.
    pub engine_sid: String,
    /// The id of the Socket.IO socket: given by the CONNECT packet in Engine.IO 4; the session's
    /// id, after the namespace if that is not the default, in Engine.IO 3. `None` if no
    /// namespace was connected.
    pub sid: Option<String>,
    /// The payload of the server's CONNECT packet, as it arrived.
    pub connect_data: Option<String>,
    /// The time between heartbeats.
    pub ping_interval: Duration,
    /// The time that an answer to a heartbeat may take.
    pub ping_timeout: Duration,
    /// The largest polling payload the server takes, in bytes; Engine.IO 3 does not tell.
    pub max_payload: Option<u64>,
    /// The transports the server offers to upgrade to.
    pub upgrades: Vec<String>,
}

/// The OPEN packet. The published type demands a session id of 16 characters (JavaScript servers
/// use 20) and `maxPayload` (missing in Engine.IO 3).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    sid: String,
    #[serde(default)]
    upgrades: Vec<String>,
    ping_interval: u64,
    ping_timeout: u64,
    max_payload: Option<u64>,
}

/// Reads the OPEN packet, which must be the first frame.
pub(crate) async fn read_open(
    wire: &mut impl Wire,
    eio: EioVersion,
    observer: &FrameObserver,
) -> Result<Handshake, ConnectError> {
    let frame = poll_fn(|context| wire.poll_read(context))
        .await
        .map_err(ConnectError::Closed)?;
    observer.see(Direction::In, &frame);
    let Frame::Text(text) = frame else {
        return Err(ConnectError::Open("the first frame is not text".to_owned()));
    };
    let counted = eio == EioVersion::V4 && begins_with_a_length(&text);
    match read_text(eio, text.into()) {
        Ok(EnginePacket::Open(json)) => parse_open(&json),
        _ if counted => Err(ConnectError::Open(OTHER_GENERATION.to_owned())),
        _ => Err(ConnectError::Open(
            "the first packet is not of type 0".to_owned(),
        )),
    }
}

/// What is said of a server that speaks Engine.IO 3 to a client that asks for 4.
pub(crate) const OTHER_GENERATION: &str =
    "the server speaks engine.io 3, as socket.io 2 does, and 4 was asked for";

/// Whether a polled packet begins as those of Engine.IO 3 do: `96:0{...`.
fn begins_with_a_length(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(":0{")
}

fn parse_open(json: &str) -> Result<Handshake, ConnectError> {
    let open: Open =
        serde_json::from_str(json).map_err(|error| ConnectError::Open(error.to_string()))?;
    Ok(Handshake {
        engine_sid: open.sid,
        sid: None,
        connect_data: None,
        ping_interval: Duration::from_millis(open.ping_interval),
        ping_timeout: Duration::from_millis(open.ping_timeout),
        max_payload: open.max_payload,
        upgrades: open.upgrades,
    })
}

/// The socket id that the server's CONNECT packet gives.
pub(crate) fn socket_id(
    eio: EioVersion,
    namespace: &str,
    engine_sid: &str,
    data: Option<&str>,
) -> Option<String> {
    #[derive(Deserialize)]
    struct Connect {
        sid: String,
    }
    match eio {
        EioVersion::V4 => Some(serde_json::from_str::<Connect>(data?).ok()?.sid),
        EioVersion::V3 if namespace == "/" => Some(engine_sid.to_owned()),
        EioVersion::V3 => Some(format!("{namespace}#{engine_sid}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_packets_of_both_generations_are_read() {
        let three = r#"{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
        let open = parse_open(three).unwrap();
        assert_eq!(
            (open.max_payload, open.ping_interval),
            (None, Duration::from_secs(25))
        );
        let four = three.replace('}', r#","maxPayload":7,"extra":[]}"#);
        assert_eq!(parse_open(&four).unwrap().max_payload, Some(7));
        for bad in ["", "{}", r#"{"sid":1}"#, &three.replace("25000", "-1")] {
            assert!(
                matches!(parse_open(bad), Err(ConnectError::Open(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn socket_ids_follow_the_generation() {
        let id = |eio, namespace, data| socket_id(eio, namespace, "e", data);
        let (three, four) = (EioVersion::V3, EioVersion::V4);
        assert_eq!(id(four, "/", Some(r#"{"sid":"s"}"#)).as_deref(), Some("s"));
        assert_eq!(id(four, "/", None), None);
        assert_eq!(id(three, "/", None).as_deref(), Some("e"));
        assert_eq!(id(three, "/x", None).as_deref(), Some("/x#e"));
    }
}
