//! Captured packets, held to the catalogue line by line.

mod acks;
mod input;
mod judge;

use std::fmt;

use sio_p2p_protocol::{Clause, ClauseId, Dialect};
use sio_p2p_transport::{EioVersion, FrameReader, Heard, Packet};

pub use input::InputError;
use input::{Piece, What};
use judge::Judge;

use crate::player::play::trace::Way;

/// The largest packet, and the most attachments, that are put together.
const MAX_PACKET: usize = 64 << 20;
const MAX_ATTACHMENTS: usize = 10_000;

/// How an input is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The dialect that clients speak; `None` to be told by what they send.
    pub dialect: Option<Dialect>,
    /// The generation of Engine.IO of captures that do not tell it.
    pub eio: EioVersion,
}

/// What is to be said about a packet.
#[derive(Debug)]
pub struct Finding {
    /// Where it stands.
    pub place: String,
    /// Who sent it, if that is known.
    pub way: Option<Way>,
    /// What is wrong with it, in a sentence: event, position, expectation, what is there.
    pub what: String,
    /// The clause that asks for it.
    pub clause: Option<ClauseId>,
    /// Whether it is a fault; otherwise receivers take it, and no sender should write it.
    pub is_fault: bool,
}

/// Everything that is to be said about an input.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In the order of the input.
    pub findings: Vec<Finding>,
    /// How many frames or packets were captured.
    pub pieces: usize,
    /// How many events there were.
    pub events: usize,
    /// How many answers there were.
    pub acks: usize,
    /// Events of no dialect, which may be the server application's own.
    pub foreign: usize,
}

impl Verdict {
    /// How many packets are wrong.
    pub fn faults(&self) -> usize {
        self.findings.iter().filter(|one| one.is_fault).count()
    }
}

/// Looks at an input; the name is what its places are called by.
pub fn validate(name: &str, text: &str, options: Options) -> Result<Verdict, InputError> {
    let pieces = input::pieces(name, text)?;
    let mut verdict = Verdict {
        pieces: pieces.len(),
        ..Verdict::default()
    };
    let mut heard = Vec::new();
    let mut readers: Vec<(String, Option<Way>, FrameReader)> = Vec::new();
    for piece in pieces {
        let Piece {
            place,
            connection,
            way,
            eio,
            what,
        } = piece;
        let packet = match what {
            What::Packet(packet) => Ok(Some(packet)),
            What::Nonsense(why) => Err(why),
            What::Frame(frame) => {
                let known = readers
                    .iter()
                    .position(|(known, side, _)| *known == connection && *side == way);
                let index = known.unwrap_or_else(|| {
                    let eio = eio.unwrap_or(options.eio);
                    let reader = FrameReader::new(eio, MAX_PACKET, MAX_ATTACHMENTS);
                    readers.push((connection.clone(), way, reader));
                    readers.len() - 1
                });
                read(readers.get_mut(index).map(|(_, _, reader)| reader), frame)
            }
        };
        match packet {
            Ok(Some(packet)) => heard.push((place, connection, way, Ok(packet))),
            Ok(None) => {}
            Err(found) => heard.push((place, connection, way, Err(found))),
        }
    }
    let mut judge = Judge::new(&heard, options.dialect);
    for (place, connection, way, packet) in &heard {
        match packet {
            Ok(packet) => judge.packet(&mut verdict, place, connection, *way, packet),
            Err(found) => verdict.findings.push(Finding {
                place: place.clone(),
                way: *way,
                what: format!("expected a packet of Socket.IO, found {found}"),
                clause: None,
                is_fault: true,
            }),
        }
    }
    Ok(verdict)
}

fn read(
    reader: Option<&mut FrameReader>,
    frame: sio_p2p_transport::Frame,
) -> Result<Option<Packet>, String> {
    let Some(reader) = reader else {
        return Ok(None);
    };
    match reader.read(frame) {
        Ok(Heard::Packet(packet)) => Ok(Some(packet)),
        Ok(_) => Ok(None),
        Err(error) => Err(format!("something else ({error})")),
    }
}

/// Place, side, what is wrong, and on a line of its own what the clause says.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_fault { "" } else { "note: " };
        let side = match self.way {
            Some(Way::Out) => "client: ",
            Some(Way::In) => "server: ",
            None => "",
        };
        write!(f, "{}: {kind}{side}{}", self.place, self.what)?;
        if let Some(clause) = self.clause {
            let id = clause.to_string();
            if let Some(clause) = Clause::find(&id) {
                write!(f, "\n    {id}: {}", clause.text)?;
            }
        }
        Ok(())
    }
}

/// One line: how much there was, and how much of it is wrong.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            count => format!("{count} {noun}s"),
        };
        let faults = self.faults();
        let notes = self.findings.len() - faults;
        write!(
            f,
            "{} and {}: {}, {}",
            count(self.events, "event"),
            count(self.acks, "ack"),
            count(faults, "fault"),
            count(notes, "note"),
        )?;
        if self.foreign > 0 {
            write!(
                f,
                "; {} that the protocol does not know",
                count(self.foreign, "event")
            )?;
        }
        Ok(())
    }
}
