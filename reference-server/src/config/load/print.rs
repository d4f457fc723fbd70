//! The settings that hold, as a file that says where each comes from.

use std::fmt::Write;

use serde_json::Value;

use super::super::problem::value_at;
use super::super::schema;
use super::{Loaded, PRESET};

impl Loaded {
    /// The settings as a TOML file, each with its origin behind it. Secrets are
    /// replaced by `<redacted>`; apart from them the file can be loaded again.
    pub fn to_toml(&self) -> String {
        // Writing the value, and not what was read, is what hides the secrets.
        let values = serde_json::to_value(&self.config).unwrap_or_default();
        let mut text = format!("{PRESET} = \"{}\" # {}\n", self.preset, self.origin(PRESET));
        let mut section = "";
        for setting in schema::settings() {
            let (above, name) = setting.key.rsplit_once('.').unwrap_or(("", &setting.key));
            if above != section {
                section = above;
                // Writing to a string cannot fail.
                write!(text, "\n[{section}]\n").ok();
            }
            let origin = self.origin(&setting.key);
            match value_at(&values, &setting.key) {
                Value::Null => writeln!(text, "# {name} is not set"),
                value => writeln!(text, "{name} = {} # {origin}", toml(value)),
            }
            .ok();
        }
        text
    }
}

/// A value on one line. Optional members that are not set are left out.
fn toml(value: &Value) -> String {
    let converted = match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            return format!("[{}]", items.join(", "));
        }
        Value::Object(members) => {
            let set = members.iter().filter(|(_, value)| !value.is_null());
            let members: Vec<_> = set
                .map(|(name, value)| format!("{name} = {}", toml(value)))
                .collect();
            return format!("{{ {} }}", members.join(", "));
        }
        plain => toml::Value::try_from(plain),
    };
    converted.map(|value| value.to_string()).unwrap_or_default()
}
