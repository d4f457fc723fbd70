//! Go: structs that travel as arrays, for `encoding/json`.

use crate::model::TypeFile;
use crate::model::catalogue::{Arg, Catalogue, Event, Form, Presence, Type, Value};
use crate::model::list::{Field, Role, fields};
use crate::model::words::{go, lowered, wrapped};

const HEAD: &str = "// Code generated from the catalogue of sio-p2p. DO NOT EDIT.\n\npackage p2p\n";

/// The package `p2p`.
pub(crate) fn files(catalogue: &Catalogue) -> Vec<TypeFile> {
    vec![
        TypeFile::new("go.mod", "module sio-p2p/p2p\n\ngo 1.19\n"),
        TypeFile::new("README.md", include_str!("static/README.md")),
        TypeFile::new("codec.go", include_str!("static/codec.go")),
        TypeFile::new("values.go", include_str!("static/values.go")),
        TypeFile::new("names.go", names(catalogue)),
        TypeFile::new("payloads.go", payloads(catalogue)),
        TypeFile::new("events.go", events(catalogue)),
        TypeFile::new("acks.go", acks(catalogue)),
        TypeFile::new("catalogue.go", table(catalogue)),
    ]
}

fn names(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    for known in catalogue.kind("name") {
        let (name, doc) = (go(&known.of), lowered(&known.description));
        text.push('\n');
        text.push_str(&wrapped("// ", &[&format!("{name} is {doc}")]));
        text.push_str(&format!("type {name} string\n\n"));
        let empty = known.may_be_empty;
        text.push_str(&format!(
            "// MarshalJSON writes the name, if it is one.\n\
             func (n {name}) MarshalJSON() ([]byte, error) {{\n\
             \treturn writeText(\"{name}\", string(n), {empty})\n}}\n\n\
             // UnmarshalJSON reads a name.\n\
             func (n *{name}) UnmarshalJSON(data []byte) error {{\n\
             \treturn readText(\"{name}\", data, (*string)(n), {empty})\n}}\n"
        ));
    }
    text
}

fn payloads(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    for known in catalogue.kind("object") {
        text.push_str(&object(known, catalogue));
    }
    text
}

fn object(known: &Type, catalogue: &Catalogue) -> String {
    let name = go(&known.of);
    let mut text = "\n".to_owned();
    text.push_str(&wrapped(
        "// ",
        &[&format!("{name} is {}", lowered(&known.description))],
    ));
    text.push_str(&format!("type {name} struct {{\n"));
    let mut rows = Vec::new();
    for member in &known.members {
        let is_optional = member.presence == Presence::Optional;
        let field = go(&member.name);
        let kind = value(&member.value, catalogue);
        let kind = if is_optional { pointer(&kind) } else { kind };
        text.push_str(&wrapped(
            "\t// ",
            &[&format!("{field}: {}", lowered(&member.description))],
        ));
        text.push_str(&format!("\t{field} {kind}\n"));
        let may_be_null = matches!(
            member.value,
            Value::Name {
                may_be_null: true,
                ..
            }
        );
        let how = match (is_optional, may_be_null) {
            (false, _) => "required",
            (true, false) => "optional",
            (true, true) => "optionalOrNull",
        };
        rows.push(format!("\t\t{how}(\"{}\", &o.{field}),\n", member.name));
    }
    let more = if known.open { "&o.More" } else { "nil" };
    if known.open {
        text.push_str(
            "\t// More: other members, which are passed on.\n\tMore map[string]Payload\n",
        );
    }
    text.push_str("}\n\n");
    text.push_str(&format!(
        "func (o *{name}) members() []member {{\n\treturn []member{{\n{}\t}}\n}}\n\n\
         // MarshalJSON writes the object.\n\
         func (o {name}) MarshalJSON() ([]byte, error) {{\n\
         \treturn writeObject(\"{name}\", o.members(), {more})\n}}\n\n\
         // UnmarshalJSON reads the object.\n\
         func (o *{name}) UnmarshalJSON(data []byte) error {{\n\
         \treturn readObject(\"{name}\", data, o.members(), {more})\n}}\n",
        rows.concat()
    ));
    text
}

