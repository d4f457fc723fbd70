//! The program under a service manager.

#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::Signal;

use crate::process::{Program, run};
use crate::signals::join;

/// The status of an admin page.
fn status(admin: SocketAddr, page: &str) -> String {
    answer(admin, page).split(' ').nth(1).unwrap().to_owned()
}

/// What comes when an admin page is asked for.
pub(crate) fn answer(admin: SocketAddr, page: &str) -> String {
    let mut stream = TcpStream::connect(admin).unwrap();
    write!(
        stream,
        "GET {page} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A second signal says that its sender does not want to wait.
#[tokio::test]
async fn a_second_signal_ends_the_program_at_once() {
    let hour = "drain.delay_ms=3600000";
    let mut server = Program::start(&["--admin", "127.0.0.1:0", "--set", hour]);
    let admin = server.admin();
    let _client = join(&server, "a").await;
    assert_eq!(status(admin, "/readyz"), "200");
    server.signal(Signal::TERM);
    while status(admin, "/readyz") == "200" {}
    assert_eq!(status(admin, "/readyz"), "503");
    assert_eq!(status(admin, "/healthz"), "200");
    server.signal(Signal::TERM);
    let (outcome, log) = server.outcome();
    assert_eq!(outcome.code(), Some(1), "{log}");
    let sentence = "p2p-server: ended by a second signal before all clients were gone";
    assert_eq!(log.lines().last(), Some(sentence), "{log}");
}

/// What an image without a shell asks its server with.
#[test]
fn the_program_can_ask_another_how_it_is() {
    let mut server = Program::start(&["--admin", "127.0.0.1:0"]);
    let admin = server.admin().to_string();
    let answer = run(&["--health", "--admin", &admin]);
    assert!(answer.status.success());
    assert!(answer.stderr.is_empty() && answer.stdout.is_empty());
    server.killed();
    for (options, expected) in [
        (vec!["--health", "--admin", &admin], "no answer from "),
        (vec!["--health"], "`admin.listen` is not set"),
    ] {
        let answer = run(&options);
        assert_eq!(answer.status.code(), Some(1));
        let sentence = String::from_utf8(answer.stderr).unwrap();
        assert!(sentence.contains(expected), "{sentence}");
    }
}

/// A service of type `notify` is started once it can be connected to, and is known
/// to be stopping before its clients are gone.
#[test]
fn the_service_manager_is_told() {
    let name = format!("sio-p2p-notify-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let manager = UnixDatagram::bind(&path).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let told = || {
        let mut message = [0; 256];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    };
    let socket = path.to_str().unwrap();
    let server = Program::start_in(&[], &[("NOTIFY_SOCKET", socket)]);
    assert_eq!(told().trim_end(), "READY=1");
    TcpStream::connect(server.address()).unwrap();
    server.signal(Signal::TERM);
    assert_eq!(told().trim_end(), "STOPPING=1");
    server.ended();
    std::fs::remove_file(path).ok();
}
