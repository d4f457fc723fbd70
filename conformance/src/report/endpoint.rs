//! What shields.io makes a badge of (<https://shields.io/badges/endpoint-badge>).

use serde_json::json;

use super::badge::{LABEL, Mood, mood, value};
use super::model::Report;

/// The badge as a document for the endpoint badge of shields.io.
pub fn render(report: &Report) -> String {
    let colour = match mood(report) {
        Mood::Good => "success",
        Mood::Fair => "important",
        Mood::Bad => "critical",
    };
    let document = json!({
        "schemaVersion": 1,
        "label": LABEL,
        "message": value(report),
        "color": colour,
    });
    format!("{document:#}\n")
}
