//! The settings that a scenario states, as a configuration of the reference server.

use serde_json::Value;
use sio_p2p_server::Config;
use sio_p2p_server::config::{Preset, settings};

use crate::nearest::did_you_mean;
use crate::scenario::Settings;

/// The key of the defaults to start from, which is no setting of its own.
const PRESET: &str = "preset";

/// The configuration that a scenario asks for. The error is one sentence about the first
/// setting that cannot be.
pub(crate) fn config(stated: &Settings) -> Result<Config, String> {
    let preset = match stated.get(PRESET) {
        None => Preset::default(),
        Some(Value::String(name)) => name
            .parse()
            .map_err(|error| format!("{error}, in `{PRESET}`"))?,
        Some(other) => return Err(format!("`{PRESET}` is {other}, expected a name")),
    };
    let base = preset.config();
    let mut config = serde_json::to_value(&base).map_err(|error| error.to_string())?;
    let known = settings();
    for (key, value) in stated.iter().filter(|(key, _)| *key != PRESET) {
        if !known.iter().any(|setting| setting.key == *key) {
            let meant = did_you_mean(key, known.iter().map(|setting| setting.key.as_str()));
            return Err(format!(
                "there is no setting `{key}`; CONFIGURATION.md lists all{meant}"
            ));
        }
        let mut place = &mut config;
        for part in key.split('.') {
            let Value::Object(section) = place else {
                return Err(format!("there is no section of the setting `{key}`"));
            };
            place = section.entry(part).or_insert(Value::Null);
        }
        place.clone_from(value);
        // One at a time, so that an error is about this one.
        if let Err(error) = serde_json::from_value::<Config>(config.clone()) {
            return Err(format!("`{key}` cannot be {value}: {error}"));
        }
    }
    let config: Config = serde_json::from_value(config).map_err(|error| error.to_string())?;
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(json: &str) -> Settings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn settings_are_those_of_the_configuration() {
        let config = config(&stated(
            r#"{"preset": "strict", "auth.mode": "none", "policy.rooms": 2, "policy.ack_timeout_ms": 50}"#,
        ))
        .unwrap();
        let strict = Preset::Strict.config();
        assert_eq!(config.policy.rooms, 2);
        assert_eq!(config.policy.ack_timeout.as_millis(), 50);
        assert_eq!(config.policy.clients, strict.policy.clients);
        assert_eq!(super::config(&Settings::new()).unwrap(), Config::default());
    }

    #[test]
    fn a_setting_that_cannot_be_is_named() {
        for (json, complaint) in [
            (
                r#"{"policy.romms": 1}"#,
                "there is no setting `policy.romms`",
            ),
            (r#"{"policy": {}}"#, "there is no setting `policy`"),
            (
                r#"{"policy.rooms": "x"}"#,
                "`policy.rooms` cannot be \"x\": ",
            ),
            (
                r#"{"policy.ack_timeout_ms": 0}"#,
                "`policy.ack_timeout_ms` is 0",
            ),
            (r#"{"preset": "lax"}"#, "there is no preset `lax`"),
            (r#"{"preset": 1}"#, "`preset` is 1"),
        ] {
            let error = config(&stated(json)).unwrap_err();
            assert!(error.starts_with(complaint), "{error}");
        }
    }
}
