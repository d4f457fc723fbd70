//! How something was seen to be wrong.

use super::subject::{Asked, Subject, expected_event};
use crate::scenario::Scenario;
use crate::scenario::group::Group;
use crate::scenario::step::{Step, Verb, walk};

/// In which way something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    /// It did not come.
    Missing,
    /// It came with another value.
    Different,
    /// It came with arguments too many or too few.
    Count,
    /// It came with other bytes.
    Bytes,
    /// It asked for an ack and should not, or the other way round.
    Asks,
    /// It came although nothing should.
    Extra,
    /// It came before its cause, or before what had been sent ahead of it.
    Early,
    /// It came after what was sent later.
    Late,
    /// The connection had ended.
    Lost,
    /// In a way of its own, which only the message says.
    #[default]
    Otherwise,
}

/// What the place that found a failure knows about it, besides the step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sign {
    /// In which way.
    pub how: How,
    /// What is wrong, if that is not what the step is about.
    pub subject: Option<Subject>,
    /// The event that came in the place of the one that was expected.
    pub instead: Option<String>,
    /// The one that was expected has come, behind that.
    pub behind: bool,
}

impl From<How> for Sign {
    fn from(how: How) -> Self {
        Self {
            how,
            ..Self::default()
        }
    }
}

impl Sign {
    /// This is wrong, whatever the step is about.
    pub fn about(subject: Subject, how: How) -> Self {
        Self {
            how,
            subject: Some(subject),
            ..Self::default()
        }
    }

    /// This event came, and no step expects it.
    pub fn surplus(event: &str) -> Self {
        Self {
            how: How::Extra,
            instead: Some(event.to_owned()),
            ..Self::default()
        }
    }

    /// An ack that nobody has given.
    pub fn invented_ack() -> Self {
        Self::about(Subject::Ack(Asked::Message), How::Early)
    }

    /// Another event came in the place of the expected one, which may be behind it.
    pub fn instead(event: &str, behind: bool) -> Self {
        Self {
            instead: Some(event.to_owned()),
            behind,
            ..Self::default()
        }
    }

    /// What is wrong, and how.
    pub(super) fn read(&self, scenario: &Scenario, step: Option<&Step>) -> (Subject, How) {
        let of_step = match step.map(|step| &step.verb) {
            Some(Verb::Do(action)) => Subject::of(scenario, action),
            Some(Verb::Group(group)) => {
                first_of(group).map_or(Subject::Unknown, |action| Subject::of(scenario, action))
            }
            None => Subject::Unknown,
        };
        let Some(instead) = &self.instead else {
            return (self.subject.clone().unwrap_or(of_step), self.how);
        };
        let other = Subject::of_event(scenario, instead);
        if self.how == How::Extra {
            return (other, How::Extra);
        }
        if self.behind {
            let is_due = is_due(scenario, step, instead);
            return if is_due {
                (of_step, How::Late)
            } else {
                (other, How::Extra)
            };
        }
        // An error in the place of something explains why that did not come.
        if other == Subject::Error || is_due(scenario, step, instead) {
            (of_step, How::Missing)
        } else {
            (other, How::Extra)
        }
    }
}

/// The first action of a group, which decides between alternatives.
fn first_of(group: &Group<Step>) -> Option<&crate::scenario::step::Action> {
    group.lists().flatten().find_map(|step| match &step.verb {
        Verb::Do(action) => Some(action),
        Verb::Group(group) => first_of(group),
    })
}

/// Whether a later step expects this event.
fn is_due(scenario: &Scenario, step: Option<&Step>, event: &str) -> bool {
    let mut passed = step.is_none();
    let mut due = false;
    walk(&scenario.steps, &mut |other| {
        if let Verb::Group(Group::Repeat(_)) = &other.verb {
            passed = true;
        }
        if let (true, Verb::Do(action)) = (passed, &other.verb) {
            due |= expected_event(action, event);
        }
        passed |= step.is_some_and(|step| step.at.is(&other.at));
    });
    due
}
