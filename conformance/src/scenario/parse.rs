//! From the text of a file to scenarios: places kept, cases expanded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use super::model::{
    ActorDocument, Capability, CaseDocument, CaseFileDocument, Level, ScenarioDocument, ServerRole,
    Settings,
};
use super::source::{Location, Source, message_of};
use super::spanned::Spanned;
use super::step::{Action, Group, Step, Verb};
use crate::requirements;

/// How deep groups may nest; deeper is a mistake, and recursion needs an end.
const MAX_GROUP_DEPTH: usize = 16;

/// The deadline of a waiting step that says nothing else.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(2);

/// One scenario, or one case of one: exactly what becomes a result per dialect and
/// Engine.IO generation.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// `<scenario>` or `<scenario>/<case>`.
    pub id: String,
    /// The name of the scenario's file without its ending.
    pub stem: String,
    /// The folder the file is in.
    pub family: String,
    /// What holds when it passes.
    pub title: String,
    /// What holds when all cases of its scenario pass; the same for one without cases.
    pub group: String,
    /// Why anybody cares.
    pub why: Option<String>,
    /// Clause ids with their places.
    pub clauses: Vec<(String, Location)>,
    /// What breaking it means.
    pub level: Level,
    /// Dialects it is run in.
    pub dialects: Vec<Dialect>,
    /// Engine.IO generations it is limited to; empty for all.
    pub eio: Vec<u8>,
    /// The server that its client connects to, if it judges a client.
    pub server: Option<ServerRole>,
    /// Capabilities it needs.
    pub requires: Vec<Capability>,
    /// Settings that it is judged under; none for those of whatever server there is.
    pub settings: Settings,
    /// Where the last of them are stated, or where the scenario begins.
    pub settings_at: Location,
    /// The first revision that has it: its own, or that of its youngest clause.
    pub since: u32,
    /// Names of the faults that turn it red, with their places.
    pub proof: Vec<(String, Location)>,
    /// Who takes part.
    pub actors: BTreeMap<String, (ActorDocument, Location)>,
    /// Deadline of each waiting step.
    pub deadline: Duration,
    /// What happens.
    pub steps: Vec<Step>,
    /// Where it begins: the scenario's or the case's id.
    pub at: Location,
}

/// Something wrong with a file, with its place.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where.
    pub at: Location,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for Problem {
    /// `file:line:col: sentence`, then the line with a caret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}\n{}", self.at, self.message, self.at.excerpt())
    }
}

impl std::error::Error for Problem {}

/// Reads one scenario file. `open` finds the case file that the scenario names, by the
/// path it gives; the family is the name of the file's folder.
pub fn parse(
    source: &Arc<Source>,
    open: &dyn Fn(&str) -> Result<Arc<Source>, String>,
) -> Result<Vec<Scenario>, Vec<Problem>> {
    let document: ScenarioDocument<'_> =
        serde_json::from_str(&source.text).map_err(|error| vec![problem_of(source, 0, &error)])?;
    let mut problems = Vec::new();
    let mut reader = Reader {
        source,
        problems: &mut problems,
    };
    let base = reader.scenario(&document);
    let mut scenarios = Vec::new();
    if let Some(raw) = document.cases {
        let (case_source, cases) = match case_table(source, raw, open) {
            Ok(table) => table,
            Err(problem) => return Err(vec![problem]),
        };
        let text = Arc::clone(&case_source);
        let mut reader = Reader {
            source: &case_source,
            problems: &mut problems,
        };
        scenarios = reader.cases(&base, &text, &cases);
    } else {
        if let Some(step) = find_case(&base.steps) {
            problems.push(Problem {
                at: step.at.clone(),
                message: "a place for cases, but the scenario has no `cases`".into(),
            });
        }
        scenarios.push(base);
    }
    if problems.is_empty() {
        Ok(scenarios)
    } else {
        Err(problems)
    }
}

/// A file with cases, and where in it each of them begins and ends.
type CaseTable = (Arc<Source>, Vec<(usize, usize)>);

