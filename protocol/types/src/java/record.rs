//! One record for the lists of an event or an answer.

use super::value::{How, check, how};
use super::{HEAD, javadoc};
use crate::model::catalogue::{Arg, Catalogue, Event, Form, Value};
use crate::model::list::{Field, Role};
use crate::model::words::lowered;

/// An argument list, and what is told about it.
pub(super) struct List<'c> {
    pub(super) name: &'c str,
    pub(super) what: &'c str,
    pub(super) origin: &'c str,
    /// How errors call it.
    pub(super) called: &'c str,
    pub(super) event: Option<&'c Event>,
    pub(super) fields: Vec<Field<'c>>,
    pub(super) forms: &'c [Form],
}

/// How a component is declared, checked, read and written.
struct Component {
    name: String,
    kind: &'static str,
    doc: String,
    check: Option<String>,
    read: String,
    write: String,
}

impl List<'_> {
    pub(super) fn text(&self, catalogue: &Catalogue) -> String {
        let name = self.name;
        let components = self
            .fields
            .iter()
            .map(|field| self.component(field, catalogue));
        let components: Vec<Component> = components.collect();
        let told: Vec<&Component> = components
            .iter()
            .filter(|one| !one.name.is_empty())
            .collect();
        let mut text = HEAD.to_owned();
        let uses = |kind: &str| told.iter().any(|one| one.kind.contains(kind));
        text.push_str("import com.fasterxml.jackson.annotation.JsonCreator;\n");
        text.push_str("import com.fasterxml.jackson.annotation.JsonValue;\n");
        text.push_str("import com.fasterxml.jackson.databind.JsonNode;\n");
        text.push_str("import com.fasterxml.jackson.databind.node.ArrayNode;\n");
        if uses("List<") {
            text.push_str("import java.util.List;\n");
        }
        text.push('\n');
        let forms = match self.forms {
            [_] => String::new(),
            forms => {
                let told = forms
                    .iter()
                    .map(|form| format!("  <li>{}", form.description));
                format!("<ul>\n{}\n</ul>", told.collect::<Vec<_>>().join("\n"))
            }
        };
        let origin = format!("<p>{}", self.origin);
        let params = told
            .iter()
            .map(|one| format!("@param {} {}", one.name, one.doc));
        let params = params.collect::<Vec<_>>().join("\n");
        text.push_str(&javadoc("", &[self.what, &forms, &origin, &params]));
        let declared = told.iter().map(|one| format!("{} {}", one.kind, one.name));
        let declared = declared.collect::<Vec<_>>().join(", ");
        text.push_str(&format!(
            "public record {name}({declared}) implements ArgumentList {{\n"
        ));
        text.push_str(&self.event_name());
        let checks = told.iter().filter_map(|one| one.check.as_deref());
        let checks: String = checks.map(|check| format!("        {check}\n")).collect();
        if !checks.is_empty() {
            let doc = javadoc("    ", &["Checks that this can be sent."]);
            text.push_str(&format!("\n{doc}    public {name} {{\n{checks}    }}\n"));
        }
        let read = components
            .iter()
            .map(|one| format!("        {}\n", one.read));
        let arguments: Vec<&str> = told.iter().map(|one| one.name.as_str()).collect();
        let doc = javadoc(
            "    ",
            &[
                "Reads the arguments from an array.",
                "@param arguments the array\n@return the arguments\n\
                 @throws IllegalArgumentException if they are not these",
            ],
        );
        text.push_str(&format!(
            "\n{doc}    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)\n    \
             public static {name} of(JsonNode arguments) {{\n        \
             var list = new ArgumentReader(\"{}\", arguments);\n{}        list.end();\n        \
             return new {name}({});\n    }}\n",
            self.called,
            read.collect::<String>(),
            arguments.join(", "),
        ));
        let calls = components.iter().map(|one| one.write.as_str());
        let calls: Vec<&str> = calls.chain([".arguments()"]).collect();
        let between = if calls.len() > 3 {
            "\n                "
        } else {
            ""
        };
        let write = calls
            .iter()
            .map(|call| format!("{between}{call}"))
            .collect::<String>();
        text.push_str(&format!(
            "\n    @JsonValue\n    @Override\n    public ArrayNode arguments() {{\n        \
             return new ArgumentWriter(){write};\n    }}\n}}\n"
        ));
        text.replace(
            "implements ArgumentList {\n\n",
            "implements ArgumentList {\n",
        )
    }

    /// The name under which it travels.
    fn event_name(&self) -> String {
        let Some(event) = self.event else {
            return String::new();
        };
        let (prefix, suffix) = (&event.name.prefix, &event.name.suffix);
        match &event.name.parameter {
            None => {
                let doc = javadoc("    ", &["The name under which it travels."]);
                format!("{doc}    public static final String EVENT = \"{prefix}\";\n")
            }
            Some(_) if event.name.kind == "any" => String::new(),
            Some(parameter) => {
                let variable = &parameter.name;
                let parts = [
                    (!prefix.is_empty()).then(|| format!("\"{prefix}\"")),
                    Some(variable.clone()),
                    (!suffix.is_empty()).then(|| format!("\"{suffix}\"")),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                let doc = javadoc(
                    "    ",
                    &[&format!(
                        "The name under which it travels.\n\n@param {variable} the {variable}\n\
                     @return the name"
                    )],
                );
                format!(
                    "{doc}    public static String event(String {variable}) {{\n        \
                     return {};\n    }}\n",
                    parts.join(" + ")
                )
            }
        }
    }

    fn component(&self, field: &Field<'_>, catalogue: &Catalogue) -> Component {
        let Arg {
            name, description, ..
        } = field.arg;
        let doc = lowered(description);
        match &field.role {
            Role::Constant => Component {
                name: String::new(),
                kind: "",
                doc,
                check: None,
                read: "list.nothing();".to_owned(),
                write: ".nothing()".to_owned(),
            },
            Role::WantsAck => Component {
                name: "wantsAck".to_owned(),
                kind: "boolean",
                doc: "whether an answer is asked for; without one a null ends the list".to_owned(),
                check: None,
                read: "var wantsAck = list.wantsAck();".to_owned(),
                write: ".nothingUnless(wantsAck)".to_owned(),
            },
            Role::Rest => Component {
                name: name.clone(),
                kind: "List<JsonNode>",
                doc,
                check: Some(format!("{name} = List.copyOf({name});")),
                read: format!("var {name} = list.rest();"),
                write: format!(".rest({name})"),
            },
            role => self.positional(field, role, catalogue),
        }
    }

    fn positional(&self, field: &Field<'_>, role: &Role, catalogue: &Catalogue) -> Component {
        let Arg {
            name,
            description,
            value,
            ..
        } = field.arg;
        let How { kind, read, write } = how(value, catalogue);
        let mut doc = lowered(description);
        let mut check = check(name, value, catalogue);
        let mut read = format!("list.{read}(\"{name}\")");
        let mut write = format!(".{write}({name})");
        match role {
            Role::Optional => {
                doc.push_str(" Null if it is missing.");
                // That it is there is nothing to ask for.
                check = check.filter(|check| !check.starts_with("Check.isThere"));
                check = check.map(|check| format!("if ({name} != null) {check}"));
                read = format!("list.isAtEnd() ? null : {read}");
                write = format!(".maybe({name}, writer -> writer{write})");
            }
            Role::With(text) => {
                doc.push_str(&format!(
                    " Only with the action {{@code {text}}}, otherwise null."
                ));
                check = Some(format!(
                    "Check.goesWith(action, \"{text}\", \"{name}\", {name});"
                ));
                read = format!("Check.isText(action, \"{text}\") ? {read} : null");
                write = format!(".maybe({name}, writer -> writer{write})");
            }
            _ => {
                if let Value::Any { except } = value
                    && !except.is_empty()
                {
                    let known = self.forms.iter().filter_map(|form| form.args.first());
                    let known: Vec<&String> = known
                        .filter_map(|arg| match &arg.value {
                            Value::Literal { value } => Some(value),
                            _ => None,
                        })
                        .collect();
                    let others = except.iter().filter(|text| !known.contains(text));
                    let others = others
                        .map(|text| format!(", \"{text}\""))
                        .collect::<String>();
                    check = Some(format!("Check.anyBut(\"{name}\", {name}{others});"));
                }
            }
        }
        Component {
            name: name.clone(),
            kind,
            doc,
            check,
            read: format!("var {name} = {read};"),
            write,
        }
    }
}
