//! `p2p-conformance explain`.

use std::fmt::Write as _;

use sio_p2p_protocol::Clause;

use super::args::ExplainArgs;
use super::failure::{Failure, Outcome};
use super::input::library;
use super::list::{dialects, level};
use super::output::print;
use crate::exit::Exit;
use crate::report::failure::clause_text;
use crate::report::layout::wrap;
use crate::scenario::{Library, Scenario};

/// Columns of the text.
const WIDTH: usize = 80;

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
    let Some(first) = found.first() else {
        let why = format!(
            "{:?} is neither a scenario nor a clause; `p2p-conformance list` shows the \
             scenarios, `list --clauses` the clauses",
            args.id
        );
        return Err(Failure::new(Exit::NothingSelected, why));
    };
    print(&explain_scenario(first, &found, &args.id))
}

/// A clause and the scenarios that check it.
pub(super) fn explain_clause(clause: &Clause, library: &Library) -> String {
    let mut text = String::new();
    let names: Vec<_> = clause.dialects.iter().map(ToString::to_string).collect();
    let _ = writeln!(
        text,
        "{} ({}, {}, {})\n",
        clause.id,
        clause.level,
        names.join(" and "),
        clause.role
    );
    let _ = writeln!(text, "{}", wrap(&format!("  {}", clause.text), WIDTH, "  "));
    let _ = writeln!(text, "  Source: {}", clause.source);
    let checking = library.scenarios.iter().filter(|scenario| {
        scenario
            .clauses
            .iter()
            .any(|(id, _)| id == clause.id.as_str())
    });
    let lines: Vec<_> = checking
        .map(|scenario| {
            wrap(
                &format!("  {}: {}", scenario.id, scenario.title),
                WIDTH,
                "      ",
            )
        })
        .collect();
    if lines.is_empty() {
        text.push_str("\nNo scenario checks it.\n");
    } else {
        let _ = writeln!(text, "\nChecked by\n{}", lines.join("\n"));
    }
    text
}

/// A scenario, its cases, and its file.
pub(super) fn explain_scenario(
    first: &Scenario,
    found: &[&std::sync::Arc<Scenario>],
    id: &str,
) -> String {
    let mut text = String::new();
    if first.id == id {
        let _ = writeln!(text, "{id} ({}; {})\n", level(first), dialects(first));
    } else {
        let _ = writeln!(text, "{id}\n");
    }
    let title = if first.id == id {
        &first.title
    } else {
        &first.group
    };
    let _ = writeln!(text, "{}", wrap(&format!("  {title}"), WIDTH, "  "));
    if let Some(why) = &first.why {
        let _ = writeln!(text, "\n{}", wrap(&format!("  {why}"), WIDTH, "  "));
    }
    text.push('\n');
    for (clause, _) in &first.clauses {
        let sentence = clause_text(clause).unwrap_or("(not in the register)");
        let _ = writeln!(
            text,
            "{}",
            wrap(&format!("  {clause}: {sentence}"), WIDTH, "    ")
        );
    }
    if !first.requires.is_empty() {
        let names: Vec<_> = first.requires.iter().map(ToString::to_string).collect();
        let (who, say) = match first.server {
            Some(_) => ("clients", "whose driver names"),
            None => ("servers", "that declare"),
        };
        let names = names.join(" and ");
        let _ = writeln!(text, "\n  Only for {who} {say} {names}.");
    }
    if first.id != id {
        let _ = writeln!(text, "\n{} cases", found.len());
        for case in found {
            let _ = writeln!(
                text,
                "{}",
                wrap(
                    &format!("  {} ({}): {}", case.id, dialects(case), case.title),
                    WIDTH,
                    "      "
                )
            );
        }
    }
    let source = &first.at.source;
    // Of the cases of a file about clients each is short, and who ports one needs the steps.
    if first.server.is_some() || (first.id == id && !id.contains('/')) {
        let _ = writeln!(text, "\n{}\n\n{}", source.path, source.text.trim_end());
    } else {
        let _ = writeln!(text, "\n{}", first.at);
    }
    text
}
