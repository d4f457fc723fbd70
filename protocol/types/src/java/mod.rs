//! Java: records that Jackson reads and writes as arrays.

mod object;
mod record;
mod value;

use crate::model::TypeFile;
use crate::model::catalogue::{Catalogue, Event};
use crate::model::list::fields;
use crate::model::words::{block, snake};

const HEAD: &str = "// Generated from the catalogue of sio-p2p.\n\npackage siop2p;\n\n";

/// The package `siop2p`.
pub(crate) fn files(catalogue: &Catalogue) -> Vec<TypeFile> {
    let class = |name: &str, text: String| TypeFile::new(format!("siop2p/{name}.java"), text);
    let mut files = vec![
        TypeFile::new("README.md", include_str!("static/README.md")),
        class(
            "package-info",
            include_str!("static/package-info.java").to_owned(),
        ),
        class(
            "ArgumentList",
            include_str!("static/ArgumentList.java").to_owned(),
        ),
        class(
            "ArgumentReader",
            include_str!("static/ArgumentReader.java").to_owned(),
        ),
        class(
            "ArgumentWriter",
            include_str!("static/ArgumentWriter.java").to_owned(),
        ),
        class("Check", include_str!("static/Check.java").to_owned()),
        class(
            "MemberReader",
            include_str!("static/MemberReader.java").to_owned(),
        ),
        class("Rooms", include_str!("static/Rooms.java").to_owned()),
        class("Event", table(catalogue)),
    ];
    for known in catalogue.kind("object") {
        files.push(class(&known.of, object::object(known, catalogue)));
    }
    for event in &catalogue.events {
        let what = format!(
            "The arguments of {{@code {}}}. {}",
            event.called, event.description
        );
        let list = record::List {
            name: &event.of,
            what: &what,
            origin: &event.origin(),
            called: &event.called,
            event: Some(event),
            fields: fields(&event.forms),
            forms: &event.forms,
        };
        files.push(class(&event.of, list.text(catalogue)));
    }
    for ack in &catalogue.acks {
        let list = record::List {
            name: &ack.of,
            what: &ack.description,
            origin: &ack.origin(),
            called: &ack.of,
            event: None,
            fields: fields(&ack.forms),
            forms: &ack.forms,
        };
        files.push(class(&ack.of, list.text(catalogue)));
    }
    files
}

/// A comment as Javadoc reads it: what stands in backquotes is code, signs are no markup.
fn javadoc(indent: &str, paragraphs: &[&str]) -> String {
    let paragraphs = paragraphs.iter().filter(|text| !text.is_empty());
    let paragraphs: Vec<String> = paragraphs.map(|text| markup(text)).collect();
    let texts: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
    block(indent, &texts)
}

fn markup(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| {
        if index % 2 == 1 {
            format!("{{@code {part}}}")
        } else {
            part.to_owned()
        }
    });
    parts.collect()
}

/// Every event, for programs that get to know at run time which one they have.
fn table(catalogue: &Catalogue) -> String {
    let constants = catalogue.events.iter().map(constant);
    let constants = constants.collect::<Vec<_>>().join(",\n\n");
    let text = include_str!("static/Event.java");
    text.replace("    // CONSTANTS", &constants)
}

fn constant(event: &Event) -> String {
    let list = |texts: &[String]| {
        let texts = texts.iter().map(|text| format!("\"{text}\""));
        format!("List.of({})", texts.collect::<Vec<_>>().join(", "))
    };
    let answer = event
        .ack
        .of
        .as_ref()
        .map_or("null".to_owned(), |of| format!("{of}.class"));
    let doc = javadoc("    ", &[&event.description, &event.origin()]);
    format!(
        "{doc}    {}(\n            \"{}\",\n            {},\n            {},\n            \"{}\",\n            \
         \"{}\",\n            {},\n            \"{}\",\n            {}.class,\n            {answer})",
        snake(&event.of).to_uppercase(),
        event.key,
        event.is_from_client(),
        list(&event.dialects),
        event.name.prefix,
        event.name.suffix,
        event.name.parameter.is_some(),
        event.ack.need,
        event.of,
    )
}
