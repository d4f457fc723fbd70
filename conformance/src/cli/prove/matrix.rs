//! The matrix: which plays there are, how they came out, and what that proves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};

use super::stage::{Came, Stage};
use super::stem;
use super::wrong::Wrong;
use crate::player::play::check::Check;
use crate::scenario::Problem;

/// A check and what goes wrong while it is played; nothing for a play that has to pass.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) check: Arc<Check>,
    pub(super) wrong: Option<Wrong>,
}

/// What all plays came to.
#[derive(Debug)]
pub(super) struct Matrix {
    pub(super) plays: Vec<(Trial, Came)>,
    pub(super) took: Duration,
}

/// Every check with each fault that it names. With `control`, without any as well.
pub(super) fn named(
    checks: &[Arc<Check>],
    only: &[Wrong],
    control: bool,
) -> Result<Vec<Trial>, Vec<Problem>> {
    let wanted = |wrong: &Wrong| only.is_empty() || only.contains(wrong);
    let mut trials = Vec::new();
    let mut problems = Vec::new();
    for check in checks {
        let trial = |wrong| Trial {
            check: Arc::clone(check),
            wrong,
        };
        if control {
            trials.push(trial(None));
        }
        for (name, at) in &check.scenario.proof {
            match name.parse::<Wrong>() {
                Ok(wrong) if wanted(&wrong) => trials.push(trial(Some(wrong))),
                Ok(_) => {}
                Err(error) => problems.push(Problem {
                    at: at.clone(),
                    message: error.to_string(),
                }),
            }
        }
    }
    if problems.is_empty() {
        Ok(trials)
    } else {
        Err(problems)
    }
}

/// Every check with every fault, or with each of these.
pub(super) fn everything(checks: &[Arc<Check>], only: &[Wrong]) -> Vec<Trial> {
    let names = [Wrong::names(false), Wrong::names(true)].concat();
    let all = names.into_iter().filter_map(|name| name.parse().ok());
    let faults: Vec<Wrong> = if only.is_empty() {
        all.collect()
    } else {
        only.to_vec()
    };
    let with = |check: &Arc<Check>| {
        let check = Arc::clone(check);
        let about_client = check.scenario.server.is_some();
        let fitting = |wrong: &&Wrong| matches!(wrong, Wrong::Client(_)) == about_client;
        let mut wrongs: Vec<_> = faults.iter().filter(fitting).cloned().collect();
        if !check.scenario.settings.is_empty() {
            wrongs.push(Wrong::DefaultSettings);
        }
        wrongs.into_iter().map(move |wrong| Trial {
            check: Arc::clone(&check),
            wrong: Some(wrong),
        })
    };
    checks.iter().flat_map(with).collect()
}

/// Plays all trials. With `quick`, a scenario whose fault has been noticed once is not
/// tried with it again.
pub(super) async fn play(stage: Stage, trials: Vec<Trial>, jobs: usize, quick: bool) -> Matrix {
    let began = Instant::now();
    let mut lanes: BTreeMap<String, Vec<Trial>> = BTreeMap::new();
    for (index, trial) in trials.into_iter().enumerate() {
        let lane = match &trial.wrong {
            Some(wrong) if quick => format!("{} {wrong}", stem(&trial.check)),
            _ => format!("{index}"),
        };
        lanes.entry(lane).or_default().push(trial);
    }
    let play = |lane: Vec<Trial>| {
        let stage = stage.clone();
        tokio::spawn(async move {
            let mut plays = Vec::new();
            for trial in lane {
                let came = stage.play(&trial.check, trial.wrong.as_ref()).await;
                let noticed = is_red(&came);
                plays.push((trial, came));
                if quick && noticed {
                    break;
                }
            }
            plays
        })
    };
    let played = stream::iter(lanes.into_values()).map(play);
    let played: Vec<_> = played.buffer_unordered(jobs).collect().await;
    let mut plays: Vec<_> = played
        .into_iter()
        .flat_map(Result::unwrap_or_default)
        .collect();
    let key = |(trial, _): &(Trial, Came)| {
        (
            trial.check.scenario.family.clone(),
            trial.check.scenario.id.clone(),
            trial.check.dialect,
            trial.wrong.as_ref().map(ToString::to_string),
        )
    };
    plays.sort_by_cached_key(key);
    Matrix {
        plays,
        took: began.elapsed(),
    }
}

/// Plays that belong together.
type Plays<'m> = Vec<(&'m Trial, &'m Came)>;

/// What the matrix proves, and what it does not.
#[derive(Debug)]
pub(super) struct Verdict {
    /// Sentences about what is not proven.
    pub(super) problems: Vec<String>,
    /// How many scenarios have to be proven.
    pub(super) scenarios: usize,
    /// How many of them are.
    pub(super) proven: usize,
    /// The wanted faults, and those among them that some scenario catches.
    pub(super) wanted: usize,
    /// How many of these are caught.
    pub(super) caught: usize,
}

