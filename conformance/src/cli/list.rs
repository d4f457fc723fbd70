//! `p2p-conformance list`.

use std::fmt::Write as _;

use sio_p2p_protocol::{Role, clauses};

use super::args::ListArgs;
use super::failure::Outcome;
use super::input::library;
use super::output::print;
use crate::report::layout::wrap;
use crate::scenario::{Library, Scenario};

/// Lists scenarios or clauses.
pub(super) fn list(args: &ListArgs) -> Outcome {
    let library = library(args.scenarios.as_deref())?;
    print(&if args.clauses {
        clause_list(&library)
    } else {
        scenario_list(&library)
    })
}

fn scenario_list(library: &Library) -> String {
    let mut text = String::new();
    let mut family = "";
    for scenario in &library.scenarios {
        if scenario.family != family {
            let _ = writeln!(
                text,
                "{}{}",
                if family.is_empty() { "" } else { "\n" },
                scenario.family
            );
            family = &scenario.family;
        }
        let role = if scenario.server.is_some() {
            "client; "
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  {}  [{role}{}; {}]",
            scenario.id,
            level(scenario),
            dialects(scenario)
        );
        let _ = writeln!(
            text,
            "{}",
            wrap(&format!("    {}", scenario.title), 80, "    ")
        );
    }
    text
}

/// The level in lower case.
pub(super) fn level(scenario: &Scenario) -> String {
    format!("{:?}", scenario.level).to_lowercase()
}

/// The dialects, and the generations if they are limited.
pub(super) fn dialects(scenario: &Scenario) -> String {
    let mut names: Vec<_> = scenario.dialects.iter().map(ToString::to_string).collect();
    names.extend(scenario.eio.iter().map(|eio| format!("Engine.IO {eio}")));
    names.join(", ")
}

fn clause_list(library: &Library) -> String {
    let mut text = String::new();
    for clause in clauses() {
        let scenarios: Vec<_> = library
            .scenarios
            .iter()
            .filter(|scenario| {
                scenario
                    .clauses
                    .iter()
                    .any(|(id, _)| id == clause.id.as_str())
            })
            .collect();
        let line = format!("{} [{}] {}", clause.id, clause.level, clause.text);
        let _ = writeln!(text, "{}", wrap(&line, 80, "    "));
        let by = match (scenarios.len(), clause.role) {
            (0, Role::Client) => "    about clients".to_owned(),
            (0, _) => "    no scenario".to_owned(),
            (1, _) => "    1 scenario".to_owned(),
            (count, _) => format!("    {count} scenarios and cases"),
        };
        let _ = writeln!(text, "{by}");
    }
    text
}
