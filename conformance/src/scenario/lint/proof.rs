//! What scenarios name as the proof that they can fail.

use std::collections::BTreeSet;

use super::super::library::Library;
use super::super::parse::{Problem, Scenario};
use crate::proxy::faults::{PREFIX, ProxyFaultSpec};

/// The name of what is wrong when a server does not have the settings that a scenario
/// states. It proves that the scenario is about them.
pub const DEFAULT_SETTINGS: &str = "default-settings";

/// The names that cannot be.
pub(super) fn names(scenario: &Scenario, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (name, at) in &scenario.proof {
        let known = match name.as_str() {
            DEFAULT_SETTINGS if scenario.settings.is_empty() => {
                Err("the scenario states no settings, so their defaults prove nothing".to_owned())
            }
            DEFAULT_SETTINGS => Ok(()),
            name if scenario.server.is_some() => {
                let spec = name.parse::<crate::player::client::ClientFaultSpec>();
                spec.map(drop).map_err(|error| error.to_string())
            }
            name if name.starts_with(PREFIX) => {
                let spec = name.parse::<ProxyFaultSpec>();
                spec.map(drop).map_err(|error| error.to_string())
            }
            name => understood(name),
        };
        let message = match known {
            Err(message) => message,
            Ok(()) if !seen.insert(name) => format!("{name} is named already"),
            Ok(()) => continue,
        };
        problems.push(Problem::new(at, message));
    }
}

/// With the faults at hand, whether there is such a one.
#[cfg(feature = "faults")]
fn understood(name: &str) -> Result<(), String> {
    let spec = name.parse::<sio_p2p_server::faults::FaultSpec>();
    spec.map(drop).map_err(|error| error.to_string())
}

/// Without them, whether the name could be one.
#[cfg(not(feature = "faults"))]
fn understood(name: &str) -> Result<(), String> {
    let (fault, _) = name.split_once(':').unwrap_or((name, ""));
    if super::is_slug(fault) {
        return Ok(());
    }
    Err(format!(
        "{name:?} is not the name of a fault: lower-case words joined by `-`, and perhaps a count, \
         as in `drop-ack:1`"
    ))
}

/// Scenarios that do not say what shows that they can fail.
pub fn unproven(library: &Library) -> Vec<Problem> {
    let without = library.scenarios.iter().filter(|s| s.proof.is_empty());
    without
        .map(|scenario| {
            Problem::new(
                &scenario.at,
                format!(
                    "{} names no fault that turns it red; `cargo xtask prove --depth discover \
                 --select {}` shows which do",
                    scenario.id, scenario.id
                ),
            )
        })
        .collect()
}
