//! The `JUnit` report, which most build servers read.
//!
//! A family is a test suite and a check is a test case. A `should` that is broken is
//! no failure there, because build servers know no third colour; its sentence is in
//! the output of the case. What the baseline expects passes, with its reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::model::{Report, Result};
use crate::verdict::Verdict;

/// The report as an XML document.
///
/// # Errors
///
/// Fails only if the XML writer does.
pub fn render(report: &Report) -> std::io::Result<String> {
    let mut document = Document::new(format!(
        "P2P conformance of {}",
        report.implementation.target
    ));
    document.set_time(Duration::from_millis(report.duration_ms));
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for result in &report.results {
        let name = result.family.as_str();
        let suite = suites.entry(name).or_insert_with(|| TestSuite::new(name));
        suite.add_test_case(case(result));
    }
    document.add_test_suites(suites.into_values());
    let text = document.to_string().map_err(std::io::Error::other)?;
    Ok(writable(&text))
}

/// Text without what no XML document can hold, however it is written: a server may send
/// anything. It has a sign in its place, so that nothing is lost unseen.
fn writable(text: &str) -> String {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let sign = |c: char| {
        if fits(c) {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    };
    text.chars().map(sign).collect()
}

fn case(result: &Result) -> TestCase {
    let expected = result.expected_because.as_deref();
    let status = match result.verdict {
        Verdict::Fail if expected.is_none() => failed(NonSuccessKind::Failure, result),
        Verdict::Untestable if expected.is_none() => failed(NonSuccessKind::Error, result),
        Verdict::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(result.message.as_str());
            status
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(result.name(), status);
    case.set_classname(format!("{}/{}", result.family, scenario(&result.id)));
    case.set_time(Duration::from_millis(result.duration_ms));
    match (result.verdict, expected) {
        (Verdict::Pass, _) => {}
        (verdict, Some(why)) => {
            case.set_system_out(format!("{verdict} as expected: {why}"));
        }
        (Verdict::Warn, None) => {
            case.set_system_out(format!("warn: {}", result.message));
        }
        (_, None) => {}
    }
    case
}

/// The id of the scenario that a case belongs to.
fn scenario(id: &str) -> &str {
    id.split_once('/').map_or(id, |(scenario, _)| scenario)
}

fn failed(kind: NonSuccessKind, result: &Result) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(result.level.to_string());
    status.set_message(result.message.as_str());
    let mut text = format!("{}\n", result.title);
    if let Some(clause) = &result.broken {
        let _ = writeln!(text, "clause: {clause}");
    }
    if let Some(failure) = &result.failure {
        let lines = [
            ("at", &failure.at),
            ("expected", &failure.expected),
            ("seen", &failure.actual),
        ];
        for (name, value) in lines {
            if let Some(value) = value {
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        for note in &failure.notes {
            text.push_str(note);
            text.push('\n');
        }
    }
    for line in &result.trace {
        let _ = writeln!(
            text,
            "{:>9} us  {} {}  {}",
            line.at_us,
            line.actor,
            line.direction.arrow(),
            line.frame
        );
    }
    status.set_description(text);
    status
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::model::Implementation;
    use crate::runner::events::ServerStory;
    use crate::testing::failure;

    /// Everything that is not XML: control characters, U+FFFE, the end of a CDATA section.
    const ODD: &str = "a\u{0}\u{1}\u{8}\u{b}\u{1b}[31m ]]> </failure> &amp; \u{fffe}\u{ffff} \u{1f600} \u{7f}\u{2028} \" ' \r\n";

    #[test]
    fn a_report_is_xml_whatever_a_server_sends() {
        let mut broken = failure("odd");
        broken.message = ODD.to_owned();
        if let Some(finding) = &mut broken.finding {
            finding.actual = Some(ODD.to_owned());
            finding.notes.push(ODD.to_owned());
        }
        for line in &mut broken.trace {
            line.frame = ODD.to_owned();
        }
        let mut known = failure("known");
        known.expected_because = Some(ODD.to_owned());
        let report = Report::new(
            Implementation {
                target: ODD.to_owned(),
                claims: Vec::new(),
            },
            &[broken, known],
            &[],
            Duration::ZERO,
            &ServerStory::default(),
        );
        let xml = render(&report).unwrap();
        for c in xml.chars() {
            assert!(
                c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}' || matches!(c, '\t' | '\n' | '\r'),
                "{c:?}"
            );
        }
        // Only an end of a CDATA section may look like one.
        assert_eq!(xml.matches("]]>").count(), xml.matches("<![CDATA[").count());
        assert!(
            xml.contains('\u{1f600}') && xml.contains("&lt;/failure&gt;"),
            "{xml}"
        );
    }
}
