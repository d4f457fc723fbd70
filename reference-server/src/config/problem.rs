//! Settings that cannot be.

use std::fmt;

use serde_json::Value;

use super::{Config, schema};

/// A setting that cannot be what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting, as in `engine.ping_timeout_ms`.
    pub key: String,
    /// What is wrong and what would be right, as in `is 0, expected ...`.
    pub complaint: String,
}

impl Problem {
    pub(crate) fn new(key: &str, complaint: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            complaint: complaint.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.key, self.complaint)
    }
}

impl std::error::Error for Problem {}

/// Settings that cannot be, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig(pub Vec<Problem>);

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidConfig {}

impl Config {
    /// Refuses settings that are impossible or contradict each other.
    ///
    /// The loader calls it and adds where each value came from; a program that
    /// embeds the server has it called by [`serve`](crate::serve()).
    ///
    /// # Errors
    ///
    /// Tells everything that is wrong, each with the setting and what would be
    /// right.
    pub fn validate(&self) -> Result<(), InvalidConfig> {
        let mut problems = self.bounds();
        self.contradictions(&mut problems);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(InvalidConfig(problems))
        }
    }

    /// Values out of the bounds that their fields declare.
    pub(crate) fn bounds(&self) -> Vec<Problem> {
        // A value of plain fields can be written as JSON.
        let values = serde_json::to_value(self).unwrap_or_default();
        let mut problems = Vec::new();
        for setting in schema::settings() {
            let value = value_at(&values, &setting.key);
            if setting.excludes(value) {
                let complaint = format!("is {value}, expected {}", setting.expected());
                problems.push(Problem::new(&setting.key, complaint));
            }
        }
        problems
    }

    /// Rules that concern more than one setting. Each section has its own.
    fn contradictions(&self, problems: &mut Vec<Problem>) {
        self.tls.check(problems);
        self.auth.check(problems);
        self.cors.check(problems);
        self.engine.check(problems);
    }
}

/// The value under a key with dots; `null` if there is none.
pub(crate) fn value_at<'v>(values: &'v Value, key: &str) -> &'v Value {
    key.split('.').fold(values, |value, name| {
        value.get(name).unwrap_or(&Value::Null)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_impossible_value_is_told() {
        let mut config = Config::default();
        config.engine.ping_timeout = Duration::ZERO;
        config.queue.packets = 0;
        let error = config.validate().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`engine.ping_timeout_ms` is 0, expected a whole number of milliseconds of at least 1; \
             `queue.packets` is 0, expected a whole number from 1 to 16777216"
        );
    }
}
