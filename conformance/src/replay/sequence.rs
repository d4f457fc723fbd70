//! The first difference, for people: recorded and seen side by side.

use std::fmt::Write as _;

use crate::player::play::trace::Way;
use crate::record::{Difference, Line};

/// How many lines before the difference are shown.
const BEFORE: usize = 8;
/// How many rows of the terminal a cell may take where the two sides differ.
const TALL: usize = 6;

/// What a row says of its two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// They are the same, or were sent.
    Same,
    /// They differ, as is meant, and why.
    Meant(String),
    /// They differ.
    Other,
}

impl Mark {
    /// The mark of a difference that is meant.
    pub(crate) fn meant(difference: &Difference) -> Self {
        Self::Meant(difference.why.clone())
    }
}

/// A line of a recording, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The number of the line, if there is one.
    pub(crate) t: Option<u64>,
    client: String,
    way: Way,
    recorded: Option<String>,
    pub(crate) seen: Option<String>,
    mark: Mark,
}

impl Row {
    /// What came of a line.
    pub(crate) fn new(line: &Line, mark: Mark, seen: Option<String>) -> Self {
        Self {
            t: Some(line.t),
            client: line.client.clone(),
            way: line.dir,
            recorded: Some(line.to_string()),
            seen,
            mark,
        }
    }

    /// What was done, or came, as it was recorded.
    pub(crate) fn same(line: &Line) -> Self {
        Self::new(line, Mark::Same, Some(line.to_string()))
    }

    /// What came to a client and was not recorded.
    pub(crate) fn unrecorded(client: &str, mark: Mark, seen: &Line) -> Self {
        Self {
            t: None,
            client: client.to_owned(),
            way: Way::In,
            recorded: None,
            seen: Some(seen.to_string()),
            mark,
        }
    }

    /// Whether it says that the server has ended a client's connection.
    pub(crate) fn is_end_of(&self, client: &str) -> bool {
        let recorded = self.recorded.as_deref().unwrap_or_default();
        self.client == client && self.way == Way::In && recorded.starts_with("disconnect")
    }
}

/// The last rows, the difference at the end, and what would have come after it. Fits into
/// `width` columns.
pub(crate) fn render(rows: &[Row], next: &[&Line], waiting: &[String], width: usize) -> String {
    let shown = &rows[rows.len().saturating_sub(BEFORE + 1)..];
    let names = shown.iter().map(|row| row.client.as_str());
    let names = names.chain(next.iter().map(|line| line.client.as_str()));
    let name = names
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(1)
        .min(16);
    // Mark, number, name, arrow; then two columns with a bar between them.
    let head = 2 + 4 + 2 + name + 4;
    let column = width.saturating_sub(head + 3) / 2;
    let mut text = String::new();
    let pad = " ".repeat(head);
    let _ = writeln!(text, "{pad}{:<column$} | seen", "recorded");
    for row in shown {
        let seen = row.seen.as_deref().unwrap_or("nothing");
        let (mark, tall, seen) = match &row.mark {
            Mark::Same => (" ", 1, "=".to_owned()),
            Mark::Meant(why) => ("~", TALL, format!("{seen} ({why})")),
            Mark::Other => ("*", TALL, seen.to_owned()),
        };
        let recorded = row.recorded.as_deref().unwrap_or("nothing");
        let number = row.t.map(|t| t.to_string()).unwrap_or_default();
        let client = clip(&row.client, name);
        let start = format!("{mark} {number:>4}  {client:<name$} {} ", row.way.arrow());
        let (left, right) = (fold(recorded, column, tall), fold(&seen, column, tall));
        for index in 0..left.len().max(right.len()) {
            let start = if index == 0 { &start } else { &pad };
            let cell = |side: &[String]| side.get(index).cloned().unwrap_or_default();
            let line = format!("{start}{:<column$} | {}", cell(&left), cell(&right));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    for line in next {
        let arrow = line.dir.arrow();
        let said = clip(&line.to_string(), column);
        let client = clip(&line.client, name);
        let _ = writeln!(
            text,
            "  {:>4}  {client:<name$} {arrow} {said:<column$} |",
            line.t
        );
    }
    for what in waiting {
        let _ = writeln!(
            text,
            "  also waiting at {}",
            clip(what, width.saturating_sub(18))
        );
    }
    text
}

fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let head: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{head}…")
}

/// A text in rows of a column, the last one clipped.
fn fold(text: &str, width: usize, rows: usize) -> Vec<String> {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let chars: Vec<char> = text.chars().map(shown).collect();
    let mut rest = chars.as_slice();
    let mut folded = Vec::new();
    while !rest.is_empty() {
        let is_last = folded.len() + 1 == rows;
        let length = if is_last {
            rest.len()
        } else {
            width.clamp(1, rest.len())
        };
        let (row, after) = rest.split_at(length);
        folded.push(clip(&row.iter().collect::<String>(), width));
        rest = after;
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn both_sides_fit_into_a_terminal() {
        let sent = line(
            r#"{"t":11,"client":"a","dir":"out","type":"event","event":"P2P_EMIT","args":["b","sum",[1,2,3,4,5,6,7,8,9]],"id":0,"binary":0}"#,
        );
        let came = line(
            r#"{"t":12,"client":"b","dir":"in","type":"event","event":"sum","args":[1,2,3],"id":0,"binary":0}"#,
        );
        let gone = line(
            r#"{"t":13,"client":"b","dir":"in","type":"event","event":"TARGET_DISCONNECT","args":["a"],"id":null,"binary":0}"#,
        );
        let ack = line(
            r#"{"t":14,"client":"a","dir":"in","type":"ack","event":null,"args":[6],"id":0,"binary":0}"#,
        );
        let error = format!(r#"SERVER_ERROR ["{}"]"#, "so long a text ".repeat(20));
        let rows = [
            Row::same(&sent),
            Row::same(&came),
            Row::new(&gone, Mark::Meant("DEV-14".to_owned()), None),
            Row::new(&ack, Mark::Other, Some(error)),
        ];
        let text = render(&rows, &[&gone], &["b: ack #0 [7]".to_owned()], 80);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }
}
