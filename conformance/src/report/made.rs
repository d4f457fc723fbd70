//! How a run was made: when, by which command, in which order, and who says to be judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How a run was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Made {
    /// When it began, in UTC (RFC 3339).
    pub started: String,
    /// The words of the command. What is secret in them is `***`.
    pub command: Vec<String>,
    /// The seed of the order, if that was random (`--shuffle`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What the implementation says of itself: a driver in its hello, others in their claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// What an implementation says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Made {
    /// A run that begins now, by the command of this process.
    pub fn now(seed: Option<u64>, said: Option<Said>) -> Self {
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        Self {
            started: timestamp(OffsetDateTime::now_utc()),
            command: without_secrets(words),
            seed,
            said,
        }
    }
}

/// A time as RFC 3339 has it, in whole seconds.
fn timestamp(time: OffsetDateTime) -> String {
    let seconds = time.truncate_to_second();
    // The years of this format are those from 0 to 9999.
    seconds.format(&Rfc3339).unwrap_or_default()
}

/// Options whose values are nobody's business.
const SECRET: [&str; 3] = ["--auth", "--token", "--header"];
/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// The words of a command line without what is secret in them, and without the folder of the
/// program.
fn without_secrets(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut is_secret = false;
    let mut command: Vec<String> = Vec::new();
    for word in words {
        let hides = is_secret;
        is_secret = !hides && SECRET.contains(&word.as_str());
        command.push(if hides {
            HIDDEN.to_owned()
        } else if let Some((option, _)) = word.split_once('=')
            && SECRET.contains(&option)
        {
            format!("{option}={HIDDEN}")
        } else {
            without_password(&word)
        });
    }
    if let Some(program) = command.first_mut()
        && let Some(name) = std::path::Path::new(program.as_str()).file_name()
    {
        *program = name.to_string_lossy().into_owned();
    }
    command
}

/// A URL without the name and password in it.
fn without_password(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{HIDDEN}{}", &rest[at..]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_others_write_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            assert_eq!(timestamp(time), text);
        }
    }

    #[test]
    fn no_secret_is_in_a_command() {
        let words = [
            "/bin/p2p-conformance",
            "run",
            "https://me:pass@host/x@y",
            "--token",
            "s3cret",
            "--auth={\"a\":1}",
            "--header",
            "--token",
            "--quiet",
        ];
        let command = without_secrets(words.iter().map(|word| (*word).to_owned()));
        let expected = [
            "p2p-conformance",
            "run",
            "https://***@host/x@y",
            "--token",
            "***",
            "--auth=***",
            "--header",
            "***",
            "--quiet",
        ];
        assert_eq!(command, expected);
    }
}
