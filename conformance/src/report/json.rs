//! The JSON report: everything a run found, for programs. Its schema is generated.

use super::model::Report;

/// The report as an indented JSON document.
///
/// # Errors
///
/// None that a report can cause; the signature is that of the serializer.
pub fn render(report: &Report) -> std::io::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
