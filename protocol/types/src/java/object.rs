//! One record for an object.

use super::value::{How, check, how};
use super::{HEAD, javadoc};
use crate::model::catalogue::{Catalogue, Presence, Type, Value};
use crate::model::words::lowered;

/// An object.
pub(super) fn object(known: &Type, catalogue: &Catalogue) -> String {
    let name = &known.of;
    let mut text = HEAD.to_owned();
    text.push_str(
        "import com.fasterxml.jackson.annotation.JsonCreator;\n\
         import com.fasterxml.jackson.annotation.JsonValue;\n\
         import com.fasterxml.jackson.databind.JsonNode;\n\
         import com.fasterxml.jackson.databind.node.JsonNodeFactory;\n\
         import com.fasterxml.jackson.databind.node.ObjectNode;\n",
    );
    text.push_str(if known.open {
        "import java.util.Collections;\nimport java.util.LinkedHashMap;\nimport java.util.List;\n\
         import java.util.Map;\n"
    } else {
        "import java.util.List;\n"
    });
    text.push('\n');
    let (mut params, mut declared, mut checks) = (Vec::new(), Vec::new(), String::new());
    let (mut read, mut write, mut names) = (String::new(), String::new(), Vec::new());
    for member in &known.members {
        let How {
            kind,
            read: reader,
            write: writer,
        } = how(&member.value, catalogue);
        let (called, is_optional) = (&member.name, member.presence == Presence::Optional);
        let left_out = if is_optional {
            " Null leaves it out."
        } else {
            ""
        };
        params.push(format!(
            "@param {called} {}{left_out}",
            lowered(&member.description)
        ));
        declared.push(format!("        {kind} {called}"));
        names.push(called.clone());
        // A null stays among the other members, so that it is passed on.
        let reader = if reader == "nameOrNull" {
            "name"
        } else {
            reader
        };
        let nullable = matches!(
            member.value,
            Value::Name {
                may_be_null: true,
                ..
            }
        );
        let nullable = if nullable { "lacksOrNull" } else { "lacks" };
        let lacks = if is_optional {
            format!("reader.{nullable}(\"{called}\") ? null : ")
        } else {
            String::new()
        };
        read.push_str(&format!(
            "        var {called} = {lacks}reader.{reader}(\"{called}\");\n"
        ));
        if let Some(check) = check(called, &member.value, catalogue) {
            let is_guarded = check.starts_with("if (");
            let check = if is_optional && !is_guarded {
                format!("if ({called} != null) {check}")
            } else {
                check
            };
            checks.push_str(&format!("        {check}\n"));
        }
        let node = match writer {
            "list" => format!("json.putArray(\"{called}\").addAll({called});"),
            _ => format!("json.put(\"{called}\", {called});"),
        };
        let guard = if is_optional {
            format!("if ({called} != null) ")
        } else {
            String::new()
        };
        write.push_str(&format!("        {guard}{node}\n"));
    }
    let end = if known.open {
        params.push("@param more other members, which are passed on".to_owned());
        declared.push("        Map<String, JsonNode> more".to_owned());
        names.push("reader.others()".to_owned());
        checks.push_str("        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));\n");
        write.push_str("        more.forEach(json::set);\n");
        ""
    } else {
        "        reader.end();\n"
    };
    text.push_str(&javadoc("", &[&known.description, &params.join("\n")]));
    let doc = javadoc("    ", &["Checks that this can be sent."]);
    let of = javadoc(
        "    ",
        &[
            "Reads the object.\n\n@param value the object\n@return what it says\n\
         @throws IllegalArgumentException if it is none of these",
        ],
    );
    let to = javadoc("    ", &["The object as it travels.\n\n@return the object"]);
    text.push_str(&format!(
        "public record {name}(\n{}) {{\n{doc}    public {name} {{\n{checks}    }}\n\n{of}    \
         @JsonCreator(mode = JsonCreator.Mode.DELEGATING)\n    \
         public static {name} of(JsonNode value) {{\n        \
         var reader = new MemberReader(\"{name}\", value);\n{read}{end}        \
         return new {name}(\n                {});\n    }}\n\n{to}    @JsonValue\n    public ObjectNode json() {{\n        \
         var json = JsonNodeFactory.instance.objectNode();\n{write}        return json;\n    }}\n}}\n",
        declared.join(",\n"),
        names.join(",\n                "),
    ));
    text
}
