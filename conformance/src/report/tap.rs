//! The report as a stream of the Test Anything Protocol, version 14
//! (<https://testanything.org>).

use std::fmt::Write as _;

use super::model::{Report, Result};
use crate::verdict::Verdict;

/// The report as TAP. What is not applicable is skipped, and what the baseline expects is to be
/// done; a `should` that is broken is neither, and passes with a remark.
pub fn render(report: &Report) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", report.results.len());
    for (index, result) in report.results.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", point(index + 1, result));
    }
    text
}

fn point(number: usize, result: &Result) -> String {
    let is_ok = !result.verdict.is_red();
    let directive = match (&result.expected_because, result.verdict) {
        (Some(why), _) => format!(" # TODO {}", line(why)),
        (None, Verdict::NotApplicable) => format!(" # SKIP {}", line(&result.message)),
        (None, _) => String::new(),
    };
    let ok = if is_ok { "ok" } else { "not ok" };
    let name = line(&result.name());
    let mut text = format!("{ok} {number} - {name}{directive}\n");
    if matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable) {
        return text;
    }
    let details = [
        ("verdict", Some(result.verdict.as_str())),
        ("message", Some(result.message.as_str())),
        ("clause", result.broken.as_deref()),
        (
            "at",
            result.failure.as_ref().and_then(|it| it.at.as_deref()),
        ),
    ];
    text.push_str("  ---\n");
    for (key, value) in details {
        if let Some(value) = value {
            // A JSON string is a YAML string.
            let _ = writeln!(text, "  {key}: {}", serde_json::json!(value));
        }
    }
    text.push_str("  ...\n");
    text
}

/// A text in one line in which nothing begins a directive.
fn line(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('#', "\\#");
    text.replace(['\n', '\r'], " ")
}
