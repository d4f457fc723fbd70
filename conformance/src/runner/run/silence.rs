//! Whether a server lets clients in and then says nothing.

use crate::player::play::finding::Finding;
use crate::player::play::trace::{TraceLine, Way};
use crate::runner::verdict::CheckResult;

/// The check has failed because nothing came, of what was waited for or of anything else. One
/// lost event is not silence: a server that answers otherwise has to be judged.
pub(super) fn is_silence(result: &CheckResult) -> bool {
    let finding = result.finding.as_ref();
    finding.is_some_and(Finding::is_silence) && says_nothing(&result.trace)
}

/// The server has sent no more than what opens a connection and keeps it.
fn says_nothing(trace: &[TraceLine]) -> bool {
    let mut received = trace.iter().filter(|line| line.direction == Way::In);
    received.all(|line| {
        // Opening, heartbeats, the answer to a probe; the namespace.
        line.frame.starts_with(['0', '2', '3', '6']) || line.frame.starts_with("40")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(lines: &[(Way, &str)]) -> Vec<TraceLine> {
        let line = |(direction, frame): &(Way, &str)| TraceLine {
            at_us: 0,
            actor: "a".to_owned(),
            direction: *direction,
            frame: (*frame).to_owned(),
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn who_answers_something_is_not_silent() {
        let joined = [
            (Way::In, r#"0{"sid":"x"}"#),
            (Way::Out, "40"),
            (Way::In, r#"40{"sid":"y"}"#),
            (Way::Out, r#"420["ADD_TARGET","b"]"#),
            (Way::In, "2"),
        ];
        assert!(says_nothing(&trace(&joined)));
        for answer in ["430[]", r#"42["e"]"#, "41", "<close>"] {
            let lines = [&joined[..], &[(Way::In, answer)]].concat();
            assert!(!says_nothing(&trace(&lines)), "{answer}");
        }
    }
}
