//! The steps that a run has: those of its dialect and its Engine.IO generation.

use sio_p2p_protocol::Dialect;

use crate::scenario::step::{Step, Verb};

/// The steps with every `when` replaced by its steps or by nothing.
pub(crate) fn resolve(steps: &[Step], dialect: Dialect, eio: u8) -> Vec<Step> {
    let resolve_all = |steps: &[Step]| resolve(steps, dialect, eio);
    let mut resolved = Vec::with_capacity(steps.len());
    for step in steps {
        let verb = match &step.verb {
            Verb::When {
                dialects,
                eio: only,
                steps,
            } => {
                let holds = (dialects.is_empty() || dialects.contains(&dialect))
                    && (only.is_empty() || only.contains(&eio));
                if holds {
                    resolved.extend(resolve_all(steps));
                }
                continue;
            }
            Verb::All(steps) => Verb::All(resolve_all(steps)),
            Verb::Repeat { times, steps } => Verb::Repeat {
                times: *times,
                steps: resolve_all(steps),
            },
            Verb::Within { ms, steps } => Verb::Within {
                ms: *ms,
                steps: resolve_all(steps),
            },
            Verb::AnyOf(alternatives) => Verb::AnyOf(
                alternatives
                    .iter()
                    .map(|steps| (steps.is_empty(), resolve_all(steps)))
                    // An alternative that only other dialects have is none, not "nothing".
                    .filter(|(was_empty, steps)| *was_empty || !steps.is_empty())
                    .map(|(_, steps)| steps)
                    .collect(),
            ),
            Verb::Do(_) | Verb::Case => step.verb.clone(),
        };
        resolved.push(Step {
            at: step.at.clone(),
            verb,
        });
    }
    resolved
}
