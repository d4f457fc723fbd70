//! What all connections share: who is there, and the frames that wait for each.

use std::{io::ErrorKind, mem, sync::Arc};

use ahash::AHashMap;
use memchr::memchr;
use parking_lot::{Mutex, MutexGuard};
use tokio::net::TcpStream;

/// A longer buffer is not kept for the next connection that needs one.
const KEPT: usize = 256 * 1024;
/// How many buffers are kept.
const SPARE: usize = 1024;

/// The one lock. It is held while frames are copied, and never over a system call.
pub(crate) type Shared = Arc<Mutex<Hub>>;

pub(crate) fn lock(shared: &Shared) -> MutexGuard<'_, Hub> {
    shared.lock()
}

#[derive(Debug, Default)]
pub(crate) struct Hub {
    peers: Peers,
    ids: AHashMap<Box<[u8]>, usize>,
    rooms: AHashMap<Box<[u8]>, Vec<usize>>,
    /// Under the number that a receiver was given: who waits for its ack, and the number
    /// that this client had chosen.
    acks: AHashMap<u64, (usize, u64)>,
    asked: u64,
    /// The frame that the members of a room get.
    encoded: Vec<u8>,
}

#[derive(Debug, Default)]
struct Peers {
    places: Vec<Option<Peer>>,
    free: Vec<usize>,
    /// Buffers that nobody needs now.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct Peer {
    id: Box<[u8]>,
    stream: Arc<TcpStream>,
    out: Vec<u8>,
    /// Somebody writes to the socket, and will go on with what is in `out` then.
    busy: bool,
}

impl Peers {
    fn get(&mut self, place: usize) -> Option<&mut Peer> {
        self.places.get_mut(place)?.as_mut()
    }

    /// Lets `write` append to a buffer; `filled` learns of it if it was empty.
    fn append(&mut self, place: usize, filled: &mut Vec<usize>, write: impl FnOnce(&mut Vec<u8>)) {
        let Some(Some(peer)) = self.places.get_mut(place) else {
            return;
        };
        if peer.out.is_empty() {
            if peer.out.capacity() == 0 {
                peer.out = self.spare.pop().unwrap_or_default();
            }
            if !peer.busy {
                filled.push(place);
            }
        }
        write(&mut peer.out);
    }

    fn push(&mut self, place: usize, pieces: &[&[u8]], filled: &mut Vec<usize>) {
        self.append(place, filled, |out| frame(out, pieces));
    }

