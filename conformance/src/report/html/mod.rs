//! The HTML report: one page that needs nothing else, to be published or sent.
//!
//! What is broken comes first. Each part of the page is a file here; `page` is the frame
//! that the matrix of implementations and the view of a recording share.

mod clauses;
mod contents;
mod entry;
mod failures;
mod head;
mod others;
pub(in crate::report) mod page;
pub(in crate::report) mod scenarios;
pub(in crate::report) mod sequence;
pub(in crate::report) mod told;
pub(in crate::report) mod toolbar;
pub(in crate::report) mod words;

use maud::html;

use self::told::Told;
use super::model::Report;

/// The report as a page.
pub fn render(report: &Report) -> String {
    let told = Told::of(report);
    page::page(
        &format!("P2P conformance of {}", report.implementation.target),
        &html! {
            (head::head(&told))
            div.columns {
                (contents::contents(&told))
                main id="main" tabindex="-1" {
                    (toolbar::toolbar(&told))
                    (failures::failures(&told))
                    (clauses::clauses(&told))
                    (scenarios::scenarios(&told))
                    (others::others(&told))
                }
            }
        },
    )
}

#[cfg(test)]
mod tests;
