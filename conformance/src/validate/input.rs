//! What was captured, whatever captured it: frames, line by line.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sio_p2p_transport::{Data, EioVersion, Frame, Packet};

use crate::attachments::to_wire;
use crate::player::play::trace::Way;
use crate::record::{Kind, Line, Recording, RecordingError};

/// Something that was captured.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it stands, such as `capture.txt:3`.
    pub(super) place: String,
    /// Whose connection it was.
    pub(super) connection: String,
    /// Who sent it, if that is known.
    pub(super) way: Option<Way>,
    /// The generation of Engine.IO, if the capture tells it.
    pub(super) eio: Option<EioVersion>,
    /// What it is.
    pub(super) what: What,
}

/// What was captured.
#[derive(Debug)]
pub(super) enum What {
    /// A frame as it was on the wire.
    Frame(Frame),
    /// A packet that a recorder put together.
    Packet(Packet),
    /// Something that is no frame, and why.
    Nonsense(String),
}

/// Why an input cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It begins like a HAR file.
    #[error("{0} is no HAR file: {1}")]
    Har(String, serde_json::Error),
    /// It begins like a recording.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

/// The pieces of an input: a HAR file, a recording, or raw frames.
pub(super) fn pieces(name: &str, text: &str) -> Result<Vec<Piece>, InputError> {
    let start = text.trim_start();
    if !start.starts_with('{') {
        return Ok(raw(name, text));
    }
    let first = start.lines().next().unwrap_or_default();
    if serde_json::from_str::<Line>(first).is_ok() {
        return recording(name, text);
    }
    // A recording whose first line is broken is told from a HAR file by its members.
    if first.trim_start_matches(['{', ' ']).starts_with("\"t\"") {
        return recording(name, text);
    }
    har(name, text)
}

/// One frame on each line. `>` in front says that the client sent it, `<` that the server did;
/// `b` begins an attachment, as in Engine.IO's own text form; `#` begins a remark.
fn raw(name: &str, text: &str) -> Vec<Piece> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let pieces = lines.map(|(number, line)| {
        let (way, frame) = match line.split_at_checked(1) {
            Some((">", frame)) => (Some(Way::Out), frame.trim_start()),
            Some(("<", frame)) => (Some(Way::In), frame.trim_start()),
            _ => (None, line),
        };
        let what = match frame.strip_prefix('b') {
            Some(base64) => binary(base64),
            None => What::Frame(Frame::text(frame)),
        };
        Piece {
            place: format!("{name}:{number}"),
            connection: String::new(),
            way,
            eio: None,
            what,
        }
    });
    pieces.collect()
}

fn binary(base64: &str) -> What {
    match STANDARD.decode(base64) {
        Ok(bytes) => What::Frame(Frame::binary(bytes)),
        Err(error) => What::Nonsense(format!("base64 that cannot be read: {error}")),
    }
}

/// The packets of a recording.
fn recording(name: &str, text: &str) -> Result<Vec<Piece>, InputError> {
    let recording = Recording::parse(name, text)?;
    // Lines of the file, of which those that name differences are none of the recording.
    let numbers = text.lines().enumerate().filter_map(|(index, line)| {
        let line: Line = serde_json::from_str(line).ok()?;
        Some((line.t, index + 1))
    });
    let numbers: HashMap<u64, usize> = numbers.collect();
    let pieces = recording.lines.iter().filter_map(|line| {
        let packet = packet(line)?;
        let number = numbers.get(&line.t).copied().unwrap_or_default();
        Some(Piece {
            place: format!("{name}:{number}"),
            connection: line.client.clone(),
            way: Some(line.dir),
            eio: None,
            what: What::Packet(packet),
        })
    });
    Ok(pieces.collect())
}

/// The packet of a line, if it is one that somebody sent.
fn packet(line: &Line) -> Option<Packet> {
    if line.is_server() {
        return None;
    }
    let namespace = line.nsp.clone().unwrap_or_else(|| "/".to_owned());
    let data = |list: &str| -> Data { to_wire(list, &mut |_| None) };
    match line.kind {
        // Nothing is said about it, and it is something that was captured.
        Kind::Connect => Some(Packet::Connect {
            namespace,
            data: None,
        }),
        Kind::Event => Some(Packet::Event {
            namespace,
            data: data(&line.event_list()),
            ack: line.id,
        }),
        Kind::Ack => Some(Packet::Ack {
            namespace,
            data: data(&line.list()),
            id: line.id?,
        }),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    #[serde(rename = "_webSocketMessages", default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Request {
    url: String,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    opcode: u8,
    data: String,
}

/// The frames of Engine.IO's own connections by WebSocket; those of others, which a page may
/// have too, are left out.
fn har(name: &str, text: &str) -> Result<Vec<Piece>, InputError> {
    let har: Har =
        serde_json::from_str(text).map_err(|error| InputError::Har(name.to_owned(), error))?;
    let mut pieces = Vec::new();
    for (index, entry) in har.log.entries.into_iter().enumerate() {
        let generation = |eio: &str| entry.request.url.contains(&format!("EIO={eio}"));
        let eio = match (generation("3"), generation("4")) {
            (true, _) => EioVersion::V3,
            (_, true) => EioVersion::V4,
            _ => continue,
        };
        for (number, message) in entry.messages.into_iter().enumerate() {
            let way = match message.kind.as_str() {
                "send" => Way::Out,
                _ => Way::In,
            };
            let what = match message.opcode {
                1 => What::Frame(Frame::text(message.data)),
                2 => binary(&message.data),
                // Control frames of the WebSocket.
                _ => continue,
            };
            pieces.push(Piece {
                place: format!("{name}: entry {}, message {}", index + 1, number + 1),
                connection: format!("entry {}", index + 1),
                way: Some(way),
                eio: Some(eio),
                what,
            });
        }
    }
    Ok(pieces)
}
