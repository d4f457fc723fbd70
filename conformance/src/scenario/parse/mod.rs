//! From the text of a file to scenarios: places kept, cases expanded.

mod cases;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use self::cases::{case_table, find_case};
use super::clause::{Beside, CLAUSE};
use super::group::Group;
use super::model::{ActorDocument, Capability, Level, ScenarioDocument, ServerRole, Settings};
use super::names::variants_of;
pub(super) use super::source::Problem;
use super::source::{Location, Source};
use super::spanned::Spanned;
use super::step::{Action, ClientVerb, Step, Verb};
use crate::requirements;
use crate::scenario::danger::Danger;

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
    /// How likely a server is to end of it.
    pub danger: Danger,
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

/// Reads one scenario file. `open` finds the case file that the scenario names, by the
/// path it gives; the family is the name of the file's folder.
pub fn parse(
    source: &Arc<Source>,
    open: &dyn Fn(&str) -> Result<Arc<Source>, String>,
) -> Result<Vec<Scenario>, Vec<Problem>> {
    let document: ScenarioDocument<'_> =
        serde_json::from_str(&source.text).map_err(|error| vec![source.json_problem(0, &error)])?;
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
            problems.push(Problem::new(
                &step.at,
                "a place for cases, but the scenario has no `cases`",
            ));
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
            danger: Danger::known(&document.id)
                .or(document.danger)
                .unwrap_or_else(|| Danger::of_stem(&stem_of(&self.source.path))),
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
        let (verb, has_clause) = match keys.as_slice() {
            [verb] => (verb, false),
            [verb, clause] | [clause, verb] if clause == CLAUSE => (verb, true),
            _ => {
                let message = "a step is an object with exactly one key, its verb, and perhaps \
                               `clause`";
                self.problems.push(Problem::new(&at, message));
                return None;
            }
        };
        let clause = if has_clause {
            Some(self.clause(raw)?)
        } else {
            None
        };
        let is_one_of = |names: &[&str]| names.contains(&verb.as_str());
        if is_one_of(variants_of::<ClientVerb>()) {
            let verb = Verb::Do(Action::Client(self.verb(raw, has_clause)?));
            return Some(Step { at, verb, clause });
        }
        if !is_one_of(variants_of::<Group<&RawValue>>()) {
            let verb = Verb::Do(self.verb(raw, has_clause)?);
            return Some(Step { at, verb, clause });
        }
        if depth >= MAX_GROUP_DEPTH {
            let message = format!("groups nest deeper than {MAX_GROUP_DEPTH}");
            self.problems.push(Problem { at, message });
            return None;
        }
        let group = self.verb::<Group<&RawValue>>(raw, has_clause)?;
        let group = group.with(|steps| {
            let mut steps = self.steps(steps, depth + 1);
            // What a group checks, each of its steps does.
            for step in &mut steps {
                step.clause = step.clause.take().or_else(|| clause.clone());
            }
            steps
        });
        let verb = Verb::Group(group);
        Some(Step { at, verb, clause })
    }

    /// The clause that a step names, and where.
    fn clause(&mut self, raw: &RawValue) -> Option<(String, Location)> {
        let members = crate::json::members(raw.get()).unwrap_or_default();
        let (_, value) = members.into_iter().find(|(key, _)| key == CLAUSE)?;
        let at = self.source.locate_raw(value);
        Some((self.read(value)?, at))
    }

    /// The verb of a step, which may stand beside a clause.
    fn verb<'a, T: Deserialize<'a>>(&mut self, raw: &'a RawValue, has_clause: bool) -> Option<T> {
        if has_clause {
            self.read::<Beside<T>>(raw).map(|Beside(verb)| verb)
        } else {
            self.read(raw)
        }
    }

    /// Parses a slice of the file; an error is recorded at its own place.
    fn read<'a, T: Deserialize<'a>>(&mut self, raw: &'a RawValue) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                let base = self.source.offset_of(raw);
                self.problems.push(self.source.json_problem(base, &error));
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
