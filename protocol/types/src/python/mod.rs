//! Python: tuples for argument lists, pydantic models for objects.

use sio_p2p_protocol::EventName;

use crate::model::TypeFile;
use crate::model::catalogue::{Arg, Catalogue, Event, Form, Presence, Type, Value};
use crate::model::words::{snake, wrapped};

/// The package `sio_p2p`.
pub(crate) fn files(catalogue: &Catalogue) -> Vec<TypeFile> {
    let names = exports(catalogue);
    vec![
        TypeFile::new("pyproject.toml", include_str!("static/pyproject.toml")),
        TypeFile::new("README.md", include_str!("static/README.md")),
        TypeFile::new("sio_p2p/py.typed", ""),
        TypeFile::new("sio_p2p/__init__.py", init(&names)),
        TypeFile::new("sio_p2p/payloads.py", payloads(catalogue)),
        TypeFile::new("sio_p2p/events.py", events(catalogue)),
        TypeFile::new("sio_p2p/acks.py", acks(catalogue)),
        TypeFile::new("sio_p2p/catalogue.py", table(catalogue)),
    ]
}

/// The names of each module that users import from the package.
fn exports(catalogue: &Catalogue) -> Vec<(&'static str, Vec<String>)> {
    let types = catalogue.types.iter().map(|known| known.of.clone());
    let events = catalogue.events.iter().map(|event| event.of.clone());
    let acks = catalogue.acks.iter().map(|ack| ack.of.clone());
    let table = ["CATALOGUE", "Event", "decode", "find"].map(ToOwned::to_owned);
    vec![
        ("acks", sorted(acks)),
        ("catalogue", table.to_vec()),
        ("events", sorted(events)),
        ("payloads", sorted(types.chain(["Reason".to_owned()]))),
    ]
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn init(exports: &[(&str, Vec<String>)]) -> String {
    let mut text =
        "\"\"\"Types of the Socket.IO peer-to-peer protocol: tuples for argument lists, \
                    models for objects.\n\n\
                    A list is what ``emit`` of python-socketio takes for several arguments. The \
                    types hold what\nis sent; what has to be taken beside that is in the schemas \
                    below ``accept/``.\n\"\"\"\n\n"
            .to_owned();
    for (module, names) in exports {
        text.push_str(&import(module, names));
    }
    text.push_str("\n__all__ = [\n");
    let mut all: Vec<&String> = exports.iter().flat_map(|(_, names)| names).collect();
    all.sort();
    for name in all {
        text.push_str(&format!("    \"{name}\",\n"));
    }
    text + "]\n"
}

fn import(module: &str, names: &[String]) -> String {
    format!(
        "from .{module} import (\n    {},\n)\n",
        names.join(",\n    ")
    )
}

fn payloads(catalogue: &Catalogue) -> String {
    let mut text = include_str!("static/payloads.py").to_owned();
    // A name stands before what is made of it.
    let order = ["name", "arguments", "rooms", "object"];
    for known in order.iter().flat_map(|kind| catalogue.kind(kind)) {
        let of = &known.of;
        let declared = match known.kind.as_str() {
            "name" if known.may_be_empty => format!("{of} = Annotated[str, Strict()]"),
            "name" => format!("{of} = Annotated[str, Strict(), MinLen(1)]"),
            "arguments" => format!("{of} = Sequence[Payload]"),
            "rooms" => format!("{of} = Union[RoomName, Sequence[RoomName]]"),
            _ => {
                text.push_str(&model(known, catalogue));
                continue;
            }
        };
        text.push_str(&format!(
            "\n{declared}\n{}",
            docstring("", &[&known.description])
        ));
    }
    text
}

fn model(known: &Type, catalogue: &Catalogue) -> String {
    let extra = if known.open { "allow" } else { "forbid" };
    let mut text = format!("\n\nclass {}(BaseModel):\n", known.of);
    text.push_str(&docstring("    ", &[&known.description]));
    text.push_str(&format!(
        "\n    model_config = ConfigDict(\n        extra=\"{extra}\", \
         alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True\n    )\n"
    ));
    for member in &known.members {
        let kind = value(&member.value, catalogue);
        let may_be_null = kind.starts_with("Union[");
        let kind = match member.presence {
            Presence::Optional if may_be_null => format!("{kind} = None"),
            Presence::Optional => format!("Annotated[Union[{kind}, None], NotNull] = None"),
            _ => kind,
        };
        let name = snake(&member.name);
        text.push_str(&format!("\n    {name}: {kind}\n"));
        text.push_str(&docstring("    ", &[&member.description]));
    }
    if known
        .members
        .iter()
        .any(|member| member.presence == Presence::Optional)
    {
        text.push_str(include_str!("static/left_out.py"));
    }
    text
}

fn events(catalogue: &Catalogue) -> String {
    let mut text = "\"\"\"The argument lists of events.\"\"\"\n\n".to_owned();
    text.push_str(&head(catalogue));
    for event in &catalogue.events {
        let what = format!(
            "The arguments of ``{}``. {}",
            event.called, event.description
        );
        let told = forms_told(&event.forms);
        let list = declared(&event.of, &event.forms, catalogue);
        let docs = docstring("", &[&what, &told, &event.origin()]);
        text.push_str(&format!("\n{list}{docs}"));
    }
    text
}

fn acks(catalogue: &Catalogue) -> String {
    let mut text = "\"\"\"The argument lists of answers.\"\"\"\n\n".to_owned();
    text.push_str(&head(catalogue));
    for ack in &catalogue.acks {
        let told = forms_told(&ack.forms);
        let list = declared(&ack.of, &ack.forms, catalogue);
        let docs = docstring("", &[&ack.description, &told, &ack.origin()]);
        text.push_str(&format!("\n{list}{docs}"));
    }
    text
}

fn head(catalogue: &Catalogue) -> String {
    let names = catalogue.types.iter().map(|known| known.of.clone());
    let own = ["AnyText", "But", "Flag", "Reason", "Variadic"].map(ToOwned::to_owned);
    let names = sorted(names.chain(own));
    format!(
        "from typing import List, Literal, Tuple, Union\n\n\
         from typing_extensions import Annotated, Unpack\n\n{}",
        import("payloads", &names)
    )
}

/// What the arguments of each form are, and what tells the forms apart.
fn forms_told(forms: &[Form]) -> String {
    let told = forms.iter().map(|form| {
        let args = form.args.iter().map(|arg| {
            let star = if arg.presence == Presence::Rest {
                "*"
            } else {
                ""
            };
            format!("{star}{}", arg.name)
        });
        let args = format!("``({})``", args.collect::<Vec<_>>().join(", "));
        let what: Vec<&str> = match form.description.as_str() {
            "" => form
                .args
                .iter()
                .map(|arg| arg.description.as_str())
                .collect(),
            text => vec![text],
        };
        format!("- {args} {}", what.join(" ")).trim_end().to_owned()
    });
    told.collect::<Vec<_>>().join("\n")
}

fn declared(name: &str, forms: &[Form], catalogue: &Catalogue) -> String {
    let lists: Vec<String> = forms.iter().map(|form| list(form, catalogue)).collect();
    match lists.as_slice() {
        [one] => format!("{name} = {one}\n"),
        lists => format!("{name} = Union[\n    {},\n]\n", lists.join(",\n    ")),
    }
}

fn list(form: &Form, catalogue: &Catalogue) -> String {
    let items = form.args.iter().map(|arg: &Arg| {
        let kind = value(&arg.value, catalogue);
        match arg.presence {
            Presence::Rest => format!("Unpack[Tuple[{kind}, ...]]"),
            _ => kind,
        }
    });
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [] => "Tuple[()]".to_owned(),
        // A list of any length.
        [rest] if rest.starts_with("Unpack") => {
            rest.trim_start_matches("Unpack[")
                .trim_end_matches(']')
                .to_owned()
                + "]"
        }
        [.., rest] if rest.starts_with("Unpack") => {
            format!("Annotated[Tuple[{}], Variadic()]", items.join(", "))
        }
        items => format!("Tuple[{}]", items.join(", ")),
    }
}