fn events(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    for event in &catalogue.events {
        let name = go(&event.of);
        let what = format!(
            "{name} is the argument list of {}. {}",
            event.called, event.description
        );
        text.push_str(&list(
            &name,
            &what,
            &event.origin(),
            &event.forms,
            &event.called,
            catalogue,
        ));
        text.push_str(&event_name(event, &name));
    }
    text
}

/// The name under which the list travels.
fn event_name(event: &Event, name: &str) -> String {
    let (prefix, suffix) = (&event.name.prefix, &event.name.suffix);
    match &event.name.parameter {
        None => format!(
            "\n// {name}Event is the name under which {name} travels.\n\
             const {name}Event = \"{prefix}\"\n"
        ),
        // Any name at all needs no function.
        Some(_) if event.name.kind == "any" => String::new(),
        Some(parameter) => {
            let (of, variable) = (go(&parameter.of), &parameter.name);
            let parts = [
                (!prefix.is_empty()).then(|| format!("\"{prefix}\"")),
                Some(format!("string({variable})")),
                (!suffix.is_empty()).then(|| format!("\"{suffix}\"")),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            format!(
                "\n// {name}Event is the name under which {name} travels.\n\
                 func {name}Event({variable} {of}) string {{\n\treturn {}\n}}\n",
                parts.join(" + ")
            )
        }
    }
}

fn acks(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    for ack in &catalogue.acks {
        let name = go(&ack.of);
        let what = format!("{name} is {}", lowered(&ack.description));
        text.push_str(&list(
            &name,
            &what,
            &ack.origin(),
            &ack.forms,
            &name,
            catalogue,
        ));
    }
    text
}

/// A struct for the lists of these forms.
fn list(
    name: &str,
    what: &str,
    origin: &str,
    forms: &[Form],
    called: &str,
    catalogue: &Catalogue,
) -> String {
    let fields = fields(forms);
    let told = if forms.len() == 1 {
        String::new()
    } else {
        let told = forms.iter().map(|form| format!("  - {}", form.description));
        told.collect::<Vec<_>>().join("\n")
    };
    let mut text = "\n".to_owned();
    text.push_str(&wrapped("// ", &[what, &told, origin]));
    let mut members = String::new();
    let mut rows = String::new();
    for field in &fields {
        if field.role != Role::Constant {
            members.push_str(&member(field, catalogue));
        }
        rows.push_str(&format!("\t\t{},\n", row(field, &fields, forms)));
    }
    let braces = if members.is_empty() {
        "{}".to_owned()
    } else {
        format!(" {{\n{members}}}")
    };
    text.push_str(&format!("type {name} struct{braces}\n\n"));
    let rows = if rows.is_empty() {
        String::new()
    } else {
        format!("\n{rows}\t")
    };
    text.push_str(&format!(
        "func (a *{name}) fields() []field {{\n\treturn []field{{{rows}}}\n}}\n\n\
         // MarshalJSON writes the arguments as an array.\n\
         func (a {name}) MarshalJSON() ([]byte, error) {{\n\
         \treturn writeList(\"{called}\", a.fields())\n}}\n\n\
         // UnmarshalJSON reads the arguments from an array.\n\
         func (a *{name}) UnmarshalJSON(data []byte) error {{\n\
         \treturn readList(\"{called}\", data, a.fields())\n}}\n"
    ));
    text
}

fn member(field: &Field<'_>, catalogue: &Catalogue) -> String {
    let Arg {
        name, description, ..
    } = field.arg;
    let kind = value(&field.arg.value, catalogue);
    let (name, doc, kind) = match &field.role {
        Role::WantsAck => (
            "WantsAck".to_owned(),
            "whether an answer is asked for; without one a null ends the list.".to_owned(),
            "bool".to_owned(),
        ),
        Role::Rest => (go(name), lowered(description), format!("[]{kind}")),
        Role::With(text) => {
            let doc = format!("{} Only with the action {text}.", lowered(description));
            (go(name), doc, pointer(&kind))
        }
        Role::Optional => {
            let doc = format!("{} It may be missing.", lowered(description));
            (go(name), doc, pointer(&kind))
        }
        _ => (go(name), lowered(description), kind),
    };
    wrapped("\t// ", &[&format!("{name}: {doc}")]) + &format!("\t{name} {kind}\n")
}

/// How the field is read and written.
fn row(field: &Field<'_>, fields: &[Field<'_>], forms: &[Form]) -> String {
    let name = go(&field.arg.name);
    match (&field.role, &field.arg.value) {
        (Role::Required, Value::Any { except }) if !except.is_empty() => {
            let selected = fields.iter().filter_map(|field| match &field.role {
                Role::With(text) => Some(text),
                _ => None,
            });
            let selected: Vec<&String> = selected.chain(literals(forms)).collect();
            let others = except.iter().filter(|text| !selected.contains(text));
            let others = others
                .map(|text| format!(", \"{text}\""))
                .collect::<String>();
            format!("but(&a.{name}{others})")
        }
        (Role::Required, _) => format!("one(&a.{name})"),
        (Role::Optional, _) => format!("maybe(&a.{name})"),
        (Role::Rest, _) => format!("rest(&a.{name})"),
        (Role::With(text), _) => format!("with(&a.Action, \"{text}\", &a.{name})"),
        (Role::Constant, _) => "null()".to_owned(),
        (Role::WantsAck, _) => "nullUnless(&a.WantsAck)".to_owned(),
    }
}

