//! TypeScript: event maps for the generics of socket.io and socket.io-client.

mod maps;

use crate::model::TypeFile;
use crate::model::catalogue::{Arg, Catalogue, Form, Presence, Type, Value};
use crate::model::words::block;

/// The package of these declarations.
pub(crate) fn files(catalogue: &Catalogue) -> Vec<TypeFile> {
    let mut index = block(
        "",
        &[
            "Types of the Socket.IO peer-to-peer protocol, for the generics of socket.io and \
             socket.io-client.",
            "A client of dialect v2 is a `Socket<ServerToClientEventsV2 & AppEvents, \
             ClientToServerEventsV2>`, where `AppEvents` are the events of your application; a \
             server has them the other way round. The types hold what is sent; what has to be \
             taken beside that is in the schemas below `accept/`.",
        ],
    );
    let mut modules = vec!["payloads", "acks", "events"];
    modules.extend(catalogue.dialects.iter().map(|dialect| dialect.as_str()));
    for module in modules {
        index.push_str(&format!("export type * from \"./{module}.js\";\n"));
    }
    let mut files = vec![
        TypeFile::new("index.d.ts", index),
        TypeFile::new("payloads.d.ts", payloads(catalogue)),
        TypeFile::new("acks.d.ts", acks(catalogue)),
        TypeFile::new("events.d.ts", events(catalogue)),
        TypeFile::new("package.json", include_str!("static/package.json")),
        TypeFile::new("README.md", include_str!("static/README.md")),
    ];
    for dialect in &catalogue.dialects {
        let text = maps::of(catalogue, *dialect);
        files.push(TypeFile::new(format!("{dialect}.d.ts"), text));
    }
    let examples = [
        ("client.ts", include_str!("static/client.ts")),
        ("gateway.ts", include_str!("static/gateway.ts")),
    ];
    if catalogue
        .dialects
        .iter()
        .any(|dialect| dialect.as_str() == "v2")
    {
        let examples = examples.map(|(name, text)| TypeFile::new(format!("examples/{name}"), text));
        files.extend(examples);
    }
    files
}

/// Names, objects and what stands for any value.
fn payloads(catalogue: &Catalogue) -> String {
    let mut text = include_str!("static/payload.d.ts").to_owned();
    for known in &catalogue.types {
        let declaration = match known.kind.as_str() {
            "name" => format!("export type {} = string;\n", known.of),
            "object" => object(known),
            "arguments" => format!("export type {} = readonly Payload[];\n", known.of),
            "rooms" => format!(
                "export type {} = RoomName | readonly RoomName[];\n",
                known.of
            ),
            "prefixed" => format!(
                "export type {} = `{}${{ClientId}}`;\n",
                known.of, known.prefix
            ),
            // It is written by hand.
            _ => continue,
        };
        text.push('\n');
        text.push_str(&block("", &[&known.description]));
        text.push_str(&declaration);
    }
    text
}

fn object(known: &Type) -> String {
    let mut text = format!("export interface {} {{\n", known.of);
    for member in &known.members {
        text.push_str(&block("  ", &[&member.description]));
        let mark = optional(member);
        text.push_str(&format!(
            "  {}{mark}: {};\n",
            member.name,
            value(&member.value)
        ));
    }
    if known.open {
        text.push_str("  /** Any other member is passed on. */\n  [member: string]: any;\n");
    }
    text + "}\n"
}

fn optional(arg: &Arg) -> &'static str {
    if arg.presence == Presence::Optional {
        "?"
    } else {
        ""
    }
}

/// The argument lists of answers.
fn acks(catalogue: &Catalogue) -> String {
    let mut text = imports(catalogue);
    text.push_str(
        "\n/** The function that answers an event, by the argument list of its answer. */\n\
         export type Ack<Answer extends unknown[]> = (...answer: Answer) => void;\n",
    );
    for ack in &catalogue.acks {
        text.push('\n');
        text.push_str(&block(
            "",
            &[&ack.description, &forms_told(&ack.forms), &ack.origin()],
        ));
        text.push_str(&declared(&ack.of, &ack.forms));
    }
    text
}

/// The argument lists of events, as they travel.
fn events(catalogue: &Catalogue) -> String {
    let mut text = imports(catalogue);
    for event in &catalogue.events {
        let what = format!("The arguments of `{}`. {}", event.called, event.description);
        text.push('\n');
        text.push_str(&block(
            "",
            &[&what, &forms_told(&event.forms), &event.origin()],
        ));
        text.push_str(&declared(&event.of, &event.forms));
    }
    text
}

fn imports(catalogue: &Catalogue) -> String {
    let names = catalogue.types.iter().map(|known| known.of.as_str());
    let mut names: Vec<&str> = names.chain(["Reason"]).collect();
    names.sort_unstable();
    let names = names.join(",\n  ");
    format!("import type {{\n  {names},\n}} from \"./payloads.js\";\n")
}

/// What tells the forms apart, as a list.
fn forms_told(forms: &[Form]) -> String {
    if forms.len() == 1 {
        return String::new();
    }
    let lines = forms.iter().map(|form| format!("- {}", form.description));
    lines.collect::<Vec<_>>().join("\n")
}

fn declared(name: &str, forms: &[Form]) -> String {
    if let Some(arg) = only_or_none(forms) {
        return format!("export type {name} = [{}];\n", maybe(arg));
    }
    let lists: Vec<String> = forms.iter().map(|form| list(form, None)).collect();
    match lists.as_slice() {
        [one] => format!("export type {name} = {one};\n"),
        lists => format!("export type {name} =\n  | {};\n", lists.join("\n  | ")),
    }
}

/// The argument of lists that have one or none.
fn only_or_none(forms: &[Form]) -> Option<&Arg> {
    let mut forms: Vec<&[Arg]> = forms.iter().map(|form| form.args.as_slice()).collect();
    forms.sort_by_key(|args| args.len());
    match forms.as_slice() {
        [[], [only]] => Some(only),
        _ => None,
    }
}

/// A parameter that may be missing.
fn maybe(arg: &Arg) -> String {
    format!("{}?: {}", arg.name, value(&arg.value))
}

/// One tuple, with an ack function at its end or without.
fn list(form: &Form, ack: Option<&str>) -> String {
    let args = form.args.iter().map(parameter);
    let ack = ack.map(|ack| format!("ack: {ack}"));
    format!("[{}]", args.chain(ack).collect::<Vec<_>>().join(", "))
}

fn parameter(arg: &Arg) -> String {
    let (name, kind) = (&arg.name, value(&arg.value));
    match arg.presence {
        Presence::Rest => format!("...{name}: {kind}[]"),
        _ => format!("{name}{}: {kind}", optional(arg)),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Name {
            of, may_be_null, ..
        } if *may_be_null => format!("{of} | null"),
        Value::Name { of, .. } | Value::Object { of } => of.clone(),
        Value::Prefixed { .. } => "Greeting".to_owned(),
        Value::Text => "string".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Literal { value } => format!("{value:?}"),
        Value::Values { values }
            if values.len() == 2 && !values.iter().any(serde_json::Value::is_null) =>
        {
            "boolean".to_owned()
        }
        Value::Values { values } => {
            let values = values.iter().map(ToString::to_string);
            values.collect::<Vec<_>>().join(" | ")
        }
        Value::Any { .. } => "Payload".to_owned(),
        Value::Truthy => "Reason".to_owned(),
        Value::Arguments => "Arguments".to_owned(),
        Value::Rooms => "Rooms".to_owned(),
        Value::Names { of } => format!("{of}[]"),
    }
}
