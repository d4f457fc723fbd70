//! The steps that a run has: those of its dialect and its Engine.IO generation.

use sio_p2p_protocol::Dialect;

use crate::scenario::group::Group;
use crate::scenario::step::{Step, Verb};

/// The steps with every `when` replaced by its steps or by nothing.
pub(crate) fn resolve(steps: &[Step], dialect: Dialect, eio: u8) -> Vec<Step> {
    let resolve_all = |steps: &[Step]| resolve(steps, dialect, eio);
    let mut resolved = Vec::with_capacity(steps.len());
    for step in steps {
        let verb = match &step.verb {
            Verb::Group(Group::When(when)) => {
                let holds = (when.dialects.is_empty() || when.dialects.contains(&dialect))
                    && (when.eio.is_empty() || when.eio.contains(&eio));
                if holds {
                    resolved.extend(resolve_all(&when.steps));
                }
                continue;
            }
            Verb::Group(Group::AnyOf(alternatives)) => Verb::Group(Group::AnyOf(
                alternatives
                    .iter()
                    .map(|steps| (steps.is_empty(), resolve_all(steps)))
                    // An alternative that only other dialects have is none, not "nothing".
                    .filter(|(was_empty, steps)| *was_empty || !steps.is_empty())
                    .map(|(_, steps)| steps)
                    .collect(),
            )),
            Verb::Group(group) => Verb::Group(group.with(resolve_all)),
            Verb::Do(_) => step.verb.clone(),
        };
        resolved.push(Step {
            at: step.at.clone(),
            verb,
            clause: step.clause.clone(),
        });
    }
    resolved
}