impl Verdict {
    pub(super) fn is_proven(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Matrix {
    /// The faults that some scenario has noticed.
    fn caught(&self) -> BTreeSet<&'static str> {
        let red = self.plays.iter().filter(|(_, came)| is_red(came));
        red.filter_map(|(trial, _)| Some(trial.wrong.as_ref()?.name()))
            .collect()
    }

    /// Judges. Each result has to be reddened by a fault of its scenario (with `quick`,
    /// one result of each scenario), each named fault has to redden something of the
    /// scenario, and each wanted fault has to be caught.
    pub(super) fn verdict(
        &self,
        checks: &[Arc<Check>],
        wanted: &BTreeSet<&'static str>,
        quick: bool,
    ) -> Verdict {
        let mut problems = Vec::new();
        let mut by_check: BTreeMap<String, Plays<'_>> = BTreeMap::new();
        let mut by_fault: BTreeMap<(&str, String), Plays<'_>> = BTreeMap::new();
        for (trial, came) in &self.plays {
            let scenario = stem(&trial.check);
            let shown = super::shown(trial);
            match (&trial.wrong, came) {
                (Some(wrong), came) => {
                    let name = if quick { scenario.to_owned() } else { shown };
                    by_check.entry(name).or_default().push((trial, came));
                    let named = (scenario, wrong.to_string());
                    by_fault.entry(named).or_default().push((trial, came));
                }
                (None, Came::Green) => {}
                (None, Came::Red(why) | Came::Nothing(why)) => {
                    problems.push(format!("{shown}: does not pass without any fault: {why}"));
                }
            }
        }
        let unnoticed = |plays: &Plays<'_>| !plays.iter().any(|(_, came)| is_red(came));
        let mut unproven = BTreeSet::new();
        for (name, plays) in by_check.iter().filter(|(_, plays)| unnoticed(plays)) {
            let faults = plays.iter().filter_map(|(trial, _)| trial.wrong.as_ref());
            let faults: BTreeSet<_> = faults.map(ToString::to_string).collect();
            let faults = Vec::from_iter(faults).join(", ");
            problems.push(format!("{name}: nothing turns it red ({faults})"));
            unproven.extend(plays.iter().map(|(trial, _)| stem(&trial.check)));
        }
        for ((scenario, fault), plays) in by_fault.iter().filter(|(_, plays)| unnoticed(plays)) {
            let why = plays.iter().find_map(|(_, came)| match came {
                Came::Nothing(why) => Some(format!(" ({why})")),
                _ => None,
            });
            let why = why.unwrap_or_default();
            problems.push(format!("{scenario}: does not notice {fault}{why}"));
        }
        let scenarios: BTreeSet<_> = checks.iter().map(|check| stem(check)).collect();
        let tried: BTreeSet<_> = by_fault.keys().map(|(scenario, _)| *scenario).collect();
        for scenario in scenarios.difference(&tried) {
            problems.push(format!("{scenario}: names no fault that proves it"));
            unproven.insert(scenario);
        }
        let caught = self.caught();
        for fault in wanted.difference(&caught) {
            problems.push(format!("no scenario catches {fault}"));
        }
        Verdict {
            problems,
            scenarios: scenarios.len(),
            proven: scenarios.len() - unproven.len(),
            wanted: wanted.len(),
            caught: wanted.intersection(&caught).count(),
        }
    }
}

/// Whether a play noticed something.
pub(super) fn is_red(came: &Came) -> bool {
    matches!(came, Came::Red(_))
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;
    use crate::testing::check;

    fn play(id: &str, fault: Option<&str>, came: Came) -> (Trial, Came) {
        let trial = Trial {
            check: Arc::new(check(id)),
            wrong: fault.map(|fault| fault.parse().unwrap()),
        };
        (trial, came)
    }

    fn matrix(plays: Vec<(Trial, Came)>) -> Matrix {
        Matrix {
            plays,
            took: Duration::from_millis(1_234),
        }
    }

    #[test]
    fn all_is_proven_when_each_fault_is_noticed() {
        let red = || Came::Red("b was not told".into());
        let matrix = matrix(vec![
            play("one", None, Came::Green),
            play("one", Some("drop-event:1"), red()),
            play("two", Some("drop-ack"), red()),
        ]);
        let checks = [Arc::new(check("one")), Arc::new(check("two"))];
        let wanted = ["drop-event", "drop-ack"].into();
        let verdict = matrix.verdict(&checks, &wanted, false);
        assert!(verdict.is_proven(), "{:?}", verdict.problems);
        insta::assert_snapshot!(table::render(&matrix, &verdict));
    }

    #[test]
    fn what_is_not_proven_is_told() {
        let matrix = matrix(vec![
            play("one", None, Came::Red("b was told twice".into())),
            play("one", Some("drop-event"), Came::Green),
            play("one", Some("drop-ack"), Came::Red("no ack".into())),
            play(
                "two",
                Some("crash"),
                Came::Nothing("no port is free".into()),
            ),
        ]);
        let checks = ["one", "two", "three"].map(|id| Arc::new(check(id)));
        let wanted = ["drop-event", "drop-ack"].into();
        let verdict = matrix.verdict(&checks, &wanted, false);
        assert!(!verdict.is_proven());
        let text = table::render(&matrix, &verdict);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }

    #[test]
    fn names_of_faults_that_do_not_exist_have_their_place() {
        let mut scenario = (*crate::testing::scenario("one")).clone();
        scenario.proof = vec![("drop-akk".to_owned(), scenario.at.clone())];
        let mut unknown = check("one");
        unknown.scenario = Arc::new(scenario);
        let problems = named(&[Arc::new(unknown)], &[], true).unwrap_err();
        assert_eq!(problems.len(), 1);
        let told = problems[0].to_string();
        assert!(
            told.starts_with("scenarios/message/one.json:2:9: there is no fault"),
            "{told}"
        );
    }
}
