//! Changing one member of a JSON object that otherwise stays as it is.

use crate::wire;

/// Gives `object` a member as assignment does in JavaScript: in place if it is
/// there, appended if not. Repetitions of the member go, so that no reader can
/// take an older value for the new one.
pub(super) fn set_member(object: &str, name: &str, value: &str) -> Box<str> {
    let mut out = String::with_capacity(object.len() + name.len() + value.len() + 4);
    // Everything up to here has been copied, or dropped on purpose.
    let mut copied = 0;
    let mut previous_end = None;
    let mut placed = false;
    let walked = wire::members(object, |member| {
        let end = wire::end(object, member.value);
        if member.name.as_deref() == Some(name) {
            if placed {
                // Drop it together with the comma before it.
                out.push_str(slice(object, copied, previous_end.unwrap_or(copied)));
            } else {
                out.push_str(slice(object, copied, wire::start(object, member.value)));
                out.push_str(value);
                placed = true;
            }
            copied = end;
        }
        previous_end = Some(end);
    });
    debug_assert!(walked.is_ok(), "the text was validated when it came in");
    if !placed {
        let at = previous_end.unwrap_or(1);
        out.push_str(slice(object, copied, at));
        if previous_end.is_some() {
            out.push(',');
        }
        wire::push_string(&mut out, name);
        out.push(':');
        out.push_str(value);
        copied = at;
    }
    out.push_str(slice(object, copied, object.len()));
    out.into()
}

fn slice(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}
