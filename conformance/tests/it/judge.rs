//! The judge on trial: every fault of a server gets the verdict it deserves.

use std::sync::Arc;

use sio_p2p_conformance::known::Baseline;
use sio_p2p_conformance::runner::options::Options;
use sio_p2p_conformance::runner::plan::Selection;
use sio_p2p_conformance::runner::run::{Run, Target};
use sio_p2p_conformance::runner::verdict::CheckResult;
use sio_p2p_conformance::scenario::{Scenario, Source, parse};
use sio_p2p_conformance::verdict::Verdict;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::proxy::{Fate, Fault, Way, faulty, refusing};

/// A scenario with actors a, b and w, short of patience.
pub(crate) fn scenario(id: &str, level: &str, steps: &str) -> Arc<Scenario> {
    let text = format!(
        r#"{{ "id": "{id}", "title": "t", "clauses": ["SRV-CORE-F5"], "level": "{level}",
        "dialects": ["v1", "v2"], "deadline_ms": 300,
        "actors": {{ "a": {{}}, "b": {{}}, "w": {{}} }}, "steps": [{steps}] }}"#
    );
    let source = Arc::new(Source {
        path: format!("message/{id}.json"),
        text,
    });
    let parsed = parse(&source, &|_| Err("no cases".into()));
    Arc::new(parsed.unwrap_or_else(|p| panic!("{}", p[0])).remove(0))
}

pub(crate) const MEET: &str = r#"{ "connect": ["a", "b", "w"] },"#;

pub(crate) const REQUEST: &str = r#"
    { "request": { "from": "a", "to": "b", "event": "sum", "args": [1, "x"], "as": "sum" } },
    { "receive": { "at": "b", "from": "a", "event": "sum", "args": [1, "x"], "as": "sum" } },
    { "answer": { "request": "sum", "args": [2] } },
    { "acked": { "request": "sum", "args": [2] } }"#;

const TWO: &str = r#"
    { "emit": { "from": "a", "to": "b", "event": "tick", "args": [0] } },
    { "emit": { "from": "a", "to": "b", "event": "tick", "args": [1] } },
    { "receive": { "at": "b", "from": "a", "event": "tick", "args": [0] } },
    { "receive": { "at": "b", "from": "a", "event": "tick", "args": [1] } }"#;

pub(crate) const LEAVE: &str = r#"
    { "add_target": { "from": "a", "to": "b", "as": "add" } },
    { "target_added": { "at": "b", "from": "a", "as": "add" } },
    { "answer": { "request": "add" } },
    { "acked": { "request": "add" } },
    { "disconnect": { "from": "a", "how": "clean" } },
    { "target_left": { "at": "b", "who": "a" } }"#;

pub(crate) async fn judge(url: &str, scenarios: &[Arc<Scenario>], jobs: usize) -> Vec<CheckResult> {
    let selection = Selection {
        dialects: vec![Dialect::V2],
        eio: vec![EioVersion::V4],
        transports: vec![sio_p2p_conformance::scenario::TransportName::default()],
        only_transports: true,
        patterns: Vec::new(),
        claims: Vec::new(),
        revision: sio_p2p_conformance::requirements::current(),
        claimed: None,
        client: None,
    };
    let run = Run {
        target: Target::Running {
            urls: vec![url.to_owned()],
        },
        name: "a faulty server".into(),
        checks: selection.checks(scenarios),
        selection: &selection,
        options: Options {
            jobs,
            patience: std::time::Duration::from_secs(1),
            ..Options::default()
        },
        baseline: &Baseline::default(),
    };
    run.run(&mut []).await.unwrap().0
}

/// The verdict on one scenario played against a server with this fault.
pub(crate) async fn verdict(steps: &str, fault: Fault) -> (Verdict, String) {
    let url = faulty(fault).await;
    let story = scenario("story", "must", &format!("{MEET}{steps}"));
    let result = judge(&url, &[story], 1).await.remove(0);
    (result.verdict, result.message)
}

/// A fault of frames from the server that contain a text.
fn on(part: &'static str, mut fate: impl FnMut(&str) -> Fate + Send + 'static) -> Fault {
    Box::new(move |_, way, text| match way {
        Way::In if text.contains(part) => fate(text),
        _ => Fate::Pass,
    })
}

