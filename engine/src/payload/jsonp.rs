//! JSONP: polling for pages that can only load scripts and send forms.

use super::PayloadError;

/// Takes the payload from the body of a POST: the form field `d`.
///
/// Browsers change line breaks in forms, so clients send each as `\n`, a backslash and a
/// letter, and put one more backslash before what was `\n` already.
pub fn decode_jsonp(body: &[u8]) -> Result<String, PayloadError> {
    let mut fields = body
        .split(|byte| *byte == b'&')
        .filter_map(|field| field.strip_prefix(b"d="));
    let field = fields.next().ok_or(PayloadError::Form)?;
    if fields.next().is_some() {
        return Err(PayloadError::Form);
    }
    let text = unescape_line_breaks(&decode_form(field));
    String::from_utf8(text).map_err(|_| PayloadError::NotUtf8)
}

/// Appends a script that gives `payload`, which is text, to the function number `j` of the
/// page. Of `j` only the digits count.
pub fn encode_jsonp(j: &str, payload: &str, out: &mut Vec<u8>) {
    out.reserve(payload.len() + payload.len() / 8 + 32);
    out.extend_from_slice(b"___eio[");
    out.extend(j.bytes().filter(u8::is_ascii_digit));
    out.extend_from_slice(b"](\"");
    for char in payload.chars() {
        let short = match char {
            '"' | '\\' => char,
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            // The last two end a line of a script, but not in JSON.
            '\0'..' ' | '\u{2028}' | '\u{2029}' => {
                out.extend_from_slice(b"\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = char::from_digit(u32::from(char) >> shift & 15, 16);
                    push_char(out, digit.unwrap_or('0'));
                }
                continue;
            }
            _ => {
                push_char(out, char);
                continue;
            }
        };
        out.push(b'\\');
        push_char(out, short);
    }
    out.extend_from_slice(b"\");");
}

fn push_char(out: &mut Vec<u8>, char: char) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Decodes the value of a form field. What is not an escape stays as it is.
fn decode_form(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let decoded = match byte {
            b'+' => b' ',
            b'%' => match escaped(after) {
                Some(decoded) => {
                    rest = &after[2..];
                    decoded
                }
                None => byte,
            },
            _ => byte,
        };
        out.push(decoded);
    }
    out
}

/// The byte of two hexadecimal digits.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

/// `\n` becomes a line break, and `\\n` becomes `\n`.
fn unescape_line_breaks(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut backslashes = 0_usize;
    for byte in text {
        match (byte, backslashes) {
            (b'\\', _) => {
                backslashes += 1;
                out.push(b'\\');
                continue;
            }
            (b'n', 1) => {
                out.pop();
                out.push(b'\n');
            }
            (b'n', 2..) => {
                out.pop();
                out.push(b'n');
            }
            _ => out.push(*byte),
        }
        backslashes = 0;
    }
    out
}
