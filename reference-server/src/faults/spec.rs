//! Which fault, and how often: `drop-ack`, `drop-ack:3`, `drop-ack:p=0.1`.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::list::{Fault, UnknownFault};

/// A fault that is switched on, and on which occasions it happens.
///
/// Written as `NAME` for every occasion, `NAME:COUNT` for the first ones, or
/// `NAME:p=PROBABILITY` for each with a probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FaultSpec {
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    pub rate: Rate,
}

/// On which of its occasions a fault happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// On every one.
    Always,
    /// On the first of them, as many as this.
    First(u64),
    /// On each with this probability, above 0 and at most 1.
    Probability(f64),
}

// A probability is always a number, so it equals itself.
impl Eq for FaultSpec {}

/// Why a fault cannot be switched on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFault {
    /// There is none of this name.
    #[error(transparent)]
    Unknown(#[from] UnknownFault),
    /// What follows the name is no rate.
    #[error(
        "`{0}` is neither a count above 0 nor a probability such as `p=0.1`, above 0 and at most 1"
    )]
    Rate(String),
}

impl FromStr for FaultSpec {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (name, rate) = match text.split_once(':') {
            Some((name, rate)) => (name, Some(rate)),
            None => (text, None),
        };
        let fault = name.trim().parse()?;
        let rate = rate.map_or(Ok(Rate::Always), |rate| rate.trim().parse())?;
        Ok(Self { fault, rate })
    }
}

impl FromStr for Rate {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let rate = match text.strip_prefix("p=") {
            Some(text) => text
                .parse()
                .ok()
                .filter(|probability| *probability > 0.0 && *probability <= 1.0)
                .map(Self::Probability),
            None => text
                .parse()
                .ok()
                .filter(|count| *count > 0)
                .map(Self::First),
        };
        rate.ok_or_else(|| InvalidFault::Rate(text.to_owned()))
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, rate } = self;
        match rate {
            Rate::Always => write!(f, "{fault}"),
            Rate::First(count) => write!(f, "{fault}:{count}"),
            Rate::Probability(probability) => write!(f, "{fault}:p={probability}"),
        }
    }
}

impl TryFrom<String> for FaultSpec {
    type Error = InvalidFault;

    fn try_from(text: String) -> Result<Self, InvalidFault> {
        text.parse()
    }
}

impl From<FaultSpec> for String {
    fn from(spec: FaultSpec) -> Self {
        spec.to_string()
    }
}

impl JsonSchema for FaultSpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FaultSpec".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "The name of a fault, and how often it happens.",
            "examples": ["drop-ack", "drop-ack:3", "drop-ack:p=0.1"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "drop-ack",
            "swap-events:3",
            "delay-event:p=0.25",
            "crash:p=1",
        ] {
            let spec: FaultSpec = text.parse().unwrap();
            assert_eq!(spec.to_string(), text);
            let json = serde_json::to_string(&spec).unwrap();
            assert_eq!(serde_json::from_str::<FaultSpec>(&json).unwrap(), spec);
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_was_expected() {
        for text in [
            "",
            "dropack",
            "drop-ack:",
            "drop-ack:0",
            "drop-ack:-1",
            "drop-ack:p=0",
            "drop-ack:p=1.1",
            "drop-ack:p=NaN",
            "drop-ack:p=",
            "drop-ack:0.1",
            "drop-ack:1:2",
        ] {
            let error = text.parse::<FaultSpec>().unwrap_err().to_string();
            let expectation = ["--list-faults", "a count above 0"];
            assert!(
                expectation.iter().any(|words| error.contains(words)),
                "{error}"
            );
        }
    }
}
