//! Recordings as a page of sequence diagrams: what the clients of an application and their
//! server say to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use maud::{Markup, html};
use sio_p2p_protocol::Deviation;

use super::failure::clause_text;
use super::html::page::page;
use super::html::sequence::{self, Kind, Packet, Said};
use super::html::toolbar::{choice, search};
use super::html::words::{BREAK, many, number, unbroken};
use crate::player::play::trace::Way;
use crate::record::{Difference, Kind as LineKind, Line, Recording};

/// The page of some recordings.
pub fn render(recordings: &[Recording]) -> String {
    let title = match recordings {
        [one] => one.name().to_owned(),
        all => many(all.len(), "recording"),
    };
    let body = html! {
        header.head {
            p.kicker { "Recorded Socket.IO traffic" }
            h1 { (title) }
            (facts(recordings))
        }
        div.columns.view {
            (contents(recordings))
            main id="main" tabindex="-1" {
                (filter(recordings))
                @for (index, recording) in recordings.iter().enumerate() { (section(index, recording)) }
            }
        }
    };
    page(&format!("Recording: {title}"), &body)
}

/// Whether a line is a packet, and not something that somebody did.
fn is_packet(line: &Line) -> bool {
    line.kind != LineKind::Control
}

fn clients(recording: &Recording) -> BTreeSet<&str> {
    let lines = recording.lines.iter().filter(|line| !line.is_server());
    lines.map(|line| line.client.as_str()).collect()
}

fn packets(recording: &Recording) -> usize {
    recording
        .lines
        .iter()
        .filter(|line| is_packet(line))
        .count()
}

fn facts(recordings: &[Recording]) -> Markup {
    let packets = recordings.iter().map(packets).sum();
    let clients = recordings
        .iter()
        .map(|recording| clients(recording).len())
        .sum();
    let dialects: BTreeSet<_> = recordings.iter().map(|r| r.dialect().as_str()).collect();
    let differences = recordings
        .iter()
        .map(|r| r.differences.len())
        .sum::<usize>();
    html! {
        dl.facts {
            div { dt { "Packets" } dd { (number(packets)) } }
            div { dt { "Clients" } dd { (number(clients)) } }
            div { dt { "Dialect" } dd { (dialects.into_iter().collect::<Vec<_>>().join(" and ")) } }
            @if differences > 0 {
                div { dt { "Deviations" } dd { (many(differences, "packet")) " that another server would send otherwise" } }
            }
        }
    }
}

fn contents(recordings: &[Recording]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            details open {
                summary { "Contents" }
                ul {
                    @for (index, recording) in recordings.iter().enumerate() {
                        li { a href={ "#recording-" (index) } { (recording.name()) span.count { (number(packets(recording))) } } }
                    }
                }
            }
        }
    }
}

/// Events, clients and directions that there are.
fn filter(recordings: &[Recording]) -> Markup {
    let lines = || recordings.iter().flat_map(|recording| &recording.lines);
    let set = |values: BTreeSet<String>| {
        let values = values.into_iter();
        values
            .map(|value| (facet(&value), value))
            .collect::<Vec<_>>()
    };
    let names = set(lines().map(name).collect());
    let clients = set(lines().map(|line| line.client.clone()).collect());
    let ways = [("out", "to the server"), ("in", "from the server")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()));
    html! {
        form.toolbar id="filter" role="search" aria-label="Filter the packets" hidden {
            (search("Event, argument, id …"))
            (choice("k", "Event", &names))
            (choice("n", "Client", &clients))
            (choice("w", "Direction", &ways))
            button type="reset" { "Clear" }
            p.shown role="status" {}
        }
    }
}

fn section(index: usize, recording: &Recording) -> Markup {
    let name = recording.name();
    html! {
        section id={ "recording-" (index) } {
            div.heading { h2 { (name) } }
            (sequence::diagram(&format!("Packets of {name}"), "line", &rows(recording)))
        }
    }
}

