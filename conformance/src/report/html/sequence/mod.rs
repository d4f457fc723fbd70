//! Packets as a sequence diagram: a lifeline for each actor and for the server, and a row
//! for each packet, from top to bottom.
//!
//! It is a list and not a picture, so that it can be read aloud, searched and copied, fits
//! narrow screens, and shows all of a packet when its row is opened.

pub(in crate::report) mod frame;
mod pretty;

use maud::{Markup, html};

use crate::player::play::trace::Way;

/// One row.
pub(in crate::report) struct Packet<'a> {
    /// Which kind of row it is.
    pub(in crate::report) kind: Kind,
    /// What filters ask for, if the page has filters for packets.
    pub(in crate::report) facets: Option<String>,
    /// A remark on it: a word, and what it means.
    pub(in crate::report) remark: Option<(&'a str, String)>,
    /// When it passed, or which one it is.
    pub(in crate::report) at: String,
    pub(in crate::report) actor: &'a str,
    /// Seen from the actor.
    pub(in crate::report) way: Way,
    pub(in crate::report) said: Said,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Kind {
    /// A packet that passed.
    Passed,
    /// A packet that did not pass, and would pass elsewhere.
    Missing,
    /// Something that was done, without a packet.
    Note,
}

/// What a packet says: in a line, and in full.
pub(in crate::report) struct Said {
    /// Which kind of packet it is, in words.
    pub(in crate::report) kind: String,
    /// The name of the event, or of the kind.
    pub(in crate::report) name: String,
    /// What follows the name in the line.
    pub(in crate::report) rest: String,
    /// As it was on the wire, up to its payload.
    pub(in crate::report) prefix: String,
    /// Its payload, JSON if it was not shortened.
    pub(in crate::report) payload: String,
    /// Whether it only keeps a connection alive.
    pub(in crate::report) heartbeat: bool,
}

/// The diagram. `unit` is that of the first column.
pub(in crate::report) fn diagram(name: &str, unit: &str, packets: &[Packet<'_>]) -> Markup {
    let mut actors: Vec<&str> = Vec::new();
    for packet in packets {
        if packet.kind != Kind::Note && !actors.contains(&packet.actor) {
            actors.push(packet.actor);
        }
    }
    html! {
        div.sequence role="group" tabindex="0" aria-label=(name) style=(format!("--lanes:{}", actors.len() + 1)) {
            div.names aria-hidden="true" {
                span.at { (unit) }
                span.lanes {
                    @for actor in &actors { span title=(actor) { (actor) } }
                    span { "server" }
                }
            }
            ol { @for packet in packets { (row(packet, &actors)) } }
        }
    }
}

fn row(packet: &Packet<'_>, actors: &[&str]) -> Markup {
    let kind = match packet.kind {
        Kind::Passed => "",
        Kind::Missing => " missing",
        Kind::Note => " note",
    };
    let lane = actors
        .iter()
        .position(|actor| *actor == packet.actor)
        .unwrap_or_default();
    let said = &packet.said;
    let (class, words) = match packet.way {
        Way::Out => ("out", "to the server"),
        Way::In => ("in", "from the server"),
    };
    html! {
        li class={ (class) (kind) } data-facets=[packet.facets.as_ref()] style=(format!("--a:{lane}")) data-quiet[said.heartbeat] {
            details {
                summary {
                    span.at { (packet.at) }
                    span.lanes { span.vh { (packet.actor) @if packet.kind != Kind::Note { " " (words) } ": " } }
                    span.said {
                        @if let Some((word, meaning)) = &packet.remark { span.remark title=(meaning) { (word) } " " }
                        b { (said.name) } " " (clip(&said.rest))
                    }
                }
                div.packet {
                    p { (said.kind) @if !said.prefix.is_empty() { " · prefix " code { (said.prefix) } } }
                    @if let Some((word, meaning)) = &packet.remark { p { strong { (word) ": " } (meaning) } }
                    @if !said.payload.is_empty() { pre { (pretty::lines(&said.payload)) } }
                }
            }
        }
    }
}

/// The longest text of a line; all of it is in the packet that opens.
const LINE: usize = 180;

fn clip(text: &str) -> String {
    if text.chars().count() <= LINE {
        return text.to_owned();
    }
    let mut clipped: String = text.chars().take(LINE).collect();
    clipped.push('…');
    clipped
}
