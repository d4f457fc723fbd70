//! How pages say things: verdicts, numbers, durations, sentences with names in them.

use maud::{Markup, html};

use crate::report::model::Result;
use crate::verdict::Verdict;

/// Stands for a line break inside of a line.
pub(in crate::report) const BREAK: &str = "↵";

/// A verdict as people say it.
pub(in crate::report) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.as_str(),
    }
}

/// A sentence in which names are between backticks.
pub(in crate::report) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A number with its thousands apart.
pub(in crate::report) fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of a thing: `1 check`, `2 checks`.
pub(in crate::report) fn many(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", number(count))
}

/// A duration in the unit that people read it in.
pub(in crate::report) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// In which way a check was played.
pub(in crate::report) fn way(result: &Result) -> String {
    format!(
        "{} · Engine.IO {} · {}",
        result.dialect, result.eio, result.transport
    )
}

/// A text with the line breaks that JSON writes as `\n` replaced, as far as they are no
/// backslash followed by the letter.
pub(in crate::report) fn unbroken(text: &str, line_break: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some('n')) => {
                chars.next();
                said.push_str(line_break);
            }
            ('\\', Some('\\')) => {
                chars.next();
                said.push_str("\\\\");
            }
            _ => said.push(char),
        }
    }
    said
}