fn value(value: &Value, catalogue: &Catalogue) -> String {
    match value {
        Value::Name {
            of,
            may_be_empty,
            may_be_null,
        } => {
            let text = if *may_be_empty && !catalogue.may_be_empty(of) {
                "AnyText"
            } else {
                of
            };
            if *may_be_null {
                format!("Union[{text}, None]")
            } else {
                text.to_owned()
            }
        }
        Value::Prefixed { .. } => "Greeting".to_owned(),
        Value::Text => "AnyText".to_owned(),
        Value::Null => "None".to_owned(),
        Value::Literal { value } => format!("Literal[\"{value}\"]"),
        Value::Values { values } => match values.as_slice() {
            [one] if one.is_null() => "None".to_owned(),
            [_, other] if other.is_null() => "Union[Literal[True], None]".to_owned(),
            _ => "Flag".to_owned(),
        },
        Value::Any { except } if except.is_empty() => "Payload".to_owned(),
        Value::Any { except } => {
            let texts = except.iter().map(|text| format!("\"{text}\""));
            format!(
                "Annotated[Payload, But({})]",
                texts.collect::<Vec<_>>().join(", ")
            )
        }
        Value::Truthy => "Reason".to_owned(),
        Value::Arguments => "Arguments".to_owned(),
        Value::Rooms => "Rooms".to_owned(),
        Value::Names { of } => format!("List[{of}]"),
        Value::Object { of } => of.clone(),
    }
}

