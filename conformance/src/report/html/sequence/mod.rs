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
    /// Its id on the page, if something leads to it.
    pub(in crate::report) id: Option<String>,
    /// When it passed, or which one it is.
    pub(in crate::report) at: String,
    pub(in crate::report) actor: &'a str,
    /// Seen from the actor.
    pub(in crate::report) way: Way,
    pub(in crate::report) said: Said,
}

/// What a packet says: in a line, and in full.
pub(in crate::report) struct Said {
    /// Which kind of packet it is, in words.
    pub(in crate::report) kind: String,
    /// The name of the event, or of the kind.
    pub(in crate::report) name: String,
    /// What follows the name in the line.
    pub(in crate::report) rest: String,
    /// As it was on the wire.
    pub(in crate::report) raw: String,
    /// Its JSON, to be broken into lines.
    pub(in crate::report) json: String,
    /// Whether it only keeps a connection alive.
    pub(in crate::report) heartbeat: bool,
}

/// The diagram. `unit` is that of the first column.
pub(in crate::report) fn diagram(name: &str, unit: &str, packets: &[Packet<'_>]) -> Markup {
    let mut actors: Vec<&str> = Vec::new();
    for packet in packets {
        if !actors.contains(&packet.actor) {
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
    let lane = actors.iter().position(|actor| *actor == packet.actor).unwrap_or_default();
    let said = &packet.said;
    let (class, words) = match packet.way {
        Way::Out => ("out", "to the server"),
        Way::In => ("in", "from the server"),
    };
    html! {
        li class=(class) id=[packet.id.as_ref()] style=(format!("--a:{lane}")) data-quiet[said.heartbeat] {
            details {
                summary {
                    span.at { (packet.at) }
                    span.lanes { span.vh { (packet.actor) " " (words) ": " } }
                    span.said { b { (said.name) } " " (said.rest) }
                }
                div.packet {
                    p { (packet.actor) " " (words) ": " (said.kind) }
                    @if !said.json.is_empty() { pre { (pretty::lines(&said.json)) } }
                    @if !said.raw.is_empty() { p.raw { "On the wire: " code { (said.raw) } } }
                }
            }
        }
    }
}