    fn keep(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= KEPT && self.spare.len() < SPARE {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}

impl Hub {
    pub(crate) fn enter(&mut self, id: Box<[u8]>, stream: Arc<TcpStream>) -> usize {
        let peer = Some(Peer {
            id: id.clone(),
            stream,
            out: Vec::new(),
            busy: false,
        });
        let place = if let Some(place) = self.peers.free.pop() {
            self.peers.places[place] = peer;
            place
        } else {
            self.peers.places.push(peer);
            self.peers.places.len() - 1
        };
        self.ids.insert(id, place);
        place
    }

    pub(crate) fn leave(&mut self, me: usize) {
        if let Some(peer) = self.peers.places[me].take() {
            self.ids.remove(&peer.id);
            self.peers.free.push(me);
        }
        for members in self.rooms.values_mut() {
            members.retain(|member| *member != me);
        }
    }

    /// Relays one text. `filled` learns whose buffers have to be flushed for it.
    pub(crate) fn text(&mut self, me: usize, text: &[u8], filled: &mut Vec<usize>) -> Option<()> {
        match text {
            [b'4', b'2', rest @ ..] => self.event(me, rest, filled)?,
            [b'4', b'3', rest @ ..] => {
                let (number, args) = rest.split_at(memchr(b'[', rest)?);
                let (asker, theirs) = self.acks.remove(&read_number(number)?)?;
                let theirs = theirs.to_string();
                let pieces = [b"43", theirs.as_bytes(), args];
                self.peers.push(asker, &pieces, filled);
            }
            [b'4', b'0', ..] => self.peers.push(me, &[br#"40{"sid":"floor"}"#], filled),
            _ => {}
        }
        Some(())
    }

    fn event(&mut self, me: usize, text: &[u8], filled: &mut Vec<usize>) -> Option<()> {
        let (number, mut rest) = text.split_at(memchr(b'[', text)?);
        match quoted(&mut rest)? {
            b"P2P_EMIT" => {
                let target = *self.ids.get(quoted(&mut rest)?)?;
                let event = quoted(&mut rest)?;
                // What is left is `,[...],null]` without an ack, and `,[...]]` with one.
                let args = rest.strip_prefix(b",[")?;
                let args = args
                    .strip_suffix(b"],null]")
                    .or_else(|| args.strip_suffix(b"]]"))?;
                let comma: &[u8] = if args.is_empty() { b"" } else { b"," };
                let head: &[u8] = b"42";
                if number.is_empty() {
                    let pieces = [head, b"[\"", event, b"\"", comma, args, b"]"];
                    self.peers.push(target, &pieces, filled);
                } else {
                    self.asked += 1;
                    self.acks.insert(self.asked, (me, read_number(number)?));
                    let asked = self.asked.to_string();
                    let asked = asked.as_bytes();
                    let pieces = [head, asked, b"[\"", event, b"\"", comma, args, b"]"];
                    self.peers.push(target, &pieces, filled);
                }
            }
            b"JOIN_ROOM" => {
                let members = self.rooms.entry(quoted(&mut rest)?.into()).or_default();
                members.push(me);
            }
            b"EMIT_ROOM" => {
                let members = self.rooms.get(quoted(&mut rest)?)?;
                self.encoded.clear();
                frame(&mut self.encoded, &[b"42[", rest.strip_prefix(b",")?]);
                for &member in members.iter().filter(|member| **member != me) {
                    let encoded = &self.encoded;
                    let write = |out: &mut Vec<u8>| out.extend_from_slice(encoded);
                    self.peers.append(member, filled, write);
                }
            }
            _ => {}
        }
        Some(())
    }
}

/// Takes the next text in quotes. Escapes are for relays that have to be right.
fn quoted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let from = &rest[memchr(b'"', rest)? + 1..];
    let (text, after) = from.split_at(memchr(b'"', from)?);
    *rest = &after[1..];
    Some(text)
}

fn read_number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Appends one frame of a server: without a mask.
pub(crate) fn frame(out: &mut Vec<u8>, pieces: &[&[u8]]) {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    out.reserve(length + 10);
    out.push(0x81);
    if let Ok(short @ 0..=125) = u8::try_from(length) {
        out.push(short);
    } else if let Ok(medium) = u16::try_from(length) {
        out.push(126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(127);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
    for piece in pieces {
        out.extend_from_slice(piece);
    }
}

/// Writes what waits for a connection. If its socket is full, a task goes on later.
pub(crate) fn flush(shared: &Shared, place: usize) {
    loop {
        let (stream, mut bytes) = {
            let mut hub = lock(shared);
            let Some(peer) = hub.peers.get(place) else {
                return;
            };
            if peer.busy || peer.out.is_empty() {
                return;
            }
            peer.busy = true;
            (Arc::clone(&peer.stream), mem::take(&mut peer.out))
        };
        let mut done = 0;
        let full = loop {
            match stream.try_write(&bytes[done..]) {
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break true,
                // Its own task will notice.
                Err(_) => done = bytes.len(),
            }
            if done == bytes.len() {
                break false;
            }
        };
        let mut hub = lock(shared);
        if full {
            bytes.drain(..done);
            if let Some(peer) = hub.peers.get(place) {
                bytes.append(&mut peer.out);
                peer.out = bytes;
            }
            drop(hub);
            tokio::spawn(flush_later(Arc::clone(shared), place, stream));
            return;
        }
        hub.peers.keep(bytes);
        match hub.peers.get(place) {
            Some(peer) => peer.busy = false,
            None => return,
        }
    }
}

async fn flush_later(shared: Shared, place: usize, stream: Arc<TcpStream>) {
    if stream.writable().await.is_ok() {
        if let Some(peer) = lock(&shared).peers.get(place) {
            peer.busy = false;
        }
        flush(&shared, place);
    }
}