fn docstring(indent: &str, paragraphs: &[&str]) -> String {
    let text = wrapped(indent, paragraphs);
    let text = text.trim();
    if text.lines().count() == 1 {
        format!("{indent}\"\"\"{text}\"\"\"\n")
    } else {
        format!("{indent}\"\"\"{text}\n{indent}\"\"\"\n")
    }
}

/// Every event, for programs that get to know at run time which one they have.
fn table(catalogue: &Catalogue) -> String {
    let mut text = include_str!("static/catalogue.py").to_owned();
    let reserved = EventName::reserved()
        .iter()
        .map(|name| format!("    \"{name}\",\n"));
    text.push_str("\nRESERVED: FrozenSet[str] = frozenset([\n");
    text.push_str(&reserved.collect::<String>());
    text.push_str(
        "])\n\"\"\"Names that libraries use themselves, which no message may have.\"\"\"\n",
    );
    text.push_str("\nCATALOGUE: Tuple[Event, ...] = (\n");
    for event in &catalogue.events {
        text.push_str(&row(event));
    }
    text.push_str(")\n\"\"\"Every event: what clients send, then what servers send.\"\"\"\n");
    text
}

fn row(event: &Event) -> String {
    let dialects = event
        .dialects
        .iter()
        .map(|dialect| format!("\"{dialect}\""));
    let dialects = dialects.collect::<Vec<_>>().join(", ");
    let answer = match &event.ack.of {
        Some(of) => format!("TypeAdapter(acks.{of})"),
        None => "None".to_owned(),
    };
    let is_pattern = event.name.parameter.is_some();
    let clauses = event.clauses.iter().map(|clause| format!("\"{clause}\""));
    let clauses = clauses.collect::<Vec<_>>().join(", ");
    format!(
        "    Event(\n        key=\"{}\",\n        direction=\"{}\",\n        \
         dialects=({dialects},),\n        prefix=\"{}\",\n        suffix=\"{}\",\n        \
         is_pattern={},\n        args=TypeAdapter(events.{}),\n        ack=\"{}\",\n        \
         answer={answer},\n        clauses=({clauses},),\n    ),\n",
        event.key,
        event.direction,
        event.name.prefix,
        event.name.suffix,
        if is_pattern { "True" } else { "False" },
        event.of,
        event.ack.need,
    )
}
