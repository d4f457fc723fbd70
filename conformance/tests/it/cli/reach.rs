//! Servers that want more than an address, and servers that say "not now".

use std::process::Command;

use serde_json::Value;
use sio_p2p_server::{Config, P2pServer};

use super::{Folder, run};

/// A server with these settings in TOML; it ends with the test's process.
pub(super) fn server(toml: &str) -> String {
    let config: Config = toml.parse::<toml::Table>().unwrap().try_into().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap().port()).unwrap();
            let forever = std::future::pending::<()>();
            P2pServer::new(config)
                .serve(listener, forever)
                .await
                .unwrap();
        });
    });
    format!("localhost:{}", told.recv().unwrap())
}

fn play(folder: &Folder, url: &str, more: &[&str]) -> (i32, String, String) {
    let scenarios = folder.scenarios();
    let args = ["run", url, "--scenarios", &scenarios, "--dialect", "v2"];
    run(&[&args[..], more].concat())
}

/// Makes a certificate for `localhost` that is an authority, as people make them: `k.pem` and
/// `c.pem` in the folder.
pub(super) fn certify(folder: &Folder) {
    let (key, pem) = (folder.0.join("k.pem"), folder.0.join("c.pem"));
    let made = Command::new("openssl")
        .args("req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=localhost".split(' '))
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&pem)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// With a byte order mark, as some editors leave them.
#[test]
fn a_certificate_of_ones_own_making_is_trusted_when_it_is_given() {
    let folder = Folder::new();
    folder.scenario("green", "green");
    certify(&folder);
    let (key, pem) = (folder.0.join("k.pem"), folder.0.join("c.pem"));
    for file in ["k.pem", "c.pem"] {
        folder.file(file, &format!("\u{feff}{}", folder.read(file)));
    }
    let (key, pem) = (key.display().to_string(), pem.display().to_string());
    let address = server(&format!("[tls]\ncertificate = {pem:?}\nkey = {key:?}\n"));
    let url = format!("https://{address}");
    for transport in ["websocket", "polling"] {
        let given = ["--transport", transport, "--ca", &pem];
        assert_eq!(play(&folder, &url, &given).0, 0);
    }
    assert_eq!(play(&folder, &url, &["--insecure"]).0, 0);
    let (code, _, stderr) = play(&folder, &url, &[]);
    assert_eq!(code, 4);
    assert!(stderr.contains("UnknownIssuer"), "{stderr}");
    // It is good for the name that it carries, and for no other.
    let other = url.replace("localhost", "127.0.0.1");
    assert_eq!(play(&folder, &other, &["--ca", &pem]).0, 4);
}

#[test]
fn a_token_can_be_given_in_each_of_its_places() {
    let folder = Folder::new();
    folder.scenario("green", "green");
    let token = "0123456789abcdef0123";
    let address = server(&format!(
        "[auth]\nmode = \"tokens\"\ntokens = [{{ token = \"{token}\", client_id = \"*\" }}]\n"
    ));
    let url = format!("http://{address}");
    let (code, _, stderr) = play(&folder, &url, &[]);
    assert_eq!(code, 4);
    assert!(stderr.contains("authentication is needed"), "{stderr}");
    let payload = format!("{{\"token\":\"{token}\"}}");
    let header = format!("authorization: Bearer {token}");
    for given in [
        &["--token", token][..],
        &["--token", token, "--eio", "3"],
        &["--auth", &payload],
        &["--header", &header],
    ] {
        assert_eq!(play(&folder, &url, given).0, 0, "{given:?}");
    }
    assert_eq!(play(&folder, &url, &["--header", "no colon"]).0, 2);
}

/// A refusal for the moment breaks no clause: the run slows down, and says so.
#[test]
fn a_rate_slows_the_run_down_and_breaks_nothing() {
    let folder = Folder::new();
    for name in ["one", "two", "three", "four", "five", "six"] {
        folder.scenario(name, name);
    }
    let report = folder.file("report.json", "");
    let address = server("[rates]\nconnections_per_second = 10\nconnections_burst = 4\n");
    let url = format!("http://{address}");
    let (code, stdout, _) = play(&folder, &url, &["--json", &report]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("6 pass, 0 fail"), "{stdout}");
    assert!(stdout.contains("(HTTP 429)"), "{stdout}");
    let report: Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    let slowed = &report["slowed"];
    assert_eq!(slowed["statuses"], serde_json::json!([429]));
    assert!(slowed["refusals"].as_u64() > Some(0), "{slowed}");
    assert!(report["ended"].is_null());
    // Without any patience, nothing can be said, and nobody is to blame.
    let (code, stdout, _) = play(&folder, &url, &["--patience", "0"]);
    assert_eq!(code, 4, "{stdout}");
    assert!(stdout.contains(" 0 fail"), "{stdout}");
    assert!(!stdout.contains("none broken"), "{stdout}");
}

/// Every file that is read may begin with a byte order mark.
#[test]
fn a_byte_order_mark_is_no_part_of_a_file() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("green", "green");
    let scenarios = folder.scenarios();
    let (baseline, json) = (folder.file("b.json", "{}"), folder.file("r.json", ""));
    let claims = "implementation = \"x\"\nrevision = 1\ndialects = [\"v2\"]\n";
    let claims = folder.file("claims.toml", claims);
    let flickers = r#"{ "flickers": [{ "id": "green", "dialect": "v2", "eio": 4, "why": "w" }] }"#;
    let flickers = folder.file("flickers.json", flickers);
    let entry = r#"{ "implementation": "x", "expected": [{ "id": "red", "dialect": "v2", "eio": 4,
        "verdict": "fail", "message_prefix": "", "why": "It is so." }] }"#;
    folder.file("b.json", entry);
    let args = [
        "run",
        "--scenarios",
        &scenarios,
        "--claims",
        &claims,
        "--baseline",
        &baseline,
        "--flickers",
        &flickers,
        "--json",
        &json,
    ];
    let (code, plain, stderr) = run(&args);
    assert_eq!(code, 0, "{plain}{stderr}");
    for file in [
        "b.json",
        "claims.toml",
        "flickers.json",
        "r.json",
        "scenarios/message/red.json",
        "scenarios/message/green.json",
    ] {
        folder.file(file, &format!("\u{feff}{}", folder.read(file)));
    }
    assert_eq!(run(&["lint", &scenarios]).0, 0);
    let page = folder.0.join("page.xml").display().to_string();
    assert_eq!(run(&["report", &json, "--junit", &page]).0, 0);
    assert_eq!(run(&args).0, 0);
    let recorded = "../fixtures/recorded";
    let recording = walk(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(recorded));
    let text = std::fs::read_to_string(recording).unwrap();
    let marked = folder.file("recorded.jsonl", &format!("\u{feff}{text}"));
    assert_eq!(run(&["replay", &marked]).0, 0);
}

/// The first recording below a folder.
fn walk(folder: std::path::PathBuf) -> std::path::PathBuf {
    let mut entries: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    entries.sort();
    let first = entries.into_iter().next().unwrap();
    if first.is_dir() { walk(first) } else { first }
}
