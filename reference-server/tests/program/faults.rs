//! Faults by flag, of the build that has them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use sio_p2p_server::faults::Fault;

use crate::process::{self, Program};

#[test]
fn every_fault_is_listed() {
    let output = process::run(&["--list-faults"]);
    assert!(output.status.success());
    let list = String::from_utf8(output.stdout).unwrap();
    assert_eq!(list.lines().count(), Fault::ALL.len());
    for (line, fault) in list.lines().zip(Fault::ALL) {
        assert!(line.starts_with(&format!("{fault} ")), "{line}");
    }
}

#[test]
fn a_fault_that_does_not_exist_is_told() {
    let output = process::run(&["--fault", "drop-nothing"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("there is no fault `drop-nothing`"),
        "{error}"
    );
}

/// The process ends, with a code that no signal and no setting has.
#[test]
fn a_crash_is_one() {
    let server = Program::start(&["--fault", "crash", "--set", "faults.seed=7"]);
    let address = server.address();
    let opened = http(address, "GET", "", "");
    let sid = opened.split("\"sid\":\"").nth(1).unwrap();
    let sid = sid.split('"').next().unwrap();
    // The answer is lost with the process.
    http(
        address,
        "POST",
        &format!("&sid={sid}"),
        r#"19:42["NO_SUCH_EVENT"]"#,
    );
    let log = server.crashed(101);
    assert!(log.contains("faults are switched on"), "{log}");
    assert!(log.contains("seed=7"), "{log}");
}

/// One request of an Engine.IO 3 client on polling. Gives the answer, whole or not.
fn http(address: SocketAddr, method: &str, query: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} /socket.io/?EIO=3&transport=polling{query} HTTP/1.1\r\nHost: x\r\n\
         Connection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}
