//! Several URLs: actors spread over the servers of a cluster. Here it is one server with
//! two doors, which is the smallest cluster that works.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use sio_p2p_conformance::known::Baseline;
use sio_p2p_conformance::runner::options::Options;
use sio_p2p_conformance::runner::plan::Selection;
use sio_p2p_conformance::runner::run::{Run, Target};
use sio_p2p_conformance::scenario::{Scenario, Source, TransportName, parse};
use sio_p2p_conformance::verdict::Verdict;
use sio_p2p_protocol::Dialect;
use sio_p2p_server::Config;
use sio_p2p_transport::EioVersion;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

/// Which doors each client id came in by.
type Seen = Arc<Mutex<BTreeMap<String, Vec<usize>>>>;

/// Opens a forwarder to a server, and notes who comes in by it.
async fn forwarder(number: usize, server: std::net::SocketAddr, seen: Seen) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, number, server, Arc::clone(&seen)));
        }
    });
    url
}

async fn pass(mut client: TcpStream, number: usize, server: std::net::SocketAddr, seen: Seen) {
    let mut head = vec![0; 1_024];
    let length = client.peek(&mut head).await.unwrap();
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    let id = head.split("clientId=").nth(1).unwrap_or_default();
    let id: String = id.chars().take_while(|c| !"-& ".contains(*c)).collect();
    seen.lock().entry(id).or_default().push(number);
    let mut upstream = TcpStream::connect(server).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
    // What is left is nobody's.
    let _ = client.read(&mut [0]).await;
}

fn scenario(actors: &str) -> Arc<Scenario> {
    let text = format!(
        r#"{{ "id": "meet", "title": "t", "clauses": ["SRV-CORE-F5"], "level": "must",
        "dialects": ["v2"], "actors": {actors}, "steps": [
        {{ "connect": ["a", "b", "c"] }},
        {{ "emit": {{ "from": "a", "to": "b", "event": "e" }} }},
        {{ "receive": {{ "at": "b", "from": "a", "event": "e" }} }},
        {{ "still_serving": {{}} }}] }}"#
    );
    let path = "message/meet.json".into();
    let source = Arc::new(Source { path, text });
    parse(&source, &|_| Err("no cases".into()))
        .unwrap()
        .remove(0)
        .into()
}

/// Plays with two URLs and gives the doors of a, b and c.
async fn doors(actors: &str) -> [Vec<usize>; 3] {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(sio_p2p_server::serve(
        listener,
        Config::default(),
        std::future::pending(),
    ));
    let seen = Seen::default();
    let urls = vec![
        forwarder(1, address, Arc::clone(&seen)).await,
        forwarder(2, address, Arc::clone(&seen)).await,
    ];
    let selection = Selection {
        dialects: vec![Dialect::V2],
        eio: vec![EioVersion::V4],
        transports: vec![TransportName::default()],
        only_transports: true,
        patterns: Vec::new(),
        claims: Vec::new(),
        revision: 1,
        claimed: None,
        client: None,
    };
    let run = Run {
        target: Target::Running { urls },
        name: "two doors".into(),
        checks: selection.checks(&[scenario(actors)]),
        selection: &selection,
        options: Options::default(),
        baseline: &Baseline::default(),
    };
    let (results, _) = run.run(&mut []).await.unwrap();
    assert_eq!(results[0].verdict, Verdict::Pass, "{}", results[0].message);
    let seen = seen.lock();
    ["a", "b", "c"].map(|name| seen.get(name).cloned().unwrap_or_default())
}

#[tokio::test]
async fn actors_are_spread_in_the_order_of_their_names() {
    let doors = doors(r#"{ "a": {}, "b": {}, "c": {} }"#).await;
    assert_eq!(doors, [vec![1], vec![2], vec![1]]);
}

#[tokio::test]
async fn a_scenario_may_say_who_goes_where() {
    let actors = r#"{ "a": { "at_server": 2 }, "b": { "at_server": 2 }, "c": { "at_server": 3 } }"#;
    let doors = doors(actors).await;
    assert_eq!(
        doors,
        [vec![2], vec![2], vec![1]],
        "3 of 2 is the first again"
    );
}
