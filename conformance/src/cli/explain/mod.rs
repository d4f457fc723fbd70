//! `p2p-conformance explain`.

mod registers;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use sio_p2p_protocol::{Clause, Deviation};

use super::failure::{Failure, Outcome};
use super::input::library;
use super::list::{checking, dialects, level};
use super::output::print;
use crate::exit::Exit;
use crate::nearest::did_you_mean;
use crate::report::failure::sentence;
use crate::report::layout::Page;
use crate::scenario::{Library, Scenario};

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A scenario, a case (SCENARIO/CASE), a clause, an event (`ADD_TARGET`), a failure (`E4` or
    /// its code), a deviation (`DEV-14`) or a setting of the server (`policy.rooms`)
    pub id: String,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
}

/// Explains one id.
pub(super) fn explain(args: &ExplainArgs) -> Outcome {
    let library = library(args.scenarios.as_deref())?;
    if let Some(clause) = Clause::find(&args.id) {
        return print(&explain_clause(clause, &library));
    }
    let prefix = format!("{}/", args.id);
    let found: Vec<_> = library
        .scenarios
        .iter()
        .filter(|scenario| scenario.id == args.id || scenario.id.starts_with(&prefix))
        .collect();
    if let Some(first) = found.first() {
        return print(&explain_scenario(first, &found, &args.id));
    }
    let Some(text) = explained(&args.id) else {
        return Err(unknown(&args.id, &library));
    };
    print(&text)
}

/// What the registers say about this.
fn explained(id: &str) -> Option<String> {
    let events = registers::events(id);
    if !events.is_empty() {
        let pages: Vec<_> = events.into_iter().map(registers::explain_event).collect();
        return Some(pages.join("\n"));
    }
    registers::failure(id)
        .map(|failure| registers::explain_failure(&failure))
        .or_else(|| Deviation::find(id).map(registers::explain_deviation))
        .or_else(|| registers::setting(id).map(registers::explain_setting))
}

fn unknown(id: &str, library: &Library) -> Failure {
    let registers = registers::all();
    let scenarios = library
        .scenarios
        .iter()
        .map(|scenario| scenario.id.as_str());
    let meant = did_you_mean(id, scenarios.chain(registers.iter().map(String::as_str)));
    let why = format!(
        "{id:?} is no scenario, clause, event, failure, deviation or setting; `p2p-conformance \
         list` shows the scenarios, `list --clauses` the clauses{meant}"
    );
    Failure::new(Exit::NothingSelected, why)
}

/// A clause and the scenarios that check it.
fn explain_clause(clause: &Clause, library: &Library) -> String {
    let mut page = Page::default();
    let names: Vec<_> = clause.dialects.iter().map(ToString::to_string).collect();
    let names = names.join(" and ");
    let Clause {
        id, level, role, ..
    } = clause;
    page.line(format_args!("{id} ({level}, {names}, {role})\n"));
    page.wrap("  ", format_args!("  {}", clause.text));
    page.line(format_args!("  Source: {}", clause.source));
    let checking = checking(library, clause);
    page.line(if checking.is_empty() {
        "\nNo scenario checks it."
    } else {
        "\nChecked by"
    });
    for scenario in checking {
        page.wrap(
            "      ",
            format_args!("  {}: {}", scenario.id, scenario.title),
        );
    }
    page.text()
}

/// A scenario, its cases, and its file.
fn explain_scenario(first: &Scenario, found: &[&Arc<Scenario>], id: &str) -> String {
    let mut page = Page::default();
    let is_whole = first.id == id;
    if is_whole {
        let (level, dialects) = (level(first), dialects(first));
        page.line(format_args!("{id} ({level}; {dialects})\n"));
        page.wrap("  ", format_args!("  {}", first.title));
    } else {
        page.line(format_args!("{id}\n"));
        page.wrap("  ", format_args!("  {}", first.group));
    }
    if let Some(why) = &first.why {
        page.line("");
        page.wrap("  ", format_args!("  {why}"));
    }
    page.line("");
    for (clause, _) in &first.clauses {
        page.wrap("    ", format_args!("  {clause}: {}", sentence(clause)));
    }
    if !first.requires.is_empty() {
        let names: Vec<_> = first.requires.iter().map(ToString::to_string).collect();
        let names = names.join(" and ");
        page.line(match first.server {
            Some(_) => format!("\n  Only for clients whose driver names {names}."),
            None => format!("\n  Only for servers that declare {names}."),
        });
    }
    if !is_whole {
        page.line(format_args!("\n{} cases", found.len()));
        for case in found {
            let (id, title) = (&case.id, &case.title);
            page.wrap(
                "      ",
                format_args!("  {id} ({}): {title}", dialects(case)),
            );
        }
    }
    let source = &first.at.source;
    // A case of a file about clients is short, and to port one takes the steps.
    if first.server.is_some() || (is_whole && !id.contains('/')) {
        page.line(format_args!(
            "\n{}\n\n{}",
            source.path,
            source.text.trim_end()
        ));
    } else {
        page.line(format_args!("\n{}", first.at));
    }
    page.text()
}
