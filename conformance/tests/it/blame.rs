//! One thing goes wrong, and the first clause that the report calls broken is that of this thing.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::StreamExt as _;
use sio_p2p_conformance::known::Baseline;
use sio_p2p_conformance::runner::options::Options;
use sio_p2p_conformance::runner::plan::Selection;
use sio_p2p_conformance::runner::run::{Run, Target};
use sio_p2p_conformance::runner::verdict::CheckResult;
use sio_p2p_conformance::scenario::{Capability, Library, TransportName};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::faulty::behind;

/// What is played with each fault: something of everything, and nothing that takes long.
const STORIES: [&str; 28] = [
    "client-id-of-a-prototype/proto-connects",
    "client-id-spellings/utf-8",
    "ids-that-differ-by-case",
    "list-clients",
    "return-after-clean-leave",
    "unregistered-after-abrupt-leave",
    "room-reaches-members-only",
    "rooms-are-separate",
    "rooms-that-look-alike/composed",
    "ack-given-twice",
    "add-target",
    "add-target-missing",
    "binary-arguments",
    "binary-in-acks",
    "json-values/keys",
    "message-argument-counts",
    "message-reaches-only-its-target",
    "message-target-missing",
    "message-with-ack",
    "notice-to-every-linked-client",
    "order-of-text-and-binary",
    "target-disconnect-target-abrupt",
    "api-provided-and-used",
    "api-unknown-is-called/with-ack",
    "stream-chunks-in-order",
    "stream-open",
    "stream-opener-leaves/clean",
    "stream-target-missing",
];

/// Faults of the proxy, and the clause that each of them breaks.
const PROXY: [(&str, &str); 6] = [
    ("proxy-lose:TARGET_DISCONNECT", "SRV-MSG-2"),
    ("proxy-lose:ADD_TARGET", "SRV-MSG-F1"),
    ("proxy-lose:SERVER_ERROR", "SRV-CORE-F3"),
    ("proxy-list-short", "SRV-CORE-10"),
    ("proxy-normalize:room", "SRV-CORE-F8"),
    ("proxy-refuse-return", "SRV-CORE-1"),
];

/// Faults of the server.
#[cfg(feature = "faults")]
const SERVER: [(&str, &str); 6] = [
    ("drop-ack", "SRV-CORE-F6"),
    ("alter-ack", "SRV-MSG-13"),
    ("accept-second-ack", "SRV-MSG-14"),
    ("alter-argument", "SRV-MSG-10"),
    ("corrupt-attachment", "SRV-MSG-11"),
    ("room-to-all", "SRV-CORE-F8"),
];

/// Reading all scenarios takes a while.
static LIBRARY: LazyLock<Library> = LazyLock::new(Library::embedded);

/// Plays the stories against a server.
async fn play(url: String) -> Vec<CheckResult> {
    let selection = Selection {
        dialects: vec![Dialect::V2],
        eio: vec![EioVersion::V4],
        transports: vec![TransportName::default()],
        only_transports: true,
        patterns: STORIES.map(str::to_owned).to_vec(),
        claims: vec![Capability::Stream, Capability::Service],
        revision: sio_p2p_conformance::requirements::current(),
        claimed: None,
        client: None,
    };
    let run = Run {
        target: Target::Running { urls: vec![url] },
        name: "a server behind a proxy".into(),
        checks: selection.checks(&LIBRARY.scenarios),
        selection: &selection,
        options: Options {
            jobs: 12,
            timeout: Some(Duration::from_secs(3)),
            ..Options::default()
        },
        baseline: &Baseline::default(),
    };
    run.run(&mut []).await.unwrap().0
}

/// The clauses that are broken, the one that explains most checks first.
fn broken(results: &[CheckResult]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for clause in results.iter().filter_map(|result| result.broken.as_deref()) {
        *counts.entry(clause).or_default() += 1;
    }
    let mut counts: Vec<_> = counts
        .into_iter()
        .map(|(id, n)| (id.to_owned(), n))
        .collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// What is said about a run, if its first clause is another. On a busy machine something may
/// break besides.
fn wrong(fault: &str, clause: &str, results: &[CheckResult]) -> Option<String> {
    let broken = broken(results);
    if broken.first().is_some_and(|(first, _)| first == clause) {
        return None;
    }
    let said = results.iter().filter_map(|result| {
        let (blame, broken) = (result.blame()?, result.broken.as_ref()?);
        let (name, message, what) = (result.check.name(), &result.message, &blame.cause);
        Some(format!("\n  {broken} {name}: {message} ({what})"))
    });
    let said: String = said.collect();
    Some(format!(
        "{fault}: {clause} is not first of {broken:?}{said}"
    ))
}

/// Each fault at a time, a few at once.
async fn blamed<F>(plays: impl Iterator<Item = F>) -> Vec<String>
where
    F: Future<Output = Option<String>>,
{
    let _read = LIBRARY.scenarios.len();
    let wrong = futures_util::stream::iter(plays).buffered(2);
    wrong.filter_map(std::future::ready).collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clause_of_what_a_proxy_does_wrong_is_named_first() {
    let wrong = blamed(PROXY.iter().map(|(fault, clause)| async move {
        let url = behind(Some(fault.parse().unwrap())).await;
        wrong(fault, clause, &play(url).await)
    }));
    let wrong = wrong.await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(feature = "faults")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clause_of_what_a_server_does_wrong_is_named_first() {
    let wrong = blamed(SERVER.iter().map(|(fault, clause)| async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut config = sio_p2p_server::Config::default();
        config.faults.on = vec![fault.parse().unwrap()];
        config.faults.seed = Some(1);
        let forever = std::future::pending::<()>();
        tokio::spawn(sio_p2p_server::serve(listener, config, forever));
        wrong(fault, clause, &play(url).await)
    }));
    let wrong = wrong.await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
