//! The proxy that does things wrong: with nothing wrong nobody notices it, and each of its
//! faults is noticed.

use futures_util::StreamExt as _;
use sio_p2p_conformance::fault::Kind as _;
use sio_p2p_conformance::known::Baseline;
use sio_p2p_conformance::proxy::FaultyProxy;
use sio_p2p_conformance::proxy::faults::{ProxyFault, ProxyFaultSpec};
use sio_p2p_conformance::runner::options::Options;
use sio_p2p_conformance::runner::plan::Selection;
use sio_p2p_conformance::runner::run::{Run, Target};
use sio_p2p_conformance::scenario::{Capability, Level, Library, TransportName};
use sio_p2p_conformance::verdict::Verdict;
use sio_p2p_protocol::Dialect;
use sio_p2p_server::Config;
use sio_p2p_transport::EioVersion;
use tokio::net::TcpListener;

/// What that server claims.
const CLAIMS: [Capability; 2] = [Capability::Stream, Capability::Service];

/// The address of a reference server behind a proxy with this fault.
pub(crate) async fn behind(fault: Option<ProxyFaultSpec>) -> String {
    on_a_line(fault, std::time::Duration::ZERO).await
}

/// The same on a line with this jitter.
async fn on_a_line(fault: Option<ProxyFaultSpec>, jitter: std::time::Duration) -> String {
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", inner.local_addr().unwrap());
    let forever = std::future::pending::<()>();
    tokio::spawn(sio_p2p_server::serve(inner, Config::default(), forever));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let proxy = FaultyProxy::new(&upstream, fault, Some("\"fence-".to_owned())).unwrap();
    tokio::spawn(proxy.jittery(jitter).serve(listener));
    url
}

/// The verdicts on these scenarios, in these dialects and both generations.
async fn verdicts(url: &str, ids: &[&str], dialects: &[Dialect]) -> Vec<(String, Verdict, String)> {
    let selection = Selection {
        dialects: dialects.to_vec(),
        eio: vec![EioVersion::V3, EioVersion::V4],
        transports: vec![TransportName::default()],
        only_transports: false,
        patterns: ids.iter().map(|id| (*id).to_owned()).collect(),
        claims: CLAIMS.to_vec(),
        revision: sio_p2p_conformance::requirements::current(),
        claimed: None,
        client: None,
    };
    let checks = selection.checks(&Library::embedded().scenarios);
    assert!(!checks.is_empty(), "{ids:?}");
    let run = Run {
        target: Target::Running {
            urls: vec![url.to_owned()],
        },
        name: "a server behind a proxy".into(),
        checks,
        selection: &selection,
        options: Options {
            jobs: 4,
            ..Options::default()
        },
        baseline: &Baseline::default(),
    };
    let (results, _) = run.run(&mut []).await.unwrap();
    let said = results.into_iter().map(|result| {
        (
            result.check.scenario.id.clone(),
            result.verdict,
            result.message,
        )
    });
    said.collect()
}

/// What a proxy could get wrong by itself: binaries, large and odd packets, every kind of end.
const DELICATE: [&str; 12] = [
    "message-with-ack",
    "binary-arguments",
    "binary-hundred-attachments",
    "large-message",
    "order-of-1000-messages",
    "target-disconnect-source-abrupt",
    "target-disconnect-source-clean",
    "foreign-namespace-is-refused",
    "oversized-message-closes-its-sender",
    "transports-meet",
    "poll-that-breaks-off",
    "empty-polls-are-paced",
];

