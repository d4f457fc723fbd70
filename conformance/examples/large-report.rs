//! Writes the JSON report of a made-up run: 1,500 checks, 200 of which fail, with their
//! packets. The tests of the pages look at what is made of it.

use std::process::ExitCode;

use sio_p2p_conformance::player::play::trace::{TraceLine, Way};
use sio_p2p_conformance::report::json;
use sio_p2p_conformance::report::made::Made;
use sio_p2p_conformance::report::model::{
    FORMAT, Failure, Implementation, Report, Result, Suite, Summary,
};
use sio_p2p_conformance::scenario::{Level, TransportName};
use sio_p2p_conformance::verdict::Verdict;
use sio_p2p_protocol::{Dialect, clauses};

/// How many scenarios there are; each is played in six ways.
const SCENARIOS: usize = 250;
/// One check in so many fails.
const FAILING: usize = 7;
/// So many fail.
const FAILURES: usize = 200;
/// How many packets a failure has.
const PACKETS: u64 = 60;

fn main() -> ExitCode {
    match json::render(&report()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write the report: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report() -> Report {
    let mut results = Vec::new();
    for scenario in 0..SCENARIOS {
        for dialect in [Dialect::V1, Dialect::V2] {
            for transport in [
                TransportName::Websocket,
                TransportName::Polling,
                TransportName::Upgrade,
            ] {
                let index = results.len();
                results.push(result(index, scenario, dialect, transport));
            }
        }
    }
    let mut summary = Summary::default();
    for result in &results {
        summary.count(result.verdict);
        summary.expected += usize::from(result.expected_because.is_some());
    }
    Report {
        format: FORMAT,
        suite: Suite {
            name: "sio-p2p-conformance".to_owned(),
            version: "0.0.0".to_owned(),
        },
        made: Some(Made {
            started: "2026-01-02T03:04:05Z".to_owned(),
            command: ["p2p-conformance", "run", "http://127.0.0.1:3000"]
                .map(ToOwned::to_owned)
                .into(),
            seed: Some(42),
            said: None,
        }),
        implementation: Implementation {
            target: "node server.js --listen 127.0.0.1:{port} --heartbeat 1000,4000".to_owned(),
            claims: Vec::new(),
        },
        summary,
        results,
        stale: Vec::new(),
        duration_ms: 92_345,
        ended: None,
        slowed: None,
    }
}

fn result(index: usize, scenario: usize, dialect: Dialect, transport: TransportName) -> Result {
    let families = ["core", "message", "service", "stream"];
    let all = clauses();
    let of = |place: usize| all[place % all.len()].id.as_str().to_owned();
    let verdict = match index {
        _ if index.is_multiple_of(FAILING) && index / FAILING < FAILURES => Verdict::Fail,
        _ if index % 53 == 1 => Verdict::Warn,
        _ if index % 31 == 2 => Verdict::NotApplicable,
        _ => Verdict::Pass,
    };
    let bad = matches!(verdict, Verdict::Fail | Verdict::Warn);
    Result {
        id: format!("scenario-{scenario}/with-a-case-of-its-own"),
        title: format!("The target of `ADD_TARGET` number {scenario} is told once"),
        family: families[scenario % families.len()].to_owned(),
        dialect,
        eio: 4,
        transport,
        level: Level::Must,
        clauses: vec![of(scenario), of(scenario * 7 + 3)],
        verdict,
        message: match verdict {
            Verdict::Pass => String::new(),
            Verdict::NotApplicable => "the server does not declare topic".to_owned(),
            // A few causes explain most of what fails.
            _ => format!("b did not receive event \"EVENT_{}\"", (index / 7) % 9),
        },
        duration_ms: if bad { 2_004 } else { 14 },
        expected_because: (verdict == Verdict::Warn)
            .then(|| "The original does this, too (`DEV-14`).".to_owned()),
        flaky: None,
        not_judged: false,
        broken: bad.then(|| of(scenario)),
        cause: bad.then(|| format!("b did not receive EVENT_{}", (index / 7) % 9)),
        failure: bad.then(|| Failure {
            at: Some(format!("scenarios/message/scenario-{scenario}.json:12:5")),
            expected: Some("event \"TARGET_DISCONNECT\" [\"a-3541c2b2\"]".to_owned()),
            actual: Some("at b: event \"x\" [\"two\\nlines\"]\nat a: nothing".to_owned()),
            notes: vec![
                "note: the link was made before".to_owned(),
                "server | Error: oops\\n    at server.js:12:3".to_owned(),
            ],
        }),
        trace: if bad { trace() } else { Vec::new() },
    }
}

fn trace() -> Vec<TraceLine> {
    let actors = ["a", "b", "a-bystander-with-a-long-name"];
    (0..PACKETS)
        .map(|number| {
            let direction = if number % 2 == 0 { Way::Out } else { Way::In };
            let frame = match number % 5 {
                0 => "40".to_owned(),
                1 => format!("42{number}[\"ADD_TARGET\",\"b-3541c2b2\"]"),
                2 => "2".to_owned(),
                3 => "42[\"SERVER_ERROR\",\"Error: no client\\n    at server.js\"]".to_owned(),
                _ => format!("42[\"P2P_EMIT\",\"b-3541c2b2\",\"{}\"]", "long ".repeat(50)),
            };
            TraceLine {
                at_us: number * 12_345,
                actor: actors[usize::try_from(number % 3).unwrap_or_default()].to_owned(),
                direction,
                frame,
            }
        })
        .collect()
}