macro_rules! fails {
    ($name:ident, $steps:expr, $fault:expr, $message:literal) => {
        #[tokio::test]
        async fn $name() {
            let (verdict, message) = verdict($steps, $fault).await;
            assert_eq!((verdict, message.as_str()), (Verdict::Fail, $message));
        }
    };
}

#[tokio::test]
async fn a_server_without_fault_passes() {
    for steps in [REQUEST, TWO, LEAVE] {
        let passed = verdict(steps, Box::new(|_, _, _| Fate::Pass)).await;
        assert_eq!(passed, (Verdict::Pass, String::new()));
    }
}

fails!(
    a_dropped_ack,
    REQUEST,
    on("[2]", |_| Fate::Drop),
    "sum was not answered"
);
fails!(
    a_changed_ack,
    REQUEST,
    on("[2]", |text| Fate::Become(vec![
        text.replace("[2]", "[2,null]")
    ])),
    "the ack of sum is another: argument 2: expected nothing, only 1 arguments, got null"
);
fails!(
    a_second_ack,
    REQUEST,
    on("[2]", |text| Fate::Become(vec![text.into(), text.into()])),
    "a received an ack of sum that no step expects"
);
fails!(
    an_ack_of_something_else,
    REQUEST,
    on("[2]", |text| Fate::Become(vec![
        text.into(),
        "4399[]".into()
    ])),
    "a received an ack of something that it never asked for"
);
fails!(
    a_dropped_event,
    TWO,
    on("tick", |_| Fate::Drop),
    "b did not receive event \"tick\""
);
fails!(
    a_changed_argument,
    TWO,
    on("[\"tick\",1]", |_| Fate::Become(vec![
        "42[\"tick\",\"1\"]".into()
    ])),
    "b received \"tick\" with other arguments: argument 1: expected 1, got \"1\""
);
fails!(
    an_added_argument,
    TWO,
    on("[\"tick\",1]", |_| Fate::Become(vec![
        "42[\"tick\",1,null]".into()
    ])),
    "b received \"tick\" with other arguments: argument 2: expected nothing, only 1 arguments, got null"
);
fails!(
    an_ack_asked_for_by_nobody,
    TWO,
    on("[\"tick\",1]", |_| Fate::Become(vec![
        "4250[\"tick\",1]".into()
    ])),
    "b received \"tick\" that asks for an ack, which it should not"
);
fails!(
    an_ack_not_asked_for,
    REQUEST,
    on("[\"sum\"", |text| Fate::Become(vec![format!(
        "42{}",
        &text[text.find('[').unwrap()..]
    )])),
    "b received \"sum\" that does not ask for an ack"
);
fails!(
    an_event_that_everybody_gets,
    TWO,
    on("[\"tick\",1]", |_| Fate::Leak),
    "a received event \"tick\" [1], which no step expects"
);
fails!(
    a_connection_closed_without_reason,
    TWO,
    on("[\"tick\",1]", |_| Fate::Close),
    "the server ended the connection of b"
);
fails!(
    a_missing_notice,
    LEAVE,
    on("TARGET_DISCONNECT", |_| Fate::Drop),
    "b did not receive event \"TARGET_DISCONNECT\""
);
fails!(
    a_repeated_notice,
    LEAVE,
    on("TARGET_DISCONNECT", |text| Fate::Become(vec![
        text.into(),
        text.into()
    ])),
    "b received event \"TARGET_DISCONNECT\" [\"${a}\"], which no step expects"
);

#[tokio::test]
async fn a_repetition_that_hides_behind_the_first_fence() {
    let mut late: Option<String> = None;
    let fault: Fault = Box::new(move |_, way, text| {
        if way == Way::In && text.contains("TARGET_DISCONNECT") {
            late = Some(text.to_owned());
        } else if way == Way::In && text.contains("\"fence-") {
            // The server was busy: what it owed comes after the first round trip.
            let mut texts = vec![text.to_owned()];
            texts.extend(late.take());
            return Fate::Become(texts);
        }
        Fate::Pass
    });
    let (verdict, message) = verdict(LEAVE, fault).await;
    assert_eq!(verdict, Verdict::Fail);
    assert!(message.contains("which no step expects"), "{message}");
}

