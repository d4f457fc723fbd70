//! Settings from a TOML file, with the place of each.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::schema;
use super::PRESET;
use super::error::Misfit;
use super::layers::{Assignment, Origin};
use super::text::unknown;

/// Reads a file. What it cannot use goes to `problems`.
pub(super) fn read(
    name: &str,
    content: &str,
    assignments: &mut Vec<Assignment>,
    problems: &mut Vec<Misfit>,
) {
    let mut reader = Reader {
        name,
        content,
        assignments,
        problems,
    };
    match DeTable::parse(content) {
        Ok(table) => reader.section("", table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let complaint = error.message().replace('\n', ", ");
            let origin = reader.origin(at);
            reader.problems.push(Misfit::new(&origin, complaint));
        }
    }
}

struct Reader<'a> {
    name: &'a str,
    content: &'a str,
    assignments: &'a mut Vec<Assignment>,
    problems: &'a mut Vec<Misfit>,
}

impl Reader<'_> {
    /// Reads the members of a section, in the order of the file.
    fn section(&mut self, above: &str, table: &DeTable<'_>) {
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(key, _)| key.span().start);
        for (name, value) in members {
            let key = if above.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{above}.{}", name.get_ref())
            };
            if schema::setting(&key).is_some() || key == PRESET {
                self.assign(key, value);
            } else if is_section(&key) {
                match value.get_ref() {
                    DeValue::Table(table) => self.section(&key, table),
                    _ => self.complain(
                        value.span().start,
                        format!("`{key}` is a section, expected a table `[{key}]`"),
                    ),
                }
            } else {
                self.complain(
                    name.span().start,
                    unknown("setting", &key, ToOwned::to_owned),
                );
            }
        }
    }

    fn assign(&mut self, key: String, value: &Spanned<DeValue<'_>>) {
        let mut parts = Vec::new();
        let json = self.value(&key, value, &mut parts);
        self.assignments.push(Assignment {
            origin: self.origin(value.span().start),
            key,
            value: json,
            parts,
        });
    }

    /// A value as JSON. The places of its parts go to `parts`.
    fn value(
        &self,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        parts: &mut Vec<(String, Origin)>,
    ) -> Value {
        parts.push((path.to_owned(), self.origin(value.span().start)));
        match value.get_ref() {
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.value(&format!("{path}[{index}]"), item, parts))
                    .collect()
            }
            DeValue::Table(table) => {
                let members = table.iter();
                members
                    .map(|(name, value)| {
                        let name = name.get_ref();
                        let value = self.value(&format!("{path}.{name}"), value, parts);
                        (name.to_string(), value)
                    })
                    .collect()
            }
            plain => scalar(plain),
        }
    }

    fn complain(&mut self, at: usize, complaint: String) {
        let origin = self.origin(at);
        self.problems.push(Misfit::new(&origin, complaint));
    }

    /// The place of a byte.
    fn origin(&self, at: usize) -> Origin {
        let before = self.content.get(..at).unwrap_or(self.content);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::File {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// A value without parts. What JSON cannot hold becomes its text, which then is
/// refused as the text it is.
pub(super) fn scalar(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Integer(number) => {
            let (digits, radix) = (number.as_str(), number.radix());
            let positive = u64::from_str_radix(digits, radix).map(Value::from);
            let any = positive.or_else(|_| i64::from_str_radix(digits, radix).map(Value::from));
            any.unwrap_or_else(|_| number.to_string().into())
        }
        DeValue::Float(number) => {
            let text = number.as_str();
            let finite = text
                .parse::<f64>()
                .ok()
                .and_then(serde_json::Number::from_f64);
            finite.map_or_else(|| text.into(), Value::Number)
        }
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| scalar(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let members = table.iter();
            members
                .map(|(name, value)| (name.get_ref().to_string(), scalar(value.get_ref())))
                .collect()
        }
    }
}

/// Whether there are settings below this key.
fn is_section(key: &str) -> bool {
    let below = |setting: &schema::Setting| {
        let rest = setting.key.strip_prefix(key);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    schema::settings().iter().any(below)
}
