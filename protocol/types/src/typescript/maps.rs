//! The event maps of a dialect.

use sio_p2p_protocol::Dialect;

use super::{list, maybe, only_or_none, parameter};
use crate::model::catalogue::{Catalogue, Event, Presence, Value};
use crate::model::words::{WIDTH, block};

/// What clients and servers of a dialect send.
pub(super) fn of(catalogue: &Catalogue, dialect: Dialect) -> String {
    let payloads = catalogue.types.iter().map(|known| known.of.as_str());
    let payloads: Vec<&str> = payloads.collect();
    let answers: Vec<&str> = catalogue.acks.iter().map(|ack| ack.of.as_str()).collect();
    let mut text = String::new();
    for (by_client, name, what) in [
        (true, "ClientToServerEvents", "What clients send."),
        (
            false,
            "ServerToClientEvents",
            "What servers send, beside the events of your application.",
        ),
    ] {
        let suffix = dialect.as_str().to_uppercase();
        text.push('\n');
        text.push_str(&block("", &[&format!("{what} Dialect {dialect}.")]));
        text.push_str(&format!("export interface {name}{suffix} {{\n"));
        let events = catalogue.sent(by_client).filter(|event| event.has(dialect));
        let entries: Vec<String> = events
            // The application's own events are the application's to type.
            .filter(|event| event.name.kind != "any")
            .map(entry)
            .collect();
        text.push_str(&entries.join("\n"));
        text.push_str("}\n");
    }
    let mut head = import("acks", &[&answers[..], &["Ack"]].concat(), &text);
    head.push_str(&import("payloads", &payloads, &text));
    head + &text
}

/// The names that the text uses, imported.
fn import(module: &str, names: &[&str], text: &str) -> String {
    let is_used = |name: &&&str| {
        let is_part = |letter: char| letter.is_alphanumeric();
        text.split(|letter: char| !is_part(letter))
            .any(|word| word == **name)
    };
    let mut names: Vec<&str> = names.iter().filter(is_used).copied().collect();
    names.sort_unstable();
    let names = names.join(", ");
    let line = format!("import type {{ {names} }} from \"./{module}.js\";\n");
    if line.len() <= 100 {
        return line;
    }
    format!(
        "import type {{\n  {},\n}} from \"./{module}.js\";\n",
        names.replace(", ", ",\n  ")
    )
}

/// One member of a map.
fn entry(event: &Event) -> String {
    let answer = match event.ack.of {
        Some(_) => event.ack.description.as_str(),
        None => "",
    };
    let answer = if answer.is_empty() {
        String::new()
    } else {
        format!("Answer: {answer}")
    };
    let text = block("  ", &[&event.description, &answer, &event.origin()]);
    let key = key(event);
    let parameters = parameters(event);
    let line = format!("  {key}: ({}) => void;\n", parameters.join(", "));
    if line.len() <= WIDTH && !parameters.iter().any(|one| one.contains('|')) {
        return text + &line;
    }
    let parameters = parameters.join(",\n    ");
    text + &format!("  {key}: (\n    {parameters},\n  ) => void;\n").replace(",\n  )", "\n  )")
}

fn key(event: &Event) -> String {
    let name = &event.name;
    match &name.parameter {
        None => event.called.clone(),
        Some(parameter) => format!(
            "[{}Event: `{}${{{}}}{}`]",
            parameter.name, name.prefix, parameter.of, name.suffix
        ),
    }
}

/// The parameters of the listener: the arguments, and the function that answers.
fn parameters(event: &Event) -> Vec<String> {
    let ack = event.ack.of.as_ref().map(|of| format!("Ack<{of}>"));
    let is_optional = event.ack.need == "optional";
    if let (Some(arg), None) = (only_or_none(&event.forms), &ack) {
        return vec![maybe(arg)];
    }
    if let [form] = event.forms.as_slice() {
        let has_rest = form.args.iter().any(|arg| arg.presence == Presence::Rest);
        if !(has_rest && is_optional) {
            let mark = if is_optional { "?" } else { "" };
            let args = form.args.iter().map(parameter);
            let ack = ack.map(|ack| format!("ack{mark}: {ack}"));
            return args.chain(ack).collect();
        }
    }
    let lists = event.forms.iter().flat_map(|form| {
        let is_plain = form.args.last().is_some_and(|arg| arg.value == Value::Null);
        let with = ack.as_deref().filter(|_| !is_plain);
        let without = (form.ack != "required").then(|| list(form, None));
        let with = with.map(|ack| list(form, Some(ack)));
        without.into_iter().chain(with)
    });
    let lists: Vec<String> = lists.map(|list| format!("\n      | {list}")).collect();
    vec![format!("...args:{}", lists.concat())]
}