#[tokio::test]
async fn a_changed_order() {
    let mut held: Option<String> = None;
    let fault = on("\"tick\"", move |text| match held.take() {
        None => {
            held = Some(text.to_owned());
            Fate::Drop
        }
        Some(first) => Fate::Become(vec![text.to_owned(), first]),
    });
    let (verdict, message) = verdict(TWO, fault).await;
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(
        message,
        "b received \"tick\" with other arguments: argument 1: expected 0, got 1"
    );
}

#[tokio::test]
async fn an_answer_that_nobody_gave() {
    let steps = r#"
        { "request": { "from": "a", "to": "b", "event": "sum", "as": "sum" } },
        { "receive": { "at": "b", "from": "a", "event": "sum", "as": "sum" } },
        { "unanswered": { "request": "sum" } }"#;
    let invent = on("\"fence-", |text| {
        Fate::Become(vec!["430[]".into(), text.into()])
    });
    let (verdict, message) = verdict(steps, invent).await;
    assert_eq!(
        (verdict, message.as_str()),
        (Verdict::Fail, "sum has got an ack")
    );
}

#[tokio::test]
async fn a_list_that_never_forgets() {
    let steps = r#"{ "disconnect": { "from": "w", "how": "abrupt" } },
        { "gone": { "at": "a", "who": "w" } }"#;
    let mut listed: Option<String> = None;
    let remember = on("[[\"", move |text| {
        let first = listed.get_or_insert_with(|| text[text.find('[').unwrap()..].to_owned());
        Fate::Become(vec![format!("{}{first}", &text[..text.find('[').unwrap()])])
    });
    let steps = format!(r#"{{ "list_clients": {{ "from": "a", "includes": ["w"] }} }}, {steps}"#);
    let (verdict, message) = verdict(&steps, remember).await;
    assert_eq!(
        (verdict, message.as_str()),
        (Verdict::Fail, "w is still listed after it has left")
    );
}

#[tokio::test]
async fn silence_that_is_broken() {
    let steps = format!(r#"{TWO}, {{ "silent": {{ "at": ["w"] }} }}, {{ "note": "not reached" }}"#);
    let leak = on("[\"tick\",0]", |_| Fate::Leak);
    let url = faulty(leak).await;
    let story = scenario("story", "must", &format!("{MEET}{steps}"));
    let result = judge(&url, &[story], 1).await.remove(0);
    assert_eq!(
        result.message,
        "w received event \"tick\" [0], which no step expects"
    );
    let at = result.finding.unwrap().at.unwrap();
    assert!(
        at.source
            .text
            .lines()
            .nth(at.line - 1)
            .unwrap()
            .contains("silent")
    );
    assert!(
        result
            .trace
            .iter()
            .any(|line| line.actor == "w" && line.frame.contains("tick"))
    );
}

#[tokio::test]
async fn the_level_decides_what_a_fault_means() {
    let url = faulty(on("tick", |_| Fate::Drop)).await;
    let story = format!("{MEET}{TWO}");
    let scenarios: Vec<_> = ["must", "should", "may"]
        .iter()
        .map(|level| scenario(level, level, &story))
        .collect();
    let verdicts: Vec<_> = judge(&url, &scenarios, 1)
        .await
        .iter()
        .map(|r| r.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Fail, Verdict::Warn, Verdict::NotApplicable]
    );
}

#[tokio::test]
async fn who_is_refused_alone_is_a_failure() {
    let url = refusing(|id| id.starts_with("w-")).await;
    let stories = [
        scenario("meet", "must", &format!("{MEET}{TWO}")),
        scenario("refusal", "must", r#"{ "refused": { "at": "w" } }"#),
        scenario("accepted", "must", r#"{ "refused": { "at": "a" } }"#),
    ];
    let results = judge(&url, &stories, 1).await;
    let said: Vec<_> = results
        .iter()
        .map(|r| (r.verdict, r.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Verdict::Fail, "w was not accepted"),
            (Verdict::Pass, ""),
            (Verdict::Fail, "a was accepted"),
        ]
    );
}
