//! `p2p-conformance list`.

use std::path::PathBuf;

use clap::Args;
use sio_p2p_protocol::{Clause, Role, clauses};

use super::failure::Outcome;
use super::input::library;
use super::output::print;
use crate::report::layout::Page;
use crate::scenario::{Library, Scenario};

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// List the clauses, each with the scenarios that check it
    #[arg(long)]
    pub clauses: bool,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
}

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
    let mut page = Page::default();
    let mut family = "";
    for scenario in &library.scenarios {
        if scenario.family != family {
            if !family.is_empty() {
                page.line("");
            }
            family = &scenario.family;
            page.line(family);
        }
        let (id, level, dialects) = (&scenario.id, level(scenario), dialects(scenario));
        let role = match scenario.server {
            Some(_) => "client; ",
            None => "",
        };
        page.line(format_args!("  {id}  [{role}{level}; {dialects}]"));
        page.wrap("    ", format_args!("    {}", scenario.title));
    }
    page.text()
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

/// The scenarios that check a clause.
pub(super) fn checking<'l>(library: &'l Library, clause: &Clause) -> Vec<&'l Scenario> {
    let id = clause.id.as_str();
    let checks = |scenario: &&Scenario| scenario.clauses.iter().any(|(clause, _)| clause == id);
    let scenarios = library.scenarios.iter().map(AsRef::as_ref);
    scenarios.filter(checks).collect()
}

fn clause_list(library: &Library) -> String {
    let mut page = Page::default();
    for clause in clauses() {
        let Clause {
            id, level, text, ..
        } = clause;
        page.wrap("    ", format_args!("{id} [{level}] {text}"));
        page.line(match (checking(library, clause).len(), clause.role) {
            (0, Role::Client) => "    about clients".to_owned(),
            (0, _) => "    no scenario".to_owned(),
            (1, _) => "    1 scenario".to_owned(),
            (count, _) => format!("    {count} scenarios and cases"),
        });
    }
    page.text()
}