/// The lines in order, each with what is said about it, and what would come besides.
fn rows(recording: &Recording) -> Vec<Packet<'_>> {
    let mut at: BTreeMap<u64, &Difference> = BTreeMap::new();
    let mut after: BTreeMap<u64, Vec<&Difference>> = BTreeMap::new();
    for difference in &recording.differences {
        match (difference.at, difference.after) {
            (Some(line), _) => drop(at.insert(line, difference)),
            (None, Some(line)) => after.entry(line).or_default().push(difference),
            (None, None) => {}
        }
    }
    let mut rows = Vec::with_capacity(recording.lines.len());
    for line in &recording.lines {
        let difference = at.get(&line.t);
        rows.push(Packet {
            remark: difference.map(|difference| remark(difference)),
            ..packet(line, &line.client, line.t.to_string())
        });
        let instead = difference.into_iter();
        for difference in instead.chain(after.get(&line.t).into_iter().flatten()) {
            if let Some(comes) = &difference.comes {
                rows.push(Packet {
                    kind: Kind::Missing,
                    remark: Some(remark(difference)),
                    ..packet(comes, &difference.client, String::new())
                });
            }
        }
    }
    rows
}

/// The deviation or clause that is the reason of a difference, and what it says.
fn remark(difference: &Difference) -> (&str, String) {
    let why = difference.why.as_str();
    let text = Deviation::find(why).map(|deviation| deviation.happens);
    let text = text.or_else(|| clause_text(why)).unwrap_or("it is meant");
    let told = match (&difference.comes, difference.at) {
        (Some(_), Some(_)) => "A server that follows the protocol sends this instead",
        (Some(_), None) => "A server that follows the protocol sends this, too",
        (None, _) => "A server that follows the protocol does not send this",
    };
    (why, format!("{told}. The recorded one: {text}"))
}

fn packet<'a>(line: &'a Line, client: &'a str, at: String) -> Packet<'a> {
    let way = if line.dir == Way::Out { "out" } else { "in" };
    Packet {
        kind: if is_packet(line) {
            Kind::Passed
        } else {
            Kind::Note
        },
        facets: Some(format!(
            "k:{} n:{} w:{way}",
            facet(&name(line)),
            facet(client)
        )),
        remark: None,
        at,
        actor: client,
        way: line.dir,
        said: said(line),
    }
}

/// The event, or the kind of a line without one.
fn name(line: &Line) -> String {
    line.event
        .clone()
        .unwrap_or_else(|| line.kind.as_str().replace('_', " "))
}

/// A value of a filter: facets are apart by blanks.
fn facet(value: &str) -> String {
    value.replace(char::is_whitespace, "\u{a0}")
}

fn said(line: &Line) -> Said {
    let list = line.list();
    let mut rest = if list == "[]" {
        String::new()
    } else {
        list.clone()
    };
    let mut kind = match line.kind {
        LineKind::Control => "done without a packet".to_owned(),
        LineKind::Close => "end of the transport".to_owned(),
        kind => format!("Socket.IO {}", kind.as_str().to_uppercase()),
    };
    let mut name = name(line);
    if let Some(id) = line.id {
        if line.kind == LineKind::Ack {
            name = format!("ack {id}");
            rest.clone_from(&list);
        } else {
            let _ = write!(rest, " · ack {id}");
            // Writing to a string cannot fail.
            let _ = write!(kind, ", asks for ack {id}");
        }
    }
    if line.binary > 0 {
        let count = usize::try_from(line.binary).unwrap_or_default();
        let _ = write!(kind, ", {}", many(count, "attachment"));
    }
    if let Some(namespace) = &line.nsp {
        let _ = write!(kind, ", namespace {namespace}");
    }
    Said {
        kind,
        name: unbroken(&name, BREAK),
        rest: unbroken(&rest, BREAK),
        prefix: String::new(),
        payload: list,
        heartbeat: false,
    }
}
