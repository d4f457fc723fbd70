//! Servers that are there and say nothing, or nothing but errors.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

/// A server that answers each request in this way.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                if !answer.is_empty() {
                    let _ = stream.write_all(answer.as_bytes());
                    return;
                }
                // Silence lasts until the client has had enough.
                while matches!(stream.read(&mut [0; 4096]), Ok(1..)) {}
            });
        }
    });
    url
}

fn program(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"));
    let output = command.args(args).env("NO_COLOR", "1").output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn a_server_without_an_answer_cannot_be_reached() {
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/recorded");
    let internal = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for answer in [internal, ""] {
        for command in [&["run"][..], &["replay", recorded]] {
            let url = server(answer);
            let (code, text) = program(&[command, &[&url]].concat());
            assert_eq!(code, Some(4), "{text}");
            assert!(text.contains("no server to talk to at"), "{text}");
        }
    }
}
