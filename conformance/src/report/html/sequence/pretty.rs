//! JSON on several lines, by its text: what was shortened and is no JSON any more comes out
//! as far as it goes, and no number or key changes.

use super::super::words::unbroken;

/// What fits into a line stays there.
const WIDTH: usize = 76;
/// Brackets that are deeper than this stay in their line.
const DEEP: usize = 12;

/// The text, broken at commas and brackets if it is long. Line breaks inside of strings are
/// line breaks here.
pub(super) fn lines(json: &str) -> String {
    if json.chars().count() <= WIDTH {
        return unbroken(json, "\n");
    }
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut chars = json.chars().peekable();
    while let Some(char) = chars.next() {
        if quoted {
            text.push(char);
            quoted = escaped || char != '"';
            escaped = char == '\\' && !escaped;
            continue;
        }
        match char {
            '"' => {
                quoted = true;
                text.push(char);
            }
            '[' | '{' => {
                text.push(char);
                if matches!(chars.peek(), Some(']' | '}')) {
                    text.extend(chars.next());
                } else {
                    depth += 1;
                    new_line(&mut text, depth);
                }
            }
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                // The matching bracket stood in the same line.
                if depth < DEEP {
                    new_line(&mut text, depth);
                }
                text.push(char);
            }
            ',' => {
                text.push(char);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            other => text.push(other),
        }
    }
    unbroken(&text, "\n")
}

fn new_line(text: &mut String, depth: usize) {
    if depth <= DEEP {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
}
