//! Every example, as a user runs it, against `p2p-server`: it ends by itself and says what its
//! snapshot says.

use std::{collections::BTreeSet, path::PathBuf, process::Stdio};

use tokio::process::Command;

use crate::{Plan, process::Process, soon};

/// The examples that are clients of a server, whose URL they take.
const CLIENTS: &[&str] = &[
    "apis_client_side",
    "interact_with_duplex",
    "receive_from_any",
    "remove_listeners",
    "send_messages",
    "typed_messages",
];

/// The examples that are a server with its clients, and take the address to listen on.
const SERVERS: &[&str] = &["apis_server_side", "apis_server_side_persistent"];

pub(crate) fn plans() -> Vec<Plan> {
    let all = Plan::new("every example is run", |_| async { every_example_is_run() });
    let clients = CLIENTS.iter().map(|name| {
        Plan::new(format!("example {name}"), |_| async {
            let server = Process::anywhere().await;
            run(name, &server.url).await;
        })
    });
    let servers = SERVERS
        .iter()
        .map(|name| Plan::new(format!("example {name}"), |_| run(name, "127.0.0.1:0")));
    [all].into_iter().chain(clients).chain(servers).collect()
}

/// Run by the conformance suite: it speaks with nobody else.
const DRIVER: &str = "p2p-driver";

fn every_example_is_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let run = CLIENTS.iter().chain(SERVERS).chain([&DRIVER]);
    let run: BTreeSet<_> = run.map(|name| (*name).to_owned()).collect();
    assert_eq!(files, run);
}

async fn run(name: &str, argument: &str) {
    let child = Command::new(program(name))
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let output = soon(child.wait_with_output()).await.unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {complaints}");
    insta::assert_snapshot!(name, String::from_utf8_lossy(&output.stdout));
}

/// Cargo builds examples beside tests, whenever it builds all of a package's tests.
fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let build = tests.parent().and_then(|deps| deps.parent()).unwrap();
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = build.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: `cargo test -p sio-p2p-client` builds it, with `--test` it does not",
        program.display()
    );
    program
}