#[tokio::test]
async fn with_nothing_wrong_nobody_notices_it() {
    let url = behind(None).await;
    for (id, verdict, message) in verdicts(&url, &DELICATE, &Dialect::ALL).await {
        assert_eq!(verdict, Verdict::Pass, "{id}: {message}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let _alone = ALONE.lock().await;
    let url = behind(Some("proxy-lose".parse().unwrap())).await;
    // Of some three hundred checks, each of which would wait for its first packet.
    let judged = verdicts(&url, &["message"], &Dialect::ALL).await;
    let failed = judged
        .iter()
        .filter(|(_, verdict, _)| *verdict == Verdict::Fail);
    let failed = failed.count();
    assert!((1..60).contains(&failed), "{failed} of {}", judged.len());
}

/// One test measures time, and another takes all the time there is.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Faults that only a server shows which nobody else uses, or whose heartbeat is short; `prove`
/// has such servers.
const ELSEWHERE: [ProxyFault; 3] = [
    ProxyFault::ListStranger,
    ProxyFault::LoseHeartbeats,
    ProxyFault::HideSilence,
];

/// A scenario that names the fault, and the fault as it names it.
fn proof_of(fault: ProxyFault, library: &Library) -> (String, ProxyFaultSpec) {
    // Faults below Socket.IO show in single cases only.
    let case = match fault {
        ProxyFault::Hurry => Some("two-polls-at-once"),
        ProxyFault::EndProbed => Some("second-probe-is-refused"),
        ProxyFault::Grant => Some("requests-that-are-refused/unknown-session"),
        ProxyFault::Guess => Some("client-without-a-generation/websocket"),
        _ => None,
    };
    if let Some(case) = case {
        return (case.to_owned(), fault.name().parse().unwrap());
    }
    let mut named = library.scenarios.iter().filter_map(|scenario| {
        let plain = scenario.settings.is_empty() && scenario.level != Level::May;
        let known = scenario.requires.iter().all(|it| CLAIMS.contains(it));
        let carried = scenario.actors.values();
        let carried = carried
            .into_iter()
            .all(|(it, _)| it.transport.is_none() && it.dialect.is_none());
        if !plain || !known || !carried || !scenario.dialects.contains(&Dialect::V2) {
            return None;
        }
        let specs = scenario.proof.iter();
        let specs = specs.filter_map(|(name, _)| name.parse::<ProxyFaultSpec>().ok());
        let spec = specs.into_iter().find(|spec| spec.fault == fault)?;
        Some((scenario.id.clone(), spec))
    });
    named
        .next()
        .unwrap_or_else(|| panic!("no plain scenario names {fault:?}"))
}

#[tokio::test]
async fn every_fault_is_noticed() {
    let _alone = ALONE.lock().await;
    let library = Library::embedded();
    let faults = ProxyFault::ALL.iter().map(|(fault, ..)| *fault);
    let plays = faults
        .filter(|fault| !ELSEWHERE.contains(fault))
        .map(|fault| {
            let (story, spec) = proof_of(fault, &library);
            async move {
                let url = behind(Some(spec.clone())).await;
                for (id, verdict, _) in verdicts(&url, &[&story], &[Dialect::V2]).await {
                    // What should be is only warned of.
                    let noticed = matches!(verdict, Verdict::Fail | Verdict::Warn);
                    assert!(noticed, "{id} with {spec}: {verdict:?}");
                }
            }
        });
    // A few at a time, for others measure time meanwhile.
    futures_util::stream::iter(plays)
        .for_each_concurrent(4, |play| play)
        .await;
}

/// Deadlines count time without progress: a slow line is nobody's fault. The attachments of one
/// message alone take longer on it than a step may wait.
#[tokio::test]
async fn a_line_with_jitter_breaks_nothing() {
    let _alone = ALONE.lock().await;
    let url = on_a_line(None, std::time::Duration::from_millis(24)).await;
    let ids = [
        "binary-hundred-attachments",
        "order-both-ways",
        "flood-of-one-client/listings",
        "flood-of-one-client/missing-targets",
    ];
    for (id, verdict, message) in verdicts(&url, &ids, &[Dialect::V2]).await {
        assert_eq!(verdict, Verdict::Pass, "{id}: {message}");
    }
}
