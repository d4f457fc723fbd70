//! Every setting there is, as the derived schema of [`Config`] tells it.
//!
//! The loader, the printed configuration and the table of all settings walk this
//! list, so none of them has to be told of a new field.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Config, Preset};

/// One value that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Sections and name, joined by dots, as in `engine.max_message`.
    pub key: String,
    /// What its values look like.
    pub kind: Kind,
    /// What it is for: the comment of its field.
    pub about: String,
    /// What holds if nobody sets it; `null` if nothing does.
    pub default: Value,
    /// What to give, if the kind alone does not say it.
    expected: Option<String>,
}

/// What the values of a setting look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A number, whole or not, within inclusive bounds.
    Number {
        /// Whether fractions are out of place.
        whole: bool,
        /// The smallest value.
        minimum: Option<f64>,
        /// The largest value.
        maximum: Option<f64>,
    },
    /// Any text.
    Text,
    /// A text that is never printed.
    Secret,
    /// One of these names.
    Name(Vec<String>),
    /// Several values in order.
    List,
    /// Anything else.
    Other,
}

impl Setting {
    /// What may be given, as the end of a sentence that begins with "expected".
    pub fn expected(&self) -> String {
        if let Some(expected) = &self.expected {
            return expected.clone();
        }
        let unit = if self.key.ends_with("_ms") {
            " of milliseconds"
        } else {
            ""
        };
        match &self.kind {
            Kind::Switch => "`true` or `false`".to_owned(),
            Kind::Number {
                whole,
                minimum,
                maximum,
            } => {
                let number = if *whole { "a whole number" } else { "a number" };
                match (minimum, maximum) {
                    (Some(low), Some(high)) => format!("{number}{unit} from {low} to {high}"),
                    (Some(low), None) => format!("{number}{unit} of at least {low}"),
                    (None, Some(high)) => format!("{number}{unit} of at most {high}"),
                    (None, None) => format!("{number}{unit}"),
                }
            }
            Kind::Text | Kind::Secret => "a text".to_owned(),
            Kind::Name(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("one of {}", names.join(", "))
            }
            Kind::List => "a list".to_owned(),
            Kind::Other => "another value".to_owned(),
        }
    }

    /// Whether a value of the right type is out of bounds.
    pub(crate) fn excludes(&self, value: &Value) -> bool {
        let Kind::Number {
            minimum, maximum, ..
        } = self.kind
        else {
            return false;
        };
        value.as_f64().is_some_and(|number| {
            minimum.is_some_and(|low| number < low) || maximum.is_some_and(|high| number > high)
        })
    }

    /// Whether text from outside of a file is its value as it stands, without
    /// the quotes that TOML wants.
    pub(crate) fn takes_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Secret | Kind::Name(_))
    }
}

/// Every setting, in the order of their declaration.
pub fn settings() -> &'static [Setting] {
    static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let mut settings = Vec::new();
        // A value of plain fields can be written as JSON.
        let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
        walk(derived(false).as_value(), &defaults, "", &mut settings);
        settings
    });
    &SETTINGS
}

/// The setting of this key.
pub(crate) fn setting(key: &str) -> Option<&'static Setting> {
    settings().iter().find(|setting| setting.key == key)
}

/// The JSON Schema of a configuration file, for editors that know TOML.
pub fn schema() -> Value {
    let mut schema = derived(true).to_value();
    if let Some(properties) = schema.pointer_mut("/properties") {
        // No build for users has faults.
        properties
            .as_object_mut()
            .map(|sections| sections.remove("faults"));
        let preset = json!({
            "description": "The set of defaults to start from.",
            "enum": Preset::ALL.map(Preset::name),
            "default": Preset::default().name(),
        });
        let mut all = Map::from_iter([("preset".to_owned(), preset)]);
        all.extend(properties.as_object().cloned().unwrap_or_default());
        *properties = all.into();
    }
    if let Some(definitions) = schema.pointer_mut("/$defs").and_then(Value::as_object_mut) {
        for of_faults in ["FaultsConfig", "FaultSpec"] {
            definitions.remove(of_faults);
        }
    }
    schema
}

/// The schema of the struct. Without references it is easier to walk, with them
/// it is easier to read.
fn derived(references: bool) -> schemars::Schema {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = !references)
        .into_generator()
        .into_root_schema_for::<Config>()
}

/// Adds every setting below a section.
fn walk(schema: &Value, defaults: &Value, above: &str, settings: &mut Vec<Setting>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    // A section of its own ends the one around it, in a file and in the table.
    let (sections, plain): (Vec<_>, Vec<_>) = properties
        .iter()
        .partition(|(_, schema)| schema.get("properties").is_some());
    for (name, schema) in plain.into_iter().chain(sections) {
        let key = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        let default = defaults.get(name).unwrap_or(&Value::Null);
        if schema.get("properties").is_some() {
            walk(schema, default, &key, settings);
            continue;
        }
        let text = |member: &str| schema.get(member).and_then(Value::as_str);
        settings.push(Setting {
            key,
            kind: kind(schema),
            about: text("description").unwrap_or_default().to_owned(),
            default: default.clone(),
            expected: text("x-expected").map(ToOwned::to_owned),
        });
    }
}

/// Reads off a schema what its values look like. An optional value is like the
/// value.
fn kind(schema: &Value) -> Kind {
    for several in ["anyOf", "oneOf"] {
        let Some(choices) = schema.get(several).and_then(Value::as_array) else {
            continue;
        };
        let mut real = choices
            .iter()
            .filter(|choice| choice.get("type") != Some(&json!("null")));
        let names: Option<Vec<_>> = real.clone().map(constant).collect();
        return match (names, real.next(), real.next()) {
            (Some(names), ..) => Kind::Name(names),
            (None, Some(only), None) => kind(only),
            _ => Kind::Other,
        };
    }
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        let names = names.iter().filter_map(Value::as_str);
        return Kind::Name(names.map(ToOwned::to_owned).collect());
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let of_type = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().find_map(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    match of_type {
        Some("boolean") => Kind::Switch,
        Some(number @ ("integer" | "number")) => Kind::Number {
            whole: number == "integer",
            minimum: bound("minimum"),
            maximum: bound("maximum"),
        },
        Some("string") if schema.get("writeOnly") == Some(&json!(true)) => Kind::Secret,
        Some("string") => Kind::Text,
        Some("array") => Kind::List,
        _ => Kind::Other,
    }
}

/// The one value that a schema allows.
fn constant(schema: &Value) -> Option<String> {
    schema
        .get("const")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_known_by_its_kind() {
        for (key, expected) in [
            ("engine.max_message", "a whole number of at least 1024"),
            (
                "engine.ping_timeout_ms",
                "a whole number of milliseconds of at least 1",
            ),
            (
                "listen.address",
                "an address with a port, such as `127.0.0.1:3000`",
            ),
        ] {
            assert_eq!(setting(key).unwrap().expected(), expected);
        }
        let Kind::Name(names) = &setting("policy.duplicate_ids").unwrap().kind else {
            panic!("it has a fixed set of names");
        };
        assert!(names.contains(&"reject".to_owned()), "{names:?}");
    }

    /// A setting that nobody explains cannot be set on purpose.
    #[test]
    fn every_setting_is_explained() {
        for Setting {
            key, kind, about, ..
        } in settings()
        {
            assert!(!about.is_empty(), "{key} has no comment");
            assert_ne!(*kind, Kind::Other, "the loader must know how to set {key}");
        }
    }
}