/// The texts that select a form.
fn literals(forms: &[Form]) -> impl Iterator<Item = &String> {
    let args = forms.iter().filter_map(|form| form.args.first());
    args.filter_map(|arg| match &arg.value {
        Value::Literal { value } => Some(value),
        _ => None,
    })
}

/// What is nothing by itself needs no pointer.
fn pointer(kind: &str) -> String {
    let is_slice = kind.starts_with("[]") || ["Payload", "Reason", "Arguments"].contains(&kind);
    if is_slice || kind.starts_with('*') {
        kind.to_owned()
    } else {
        format!("*{kind}")
    }
}

fn value(value: &Value, catalogue: &Catalogue) -> String {
    match value {
        Value::Name {
            of,
            may_be_empty,
            may_be_null,
        } => {
            let is_text = *may_be_empty && !catalogue.may_be_empty(of);
            let name = if is_text { "Text".to_owned() } else { go(of) };
            if *may_be_null {
                format!("*{name}")
            } else {
                name
            }
        }
        Value::Prefixed { .. } => "Greeting".to_owned(),
        Value::Text => "Text".to_owned(),
        Value::Values { values } if values.iter().any(serde_json::Value::is_null) => {
            "TrueOrNull".to_owned()
        }
        Value::Values { .. } => "Flag".to_owned(),
        Value::Null | Value::Any { .. } | Value::Literal { .. } => "Payload".to_owned(),
        Value::Truthy => "Reason".to_owned(),
        Value::Arguments => "Arguments".to_owned(),
        Value::Rooms => "Rooms".to_owned(),
        Value::Names { of } => format!("[]{}", go(of)),
        Value::Object { of } => go(of),
    }
}

/// Every event, for programs that get to know at run time which one they have.
fn table(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(include_str!("static/catalogue.go"));
    text.push_str("\n// Catalogue has every event: what clients send, then what servers send.\n");
    text.push_str("var Catalogue = []Event{\n");
    for event in &catalogue.events {
        let quoted = |texts: &[String]| {
            let texts = texts.iter().map(|text| format!("\"{text}\""));
            texts.collect::<Vec<_>>().join(", ")
        };
        let answer = match &event.ack.of {
            Some(of) => format!("func() any {{ return new({}) }}", go(of)),
            None => "nil".to_owned(),
        };
        text.push_str(&format!(
            "\t{{\n\t\tKey:        \"{}\",\n\t\tType:       \"{}\",\n\t\tFromClient: {},\n\
             \t\tDialects:   []string{{{}}},\n\t\tPrefix:     \"{}\",\n\t\tSuffix:     \"{}\",\n\
             \t\tIsPattern:  {},\n\t\tAck:        \"{}\",\n\
             \t\tNew:        func() any {{ return new({}) }},\n\t\tNewAnswer:  {answer},\n\
             \t\tClauses:    []string{{{}}},\n\t}},\n",
            event.key,
            event.of,
            event.is_from_client(),
            quoted(&event.dialects),
            event.name.prefix,
            event.name.suffix,
            event.name.parameter.is_some(),
            event.ack.need,
            go(&event.of),
            quoted(&event.clauses),
        ));
    }
    text + "}\n"
}
