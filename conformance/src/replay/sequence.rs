//! The first difference, for people: recorded and seen side by side.

use std::fmt::Write as _;

use crate::player::play::trace::Way;
use crate::record::Line;

/// How many lines before the difference are shown.
const BEFORE: usize = 8;
/// How many rows of the terminal a cell may take where the two sides differ.
const TALL: usize = 6;

/// What a row says of its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// They are the same, or were sent.
    Same,
    /// They differ, as is meant.
    Meant,
    /// They differ.
    Other,
}

/// A line of a recording, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    t: Option<u64>,
    client: String,
    arrow: &'static str,
    recorded: Option<String>,
    seen: Option<String>,
    mark: Mark,
    why: String,
}

impl Row {
    fn new(line: &Line, mark: Mark, seen: Option<String>) -> Self {
        Self {
            t: Some(line.t),
            client: line.client.clone(),
            arrow: match line.dir {
                Way::Out => "->",
                Way::In => "<-",
            },
            recorded: Some(line.to_string()),
            seen,
            mark,
            why: String::new(),
        }
    }

    /// What was done as it was recorded.
    pub(crate) fn sent(line: &Line) -> Self {
        Self::new(line, Mark::Same, Some(line.to_string()))
    }

    /// What came as it was recorded.
    pub(crate) fn same(line: &Line, seen: String) -> Self {
        Self::new(line, Mark::Same, Some(seen))
    }

    /// What differs and is meant to.
    pub(crate) fn meant(line: &Line, why: &str, seen: Option<String>) -> Self {
        let mut row = Self::new(line, Mark::Meant, seen);
        why.clone_into(&mut row.why);
        row
    }

    /// What differs.
    pub(crate) fn other(line: &Line, seen: Option<String>) -> Self {
        Self::new(line, Mark::Other, seen)
    }

    /// What came and was not recorded at all.
    pub(crate) fn surplus(client: &str, seen: String) -> Self {
        Self {
            t: None,
            client: client.to_owned(),
            arrow: "<-",
            recorded: None,
            seen: Some(seen),
            mark: Mark::Other,
            why: String::new(),
        }
    }

    /// The row without its left side.
    pub(crate) fn unrecorded(mut self) -> Self {
        self.t = None;
        self.recorded = None;
        self
    }

    /// The number of its line.
    pub(crate) fn number(&self) -> Option<u64> {
        self.t
    }

    /// What was seen.
    pub(crate) fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }

    /// Whether it says that the server has ended a client's connection.
    pub(crate) fn is_end_of(&self, client: &str) -> bool {
        self.client == client
            && self.arrow == "<-"
            && self
                .recorded
                .as_deref()
                .is_some_and(|text| text.starts_with("disconnect"))
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
        let tall = if row.mark == Mark::Same { 1 } else { TALL };
        let seen = match (row.mark, &row.seen) {
            (Mark::Same, _) => "=".to_owned(),
            (Mark::Meant, None) => format!("nothing ({})", row.why),
            (Mark::Meant, Some(seen)) => format!("{seen} ({})", row.why),
            (Mark::Other, None) => "nothing".to_owned(),
            (Mark::Other, Some(seen)) => seen.clone(),
        };
        let mark = match row.mark {
            Mark::Same => " ",
            Mark::Meant => "~",
            Mark::Other => "*",
        };
        let recorded = row.recorded.as_deref().unwrap_or("nothing");
        let number = row.t.map(|t| t.to_string()).unwrap_or_default();
        let client = clip(&row.client, name);
        let start = format!("{mark} {number:>4}  {client:<name$} {} ", row.arrow);
        let (left, right) = (fold(recorded, column, tall), fold(&seen, column, tall));
        for index in 0..left.len().max(right.len()) {
            let start = if index == 0 { &start } else { &pad };
            let cell = |side: &[String]| side.get(index).cloned().unwrap_or_default();
            let line = format!("{start}{:<column$} | {}", cell(&left), cell(&right));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    for line in next {
        let arrow = if line.dir == Way::Out { "->" } else { "<-" };
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
    let chars: Vec<char> = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut folded: Vec<String> = Vec::new();
    for (index, chunk) in chars.chunks(width.max(1)).enumerate() {
        if index + 1 == rows && chars.len() > rows * width {
            let head: String = chunk.iter().take(width.saturating_sub(1)).collect();
            folded.push(format!("{head}…"));
            break;
        }
        folded.push(chunk.iter().collect());
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
            Row::sent(&sent),
            Row::same(&came, came.to_string()),
            Row::meant(&gone, "DEV-14", None),
            Row::other(&ack, Some(error)),
        ];
        let text = render(&rows, &[&gone], &["b: ack #0 [7]".to_owned()], 80);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }
}
