//! Scenarios with a table of cases: each case is a scenario.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{CaseTable, Problem, Reader, Scenario, since};
use crate::scenario::danger::Danger;
use crate::scenario::group::Group;
use crate::scenario::model::{CaseDocument, CaseFileDocument};
use crate::scenario::source::{Source, message_of};
use crate::scenario::step::{Step, Verb, walk};

/// Finds the cases of a scenario, in the file itself or in the one that it names.
pub(super) fn case_table(
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
        let path: String = serde_json::from_str(raw.get())
            .map_err(|error| Problem::new(&at, message_of(&error)))?;
        let file = open(&path)
            .map_err(|message| Problem::new(&at, format!("case file {path:?}: {message}")))?;
        let document: CaseFileDocument<'_> =
            serde_json::from_str(&file.text).map_err(|error| file.json_problem(0, &error))?;
        let spans = document
            .cases
            .iter()
            .map(|case| span(&file, case))
            .collect();
        return Ok((Arc::clone(&file), spans));
    }
    let base = source.offset_of(raw);
    let cases: Vec<&RawValue> =
        serde_json::from_str(raw.get()).map_err(|error| source.json_problem(base, &error))?;
    let spans = cases.iter().map(|case| span(source, case)).collect();
    Ok((Arc::clone(source), spans))
}

impl Reader<'_> {
    pub(super) fn cases(
        &mut self,
        base: &Scenario,
        text: &Source,
        spans: &[(usize, usize)],
    ) -> Vec<Scenario> {
        let mut cases = Vec::new();
        if find_case(&base.steps).is_none() {
            self.problems.push(Problem::new(
                &base.at,
                "the scenario has `cases`, but no step {\"case\": {}} where they go",
            ));
        }
        for (start, end) in spans {
            let slice = text.text.get(*start..*end).unwrap_or_default();
            let document: CaseDocument<'_> = match serde_json::from_str(slice) {
                Ok(document) => document,
                Err(error) => {
                    self.problems.push(self.source.json_problem(*start, &error));
                    continue;
                }
            };
            let mut case = base.clone();
            case.id = format!("{}/{}", base.id, *document.id);
            case.danger = Danger::known(&case.id).unwrap_or(base.danger);
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
}

pub(super) fn find_case(steps: &[Step]) -> Option<&Step> {
    let mut found = None;
    walk(steps, &mut |step| {
        if let Verb::Group(Group::Case(_)) = step.verb {
            found.get_or_insert(step);
        }
    });
    found
}

/// A step of the scenario with the place for cases filled.
fn fill_case(step: &Step, case: &[Step]) -> Vec<Step> {
    let verb = match &step.verb {
        Verb::Group(Group::Case(_)) => return case.to_vec(),
        Verb::Do(_) => return vec![step.clone()],
        Verb::Group(group) => Verb::Group(group.with(|steps| {
            let steps = steps.iter();
            steps.flat_map(|step| fill_case(step, case)).collect()
        })),
    };
    vec![Step {
        at: step.at.clone(),
        verb,
        clause: step.clause.clone(),
    }]
}
