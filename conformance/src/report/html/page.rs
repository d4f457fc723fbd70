//! The frame of a page: its style and script are part of it, and it asks for nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours and spaces. They follow the reader's choice of dark or light, of less motion, and
/// of paper.
const STYLE: &str = include_str!("page.css");

/// Search, filters, and links that open what they lead to. A page is whole without it.
const SCRIPT: &str = include_str!("page.js");

/// What a browser may load for the page: nothing but what stands in it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A page with this title and body.
pub(in crate::report) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Without one, browsers ask the server of the page for it.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the results" }
                (body)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    format!("{}\n", page.into_string())
}
