use std::time::Duration;

use anstream::AutoStream;

use super::*;
use crate::known::{Entry, Stale};
use crate::player::play::finding::{Finding, Outcome};
use crate::runner::events::ServerStory;
use crate::scenario::TransportName;
use crate::testing::{failure, result};

fn report(results: &[CheckResult], stale: &[Stale]) -> String {
    told(results, stale, &ServerStory::default())
}

fn told(results: &[CheckResult], stale: &[Stale], server: &ServerStory) -> String {
    let mut out = Vec::new();
    let plain = AutoStream::never(&mut out);
    let mut reporter = TerminalReporter::new(plain, ProgressBar::hidden());
    let total = results.len();
    let target = "http://127.0.0.1:1";
    reporter
        .event(&Event::Started {
            target,
            total,
            options: &Options {
                jobs: 2,
                ..Options::default()
            },
        })
        .unwrap();
    for result in results {
        reporter.event(&Event::CheckStarted(&result.check)).unwrap();
        reporter.event(&Event::CheckFinished(result)).unwrap();
    }
    let duration = Duration::from_millis(1_250);
    reporter
        .event(&Event::Finished {
            results,
            stale,
            duration,
            server,
        })
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_green_run_is_short() {
    let results = [
        result("one", Outcome::Passed),
        result(
            "two",
            Outcome::NotApplicable("capability x is not declared".into()),
        ),
    ];
    insta::assert_snapshot!(report(&results, &[]));
}

/// Nothing that nobody has judged is checked, and nothing sounds like praise.
#[test]
fn a_run_that_the_server_did_not_survive_says_so() {
    let gone = || Outcome::NotJudged("not judged: the server had ended before".into());
    let finding = Finding::new("the server no longer serves");
    let results = [
        result("one", Outcome::Passed),
        result("deadly", Outcome::Down(finding)),
        result("three", gone()),
        result("four", gone()),
    ];
    let story = ServerStory {
        ended: Some(crate::runner::life::Ended {
            of: vec![results[1].check.name()],
            after: None,
        }),
        slowed: Some(crate::player::peer::pace::Slowed {
            refusals: 7,
            statuses: [429, 503].into(),
            absences: 1,
            waited: Duration::from_millis(2_500),
        }),
        is_mute: false,
    };
    insta::assert_snapshot!(told(&results, &[], &story));
}

#[test]
fn a_run_in_which_nothing_passed_is_no_praise() {
    let lost = || Outcome::Untestable(Finding::new("a could not reach the server"));
    for results in [
        vec![result("one", lost()), result("two", lost())],
        vec![result("one", Outcome::NotApplicable("not declared".into()))],
        Vec::new(),
    ] {
        let report = report(&results, &[]);
        assert!(!report.contains("none broken"), "{report}");
        assert!(report.contains("Nothing was judged"), "{report}");
    }
}

#[test]
fn a_red_run_says_what_is_broken() {
    let mut known = result("known", Outcome::Broken(Finding::new("it does that")));
    known.expected_because =
        Some("It has always done that, and the reason is a long story.".into());
    let mut results = vec![failure("target-told"), known];
    for result in &mut results {
        result.trace.clear();
    }
    results.push(result(
        "unreachable",
        Outcome::Untestable(Finding::new("a could not reach the server")),
    ));
    let stale = Stale {
        entry: Entry {
            id: "mended".into(),
            dialect: sio_p2p_protocol::Dialect::V1,
            eio: 3,
            transport: TransportName::default(),
            verdict: Verdict::Fail,
            message_prefix: "b did not".into(),
            why: "w".into(),
        },
        instead: "it passes".into(),
    };
    insta::assert_snapshot!(report(&results, &[stale]));
}
