//! The packets of a check as a sequence diagram.

use std::time::Duration;

use maud::{Markup, html};

use crate::player::play::trace::{TraceLine, Way};

/// The distance between two lifelines, in pixels.
const LANE: usize = 150;
/// The distance between two packets.
const ROW: usize = 26;
/// Room for the names above and below the lines.
const HEAD: usize = 34;
/// The longest label that is drawn; all of it is in its tooltip.
const LABEL: usize = 78;
/// The width of a character of a label.
const CHARACTER: usize = 7;

/// A lifeline for each actor, the server's on the right, and an arrow for each frame
/// from top to bottom.
pub(super) fn diagram(trace: &[TraceLine]) -> Markup {
    let mut actors: Vec<&str> = Vec::new();
    for line in trace {
        if !actors.contains(&line.actor.as_str()) {
            actors.push(&line.actor);
        }
    }
    let server = actors.len();
    let x = |lane: usize| LANE / 2 + lane * LANE;
    let longest = trace.iter().map(|line| label(line).chars().count()).max();
    let lanes = (server + 1) * LANE;
    // Labels stand on the right of the diagram, where they never cross a line.
    let width = lanes + longest.unwrap_or_default() * CHARACTER + 10;
    let height = HEAD + trace.len() * ROW + ROW / 2;
    let names = actors.iter().copied().chain(["server"]).enumerate();
    html! {
        div.sequence {
            svg width=(width) height=(height) role="img" aria-label="the packets, in order" {
                @for (lane, name) in names {
                    line.life x1=(x(lane)) x2=(x(lane)) y1=(HEAD - 6) y2=(height) {}
                    text.name x=(x(lane)) y=(HEAD - 14) { (name) }
                }
                @for (row, line) in trace.iter().enumerate() {
                    @let lane = actors.iter().position(|actor| *actor == line.actor).unwrap_or_default();
                    @let y = HEAD + row * ROW + ROW / 2;
                    (arrow(line, x(lane), x(server), y, lanes))
                }
            }
        }
    }
}

/// One frame: a line between actor and server with a head at the receiver.
fn arrow(line: &TraceLine, actor: usize, server: usize, y: usize, labels: usize) -> Markup {
    let (class, tip, base) = match line.direction {
        Way::Out => ("out", server, server - 8),
        Way::In => ("in", actor, actor + 8),
    };
    let head = format!("{tip},{y} {base},{} {base},{}", y - 4, y + 4);
    let milliseconds = Duration::from_micros(line.at_us).as_secs_f64() * 1_000.0;
    html! {
        g class=(class) {
            title { (format!("{milliseconds:.1} ms  {} {} server  {}", line.actor, line.direction.arrow(), line.frame)) }
            line x1=(actor) x2=(server) y1=(y) y2=(y) {}
            polygon points=(head) {}
            text.frame x=(labels) y=(y + 4) { (label(line)) }
        }
    }
}

fn label(line: &TraceLine) -> String {
    if line.frame.chars().count() <= LABEL {
        return line.frame.clone();
    }
    let mut text: String = line.frame.chars().take(LABEL - 1).collect();
    text.push('…');
    text
}
