//! Settings from environment variables and flags: texts with a name.

use std::ffi::OsString;

use serde_json::Value;
use toml::de::DeValue;

use super::super::schema::{self, Setting};
use super::PRESET;
use super::error::Misfit;
use super::file::scalar;
use super::layers::{Assignment, Origin};

/// How the names of our environment variables begin.
const PREFIX: &str = "P2P_SERVER_";

/// Read by the program, before there is anything to load.
const NO_SETTINGS: [&str; 1] = ["P2P_SERVER_CONFIG"];

/// Reads the environment variables that are meant for the server.
pub(super) fn environment(
    variables: &[(OsString, OsString)],
    assignments: &mut Vec<Assignment>,
    problems: &mut Vec<Misfit>,
) {
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if NO_SETTINGS.contains(&name) || is_of_kubernetes(name) {
            continue;
        }
        let origin = Origin::Environment(name.to_owned());
        let key = key_of_variable(name);
        let outcome = match (known(&key), value.to_str()) {
            // Settings are lower case, so is a variable in another case a mistake.
            (true, Some(text)) if variable_of_key(&key) == name => Ok(text),
            (true, None) => Err("its value is not UTF-8".to_owned()),
            _ => Err(unknown("variable", &key, variable_of_key)),
        };
        match outcome {
            Ok(text) => assignments.push(assignment(key, text, origin)),
            Err(complaint) => problems.push(Misfit::new(&origin, complaint)),
        }
    }
}

/// Reads flags: what was written, the setting that it stands for, and its value.
pub(super) fn flags(
    flags: &[(String, String, String)],
    assignments: &mut Vec<Assignment>,
    problems: &mut Vec<Misfit>,
) {
    for (flag, key, text) in flags {
        let origin = Origin::Flag(flag.clone());
        if known(key) {
            assignments.push(assignment(key.clone(), text, origin));
        } else {
            let complaint = unknown("setting", key, ToOwned::to_owned);
            problems.push(Misfit::new(&origin, complaint));
        }
    }
}

fn assignment(key: String, text: &str, origin: Origin) -> Assignment {
    let value = match schema::setting(&key) {
        Some(setting) if !setting.takes_text() => parsed(text),
        _ => text.into(),
    };
    Assignment {
        key,
        value,
        origin,
        parts: Vec::new(),
    }
}

/// A value in the notation of TOML. Anything else is a text, and is refused as
/// one where none is expected.
fn parsed(text: &str) -> Value {
    DeValue::parse(text).map_or_else(|_| text.into(), |value| scalar(value.get_ref()))
}

fn known(key: &str) -> bool {
    key == PRESET || schema::setting(key).is_some()
}

fn key_of_variable(name: &str) -> String {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    name.to_lowercase().replace("__", ".")
}

fn variable_of_key(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Kubernetes tells every container the addresses of all services in such
/// variables. A service called `p2p-server` is likely, and no mistake.
fn is_of_kubernetes(name: &str) -> bool {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    let address = name.strip_prefix("SERVICE_").unwrap_or(name);
    name == "SERVICE_HOST"
        || address == "PORT"
        || address.starts_with("PORT_") && !address.contains("__")
}

/// Says that there is no such setting, and which one was probably meant.
/// `written` is how its source writes a key.
pub(super) fn unknown(what: &str, key: &str, written: fn(&str) -> String) -> String {
    let meant = nearest(key).map(|near| format!("; did you mean `{}`?", written(near)));
    let meant = meant.unwrap_or_default();
    format!("there is no {what} `{}`{meant}", written(key))
}

/// The setting that differs least, if any is close enough to have been meant. A
/// right name in the wrong section is close.
fn nearest(key: &str) -> Option<&'static str> {
    let name = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |setting: &Setting| {
        let whole = strsim::damerau_levenshtein(key, &setting.key);
        let last = strsim::damerau_levenshtein(&name(key), &name(&setting.key)) + 1;
        whole.min(last)
    };
    let settings = schema::settings().iter();
    let (distance, nearest) = settings
        .map(|setting| (distance(setting), &*setting.key))
        .chain([(strsim::damerau_levenshtein(key, PRESET), PRESET)])
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + name(key).len() / 4).then_some(nearest)
}