/// Finds the cases of a scenario, in the file itself or in the one that it names.
fn case_table(
    source: &Arc<Source>,
    raw: &RawValue,
    open: &dyn Fn(&str) -> Result<Arc<Source>, String>,
) -> Result<CaseTable, Problem> {
    let span = |source: &Source, raw: &RawValue| {
        let start = source.offset_of(raw);
        (start, start + raw.get().len())
    };
    if raw.get().starts_with('"') {
        let at = source.locate_raw(raw);
        let path: String = serde_json::from_str(raw.get()).map_err(|error| Problem {
            at: at.clone(),
            message: message_of(&error),
        })?;
        let file = open(&path).map_err(|message| Problem {
            at,
            message: format!("case file {path:?}: {message}"),
        })?;
        let document: CaseFileDocument<'_> =
            serde_json::from_str(&file.text).map_err(|error| problem_of(&file, 0, &error))?;
        let spans = document
            .cases
            .iter()
            .map(|case| span(&file, case))
            .collect();
        return Ok((Arc::clone(&file), spans));
    }
    let base = source.offset_of(raw);
    let cases: Vec<&RawValue> =
        serde_json::from_str(raw.get()).map_err(|error| problem_of(source, base, &error))?;
    let spans = cases.iter().map(|case| span(source, case)).collect();
    Ok((Arc::clone(source), spans))
}

fn problem_of(source: &Arc<Source>, base: usize, error: &serde_json::Error) -> Problem {
    Problem {
        at: source.locate_error(base, error),
        message: message_of(error),
    }
}

/// Collects every problem of a file instead of stopping at the first.
struct Reader<'r> {
    source: &'r Arc<Source>,
    problems: &'r mut Vec<Problem>,
}

impl Reader<'_> {
    fn scenario(&mut self, document: &ScenarioDocument<'_>) -> Scenario {
        Scenario {
            id: (*document.id).clone(),
            stem: stem_of(&self.source.path),
            family: family_of(&self.source.path),
            title: document.title.clone(),
            group: document.title.clone(),
            why: document.why.clone(),
            clauses: self.located(&document.clauses),
            level: document.level,
            dialects: document.dialects.clone(),
            eio: document.eio.clone(),
            server: document.server,
            requires: document.requires.clone(),
            settings: document.settings.as_deref().cloned().unwrap_or_default(),
            settings_at: match &document.settings {
                Some(settings) => self.source.locate_raw(settings.raw()),
                None => self.source.locate_raw(document.id.raw()),
            },
            since: since(document.since, &document.clauses),
            proof: self.located(&document.proof),
            actors: self.actors(&document.actors),
            deadline: document
                .deadline_ms
                .map_or(DEFAULT_DEADLINE, Duration::from_millis),
            steps: self.steps(&document.steps, 0),
            at: self.source.locate_raw(document.id.raw()),
        }
    }

    fn cases(&mut self, base: &Scenario, text: &Source, spans: &[(usize, usize)]) -> Vec<Scenario> {
        let mut cases = Vec::new();
        if find_case(&base.steps).is_none() {
            self.problems.push(Problem {
                at: base.at.clone(),
                message: "the scenario has `cases`, but no step {\"case\": {}} where they go"
                    .into(),
            });
        }
        for (start, end) in spans {
            let slice = text.text.get(*start..*end).unwrap_or_default();
            let document: CaseDocument<'_> = match serde_json::from_str(slice) {
                Ok(document) => document,
                Err(error) => {
                    self.problems.push(problem_of(self.source, *start, &error));
                    continue;
                }
            };
            let mut case = base.clone();
            case.id = format!("{}/{}", base.id, *document.id);
            case.title = document.title.clone().unwrap_or(case.title);
            case.why = document.why.clone().or(case.why);
            case.clauses.extend(self.located(&document.clauses));
            case.since = since(Some(case.since), &document.clauses);
            case.level = document.level.unwrap_or(case.level);
            if !document.dialects.is_empty() {
                case.dialects.clone_from(&document.dialects);
            }
            if !document.eio.is_empty() {
                case.eio.clone_from(&document.eio);
            }
            if let Some(settings) = &document.settings {
                case.settings.extend((**settings).clone());
                case.settings_at = self.source.locate_raw(settings.raw());
            }
            if !document.proof.is_empty() {
                case.proof = self.located(&document.proof);
            }
            case.actors.extend(self.actors(&document.actors));
            let steps = self.steps(&document.steps, 0);
            case.steps = base
                .steps
                .iter()
                .flat_map(|step| fill_case(step, &steps))
                .collect();
            case.at = self.source.locate_raw(document.id.raw());
            cases.push(case);
        }
        cases
    }

    /// Words with their places.
    fn located(&self, words: &[Spanned<'_, String>]) -> Vec<(String, Location)> {
        words
            .iter()
            .map(|word| ((**word).clone(), self.source.locate_raw(word.raw())))
            .collect()
    }

    fn actors(
        &mut self,
        actors: &BTreeMap<String, &RawValue>,
    ) -> BTreeMap<String, (ActorDocument, Location)> {
        let mut parsed = BTreeMap::new();
        for (name, raw) in actors {
            let at = self.source.locate_raw(raw);
            if let Some(actor) = self.read::<ActorDocument>(raw) {
                parsed.insert(name.clone(), (actor, at));
            }
        }
        parsed
    }

    fn steps(&mut self, raws: &[&RawValue], depth: usize) -> Vec<Step> {
        raws.iter()
            .filter_map(|raw| self.step(raw, depth))
            .collect()
    }

    fn step(&mut self, raw: &RawValue, depth: usize) -> Option<Step> {
        let at = self.source.locate_raw(raw);
        let keys: Vec<String> = crate::json::members(raw.get())
            .map(|members| members.into_iter().map(|(key, _)| key).collect())
            .unwrap_or_default();
        let [verb] = keys.as_slice() else {
            let message = "a step is an object with exactly one key, its verb".to_owned();
            self.problems.push(Problem { at, message });
            return None;
        };
        if crate::client::VERBS.contains(&verb.as_str()) {
            return self.read(raw).map(|verb| Step {
                at,
                verb: Verb::Do(Action::Client(verb)),
            });
        }
        if !matches!(
            verb.as_str(),
            "all" | "any_of" | "repeat" | "when" | "within" | "case"
        ) {
            return self.read::<Action>(raw).map(|action| Step {
                at,
                verb: Verb::Do(action),
            });
        }
        if depth >= MAX_GROUP_DEPTH {
            let message = format!("groups nest deeper than {MAX_GROUP_DEPTH}");
            self.problems.push(Problem { at, message });
            return None;
        }
        let verb = match self.read::<Group<'_>>(raw)? {
            Group::All(steps) => Verb::All(self.steps(&steps, depth + 1)),
            Group::AnyOf(alternatives) => Verb::AnyOf(
                alternatives
                    .iter()
                    .map(|steps| self.steps(steps, depth + 1))
                    .collect(),
            ),
            Group::Repeat(repeat) => Verb::Repeat {
                times: repeat.times,
                steps: self.steps(&repeat.steps, depth + 1),
            },
            Group::When(when) => Verb::When {
                dialects: when.dialects,
                eio: when.eio,
                steps: self.steps(&when.steps, depth + 1),
            },
            Group::Within(within) => Verb::Within {
                ms: within.ms,
                steps: self.steps(&within.steps, depth + 1),
            },
            Group::Case(_) => Verb::Case,
        };
        Some(Step { at, verb })
    }

    /// Parses a slice of the file; an error is recorded at its own place.
    fn read<'a, T: Deserialize<'a>>(&mut self, raw: &'a RawValue) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                let base = self.source.offset_of(raw);
                self.problems.push(problem_of(self.source, base, &error));
                None
            }
        }
    }
}

