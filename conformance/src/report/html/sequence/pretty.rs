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

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn long_json_is_broken_and_nothing_in_it_changes() {
        assert_eq!(lines(r#"["a",1e400]"#), r#"["a",1e400]"#);
        let long = format!(r#"["a:b,[c]{{",{{"k":[],"{}":[1,{{}}]}}]"#, "x".repeat(70));
        let told = lines(&long);
        assert!(told.lines().count() > 5, "{told}");
        let without = |text: &str| text.replace([' ', '\n'], "");
        assert_eq!(without(&told), without(&long));
        assert!(told.contains("\"a:b,[c]{\",\n"), "{told}");
        // Cut off, and deeper than is shown.
        let deep = "[".repeat(90);
        assert_eq!(without(&lines(&deep)), deep);
        let closed = format!("{deep}{}", "]".repeat(90));
        assert_eq!(without(&lines(&closed)), closed);
    }

    #[test]
    fn line_breaks_of_strings_are_line_breaks() {
        assert_eq!(
            lines(r#"["one\ntwo","back\\n"]"#),
            "[\"one\ntwo\",\"back\\\\n\"]"
        );
    }
}
