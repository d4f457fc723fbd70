//! Verbs about time and heartbeats, and numbers that have bounds.

use serde::de::{Deserialize, Deserializer, Error as _};

use crate::scenario::verb::verbs;

/// Reads a number that is bounded, as its schema says.
pub(super) fn bounded<'de, const LEAST: u64, const MOST: u64, N, D>(
    deserializer: D,
) -> Result<N, D::Error>
where
    N: TryFrom<u64>,
    D: Deserializer<'de>,
{
    let number = u64::deserialize(deserializer)?;
    N::try_from(number)
        .ok()
        .filter(|_| (LEAST..=MOST).contains(&number))
        .ok_or_else(|| D::Error::custom(format!("{number} is not from {LEAST} to {MOST}")))
}

verbs! {
    /// Body of `heartbeat`.
    pub struct Heartbeat: Act {
        /// Whose connection.
        at: String => Observes,
        /// How many, from now on.
        #[serde(default = "once", deserialize_with = "bounded::<1, 10, _, _>")]
        #[schemars(range(min = 1, max = 10))]
        times: u32,
    }
}

fn once() -> u32 {
    1
}

verbs! {
    /// Body of `pass_time`.
    pub struct PassTime: Act {
        /// Who goes on sending, to themselves; all others are idle.
        at: Vec<String> => Acts,
        /// How long, in milliseconds.
        #[serde(deserialize_with = "bounded::<1, 5_000, _, _>")]
        #[schemars(range(min = 1, max = 5_000))]
        ms: u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_the_schema_hold_for_who_reads() {
        let pass = |ms: &str| {
            let text = format!(r#"{{"at":["a"],"ms":{ms}}}"#);
            serde_json::from_str::<PassTime>(&text).map(|body| body.ms)
        };
        assert_eq!(pass("5000").unwrap(), 5_000);
        for outside in ["0", "5001"] {
            let error = pass(outside).unwrap_err().to_string();
            let expected = format!("{outside} is not from 1 to 5000");
            assert!(error.starts_with(&expected), "{error}");
        }
        let beats = serde_json::from_str::<Heartbeat>(r#"{"at":"a"}"#).unwrap();
        assert_eq!(beats.times, 1);
    }
}