/// The first revision that has all of this.
fn since(own: Option<u32>, clauses: &[Spanned<'_, String>]) -> u32 {
    let clauses = clauses.iter().map(|id| requirements::since(id));
    clauses.chain(own).max().unwrap_or(1)
}

/// The name of the folder that a file is in.
fn family_of(path: &str) -> String {
    let mut parts = path.rsplit(['/', '\\']);
    parts.nth(1).unwrap_or_default().to_owned()
}

/// The name of a file without its folder and ending.
fn stem_of(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".json").unwrap_or(name).to_owned()
}

fn find_case(steps: &[Step]) -> Option<&Step> {
    steps.iter().find_map(|step| match &step.verb {
        Verb::Case => Some(step),
        Verb::All(steps)
        | Verb::Repeat { steps, .. }
        | Verb::When { steps, .. }
        | Verb::Within { steps, .. } => find_case(steps),
        Verb::AnyOf(alternatives) => alternatives.iter().find_map(|steps| find_case(steps)),
        Verb::Do(_) => None,
    })
}

/// A step of the scenario with the place for cases filled.
fn fill_case(step: &Step, case: &[Step]) -> Vec<Step> {
    let fill = |steps: &[Step]| {
        steps
            .iter()
            .flat_map(|step| fill_case(step, case))
            .collect()
    };
    let verb = match &step.verb {
        Verb::Case => return case.to_vec(),
        Verb::Do(_) => return vec![step.clone()],
        Verb::All(steps) => Verb::All(fill(steps)),
        Verb::AnyOf(alternatives) => {
            Verb::AnyOf(alternatives.iter().map(|steps| fill(steps)).collect())
        }
        Verb::Repeat { times, steps } => Verb::Repeat {
            times: *times,
            steps: fill(steps),
        },
        Verb::When {
            dialects,
            eio,
            steps,
        } => Verb::When {
            dialects: dialects.clone(),
            eio: eio.clone(),
            steps: fill(steps),
        },
        Verb::Within { ms, steps } => Verb::Within {
            ms: *ms,
            steps: fill(steps),
        },
    };
    vec![Step {
        at: step.at.clone(),
        verb,
    }]
}
