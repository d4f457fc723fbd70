//! The placeholders of a binary packet must name attachments of it: a JavaScript client drops
//! the connection on any other, so a packet with a bad one is invalid.
//!
//! An object is a placeholder if its member `_placeholder` is `true`; the last member of a name
//! counts, as in JavaScript. One pass over text that is known to be JSON, with an explicit stack.

/// A placeholder without attachment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dangling;

/// What is known so far of an object that is being read; arrays are objects without members.
#[derive(Default, Clone, Copy)]
struct Container {
    is_placeholder: bool,
    number: Option<usize>,
}

/// The member whose value comes next.
#[derive(Clone, Copy, PartialEq)]
enum Member {
    Placeholder,
    Number,
    Other,
}

/// Checks every placeholder in `json` against the number of attachments.
pub(crate) fn check(json: &str, attachments: usize) -> Result<(), Dangling> {
    let bytes = json.as_bytes();
    let mut stack: Vec<Container> = Vec::new();
    let mut member = Member::Other;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                // An object as the value of these members makes them neither `true` nor a number.
                assign(stack.last_mut(), member, "");
                stack.push(Container::default());
                member = Member::Other;
            }
            b'}' | b']' => {
                let done = stack.pop().unwrap_or_default();
                let names_one = done.number.is_some_and(|number| number < attachments);
                if done.is_placeholder && !names_one {
                    return Err(Dangling);
                }
                member = Member::Other;
            }
            b',' => member = Member::Other,
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            b'"' => {
                at = string_end(bytes, at);
                let text = &json[start..at];
                if followed_by_colon(bytes, at) {
                    member = name(text);
                } else {
                    assign(stack.last_mut(), member, text);
                }
            }
            _ => {
                while bytes.get(at).is_some_and(|b| !b",]} \t\n\r".contains(b)) {
                    at += 1;
                }
                assign(stack.last_mut(), member, &json[start..at]);
            }
        }
    }
    Ok(())
}

/// Notes the value of a member if it is one that matters.
fn assign(container: Option<&mut Container>, member: Member, value: &str) {
    let Some(container) = container else { return };
    match member {
        Member::Placeholder => container.is_placeholder = value == "true",
        Member::Number => container.number = index(value),
        Member::Other => {}
    }
}

/// An index may be spelled as any number that is whole: `1`, `1.0`, `10e-1`.
fn index(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    // Beyond this no attachment exists; below it the conversion is exact.
    let whole = number.fract() == 0.0 && (0.0..4e9).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    whole.then_some(number as usize)
}

/// Decodes the name of a member, escapes included.
fn name(text: &str) -> Member {
    let matches = |wanted: &str| {
        text[1..text.len() - 1] == *wanted
            || (text.contains('\\')
                && serde_json::from_str::<String>(text).is_ok_and(|name| name == wanted))
    };
    if matches("_placeholder") {
        Member::Placeholder
    } else if matches("num") {
        Member::Number
    } else {
        Member::Other
    }
}

/// The position after the closing quote of a string whose content begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => return at,
            b'\\' => at += 1,
            _ => {}
        }
    }
    bytes.len()
}

fn followed_by_colon(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_are_found_wherever_they_are() {
        let good = [
            r#"["e",{"_placeholder":true,"num":0}]"#,
            r#"["e",[{"a":{"num":1,"_placeholder":true}}]]"#,
            r#"[{"_placeholder":false,"num":9},{"_placeholder":1},{"_placeholder":"true"}]"#,
            r#"[{"_placeholder":true,"num":9,"num":1}]"#,
            r#"[{"_placeholder":true,"_placeholder":null}]"#,
            r#"[{"_placeholder":{"_placeholder":true,"num":1},"num":7}]"#,
            r#"["_placeholder",{"x":"\"_placeholder\":true"}]"#,
            "[ { \"_placeholder\" : true , \"num\" : 1.0 } ]",
            r#"["_placeholder",true,"num",7]"#,
        ];
        for json in good {
            assert_eq!(check(json, 2), Ok(()), "{json}");
        }
        let bad = [
            r#"[{"_placeholder":true}]"#,
            r#"[{"_placeholder":true,"num":2}]"#,
            r#"[{"_placeholder":true,"num":-1}]"#,
            r#"[{"_placeholder":true,"num":0.5}]"#,
            r#"[{"_placeholder":true,"num":"0"}]"#,
            r#"[{"_placeholder":true,"num":null}]"#,
            r#"[{"_placeholder":true,"num":0,"num":[0]}]"#,
            r#"[{"\u005fplaceholder":true,"num":1e400}]"#,
            r#"{"a":[[{"_placeholder":true,"num":5}]]}"#,
        ];
        for json in bad {
            assert_eq!(check(json, 2), Err(Dangling), "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_text_ends(json in r#"[\[\]{}":,\\ a0-9_é]{0,40}"#) {
            let _ = check(&json, 1);
        }
    }
}
