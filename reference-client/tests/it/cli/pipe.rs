//! `p2p pipe`: files and standard input through a stream.

use std::process::Stdio;

use serde_json::{Value, json};
use sio_p2p_client::{Dialect, EioVersion};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{Program, run, speaking};
use crate::support::{Setup, soon};

/// The hash of a file of zeros, made by another program.
const ZEROS: u64 = 3_000_000;
const ZEROS_SHA256: &str = "35bce4eae54ec8e6cc2868baa8d157914d6ae2858811b4cc0c078c94460fa26f";

async fn last_line(program: &mut Program) -> Value {
    let mut last = Value::Null;
    while let Some(line) = soon(program.stderr.next_line()).await.unwrap() {
        last = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    }
    last
}

#[tokio::test]
async fn files_are_piped() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (number, setup) in Setup::all().await.into_iter().enumerate() {
        for transport in ["websocket", "upgrade", "polling"] {
            let accept = ["pipe", "--accept", "--transport", transport];
            let mut bob = Program::start(speaking(&setup, "bob", &accept));
            let ready = soon(bob.stderr.next_line()).await.unwrap().unwrap();
            assert_eq!(ready, r#"{"type":"ready","id":"bob"}"#);
            let path = folder.join(format!("piped-{number}-{transport}"));
            std::fs::write(&path, vec![0; usize::try_from(ZEROS).unwrap()]).unwrap();
            let send = [
                "pipe",
                "--to",
                "bob",
                "--window",
                "8",
                "--transport",
                transport,
            ];
            let mut send = speaking(&setup, "ann", &send);
            // By name or through standard input.
            if number % 2 == 0 {
                send.arg(&path);
            } else {
                send.stdin(std::fs::File::open(&path).unwrap());
            }
            let mut ann = Program::start(send);
            let mut received = Vec::new();
            let mut stdout = bob.stdout.into_inner();
            soon(stdout.read_to_end(&mut received)).await.unwrap();
            let whole = received.len() as u64 == ZEROS && received.iter().all(|byte| *byte == 0);
            bob.stdout = BufReader::new(stdout.into_inner()).lines();
            let (by_ann, by_bob) = (last_line(&mut ann).await, last_line(&mut bob).await);
            assert!(whole, "{} bytes: {by_ann} {by_bob}", received.len());
            assert_eq!(
                (&by_ann["type"], &by_bob["type"]),
                (&json!("sent"), &json!("received"))
            );
            assert_eq!(
                (&by_ann["bytes"], &by_bob["bytes"]),
                (&json!(ZEROS), &json!(ZEROS))
            );
            assert_eq!(by_ann["sha256"], by_bob["sha256"]);
            assert_eq!(by_ann["sha256"], ZEROS_SHA256);
            assert_eq!(
                (ann.code().await, bob.code().await),
                (0, 0),
                "{}",
                setup.name
            );
            std::fs::remove_file(path).unwrap();
        }
    }
}

/// Nothing at all, a sender that is not wanted, and a sender that dies.
#[tokio::test]
async fn pipes_end_in_other_ways() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let accept = ["pipe", "--accept", "--from", "ann", "--channel", "c"];
    let mut bob = Program::start(speaking(&setup, "bob", &accept));
    soon(bob.stderr.next_line()).await.unwrap();
    let send = |id| speaking(&setup, id, &["pipe", "--to", "bob", "--channel", "c"]);
    let refused = run(send("eve")).await;
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("waits for another"),
        "{}",
        refused.stderr
    );
    let empty = run(send("ann")).await;
    assert_eq!(empty.code, 0, "{}", empty.stderr);
    assert!(empty.stderr.contains(r#""bytes":0"#), "{}", empty.stderr);
    assert_eq!(bob.code().await, 0);

    let mut bob = Program::start(speaking(&setup, "bob", &["pipe", "--accept"]));
    soon(bob.stderr.next_line()).await.unwrap();
    let mut command = speaking(&setup, "ann", &["pipe", "--to", "bob"]);
    command.stdin(Stdio::piped());
    let mut ann = Program::start(command);
    let mut input = ann.child.stdin.take().unwrap();
    input.write_all(b"begun").await.unwrap();
    let mut begun = [0; 5];
    soon(bob.stdout.get_mut().read_exact(&mut begun))
        .await
        .unwrap();
    ann.child.kill().await.unwrap();
    assert_eq!(bob.code().await, 6);
}
