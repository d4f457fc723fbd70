//! Values laid over each other, each with its origin.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::super::problem::value_at;
use super::super::schema;
use super::{Config, PRESET, Preset};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is built in.
    Default,
    /// It is part of a preset.
    Preset(Preset),
    /// It stands in the configuration file.
    File {
        /// The file as it was named.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// It is the value of this environment variable.
    Environment(String),
    /// It was given on the command line with this flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset(preset) => write!(f, "preset {preset}"),
            Self::File { file, line, .. } => write!(f, "{file}:{line}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// One setting gets one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assignment {
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// Where the parts of the value stand, by their paths.
    pub(super) parts: Vec<(String, Origin)>,
}

/// All values, and the origins of those that are not built in.
#[derive(Clone)]
pub(super) struct Layers {
    values: Value,
    origins: BTreeMap<String, Origin>,
}

/// The values stay untold: there may be secrets among them.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origins.fmt(f)
    }
}

impl Layers {
    /// The defaults, and over them what a preset says.
    pub(super) fn of(preset: Preset) -> Self {
        // A value of plain fields can be written as JSON.
        let tree = |config: Config| serde_json::to_value(config).unwrap_or_default();
        let defaults = tree(Config::default());
        let values = tree(preset.config());
        let changed = |key: &&str| value_at(&defaults, key) != value_at(&values, key);
        let keys = schema::settings().iter().map(|setting| &*setting.key);
        let origins = keys
            .filter(changed)
            .map(|key| (key.to_owned(), Origin::Preset(preset)))
            .collect();
        Self { values, origins }
    }

    /// Puts a value over what was there, as a whole: lists are not joined.
    pub(super) fn assign(&mut self, assignment: Assignment) {
        let Assignment {
            key,
            value,
            origin,
            parts,
        } = assignment;
        self.origins
            .retain(|path, _| !path.starts_with(&format!("{key}[")));
        *place(&mut self.values, &key) = value;
        self.origins.insert(key, origin);
        self.origins.extend(parts);
    }

    /// Where the value at a path comes from, or else what it is part of.
    pub(super) fn origin(&self, path: &str) -> &Origin {
        let mut path = path;
        loop {
            if let Some(origin) = self.origins.get(path) {
                return origin;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end).unwrap_or_default(),
                None => return &Origin::Default,
            }
        }
    }

    /// The value of a setting; `null` if it has none.
    pub(super) fn value(&self, key: &str) -> &Value {
        value_at(&self.values, key)
    }

    /// All settings of [`Config`], for reading them.
    pub(super) fn config(&self) -> Value {
        let mut values = self.values.clone();
        if let Some(values) = values.as_object_mut() {
            values.shift_remove(PRESET);
        }
        values
    }
}

/// The place of a setting, made if it is not there.
fn place<'v>(values: &'v mut Value, key: &str) -> &'v mut Value {
    key.split('.').fold(values, |value, name| {
        if !value.is_object() {
            *value = json!({});
        }
        match value {
            Value::Object(members) => member(members, name),
            other => other,
        }
    })
}

fn member<'v>(members: &'v mut Map<String, Value>, name: &str) -> &'v mut Value {
    members.entry(name).or_insert(Value::Null)
}
