//! Servers that the program starts, and that die.

use serde_json::Value;

use super::{Folder, run};

/// A command that makes this test binary a server, see [`serve_if_asked`].
fn start_command() -> String {
    let exe = std::env::current_exe().unwrap();
    format!(
        "'{}' --exact cli::started::serve_if_asked --nocapture {{port}}",
        exe.display()
    )
}

/// Not a test: when the runner starts this binary with a port, it is a server that dies
/// with a last word when a message `boom` is sent, and with code 3.
#[test]
fn serve_if_asked() {
    use crate::proxy::{Fate, Fault, Way};
    let Some(port) = std::env::args()
        .next_back()
        .and_then(|arg| arg.parse::<u16>().ok())
    else {
        return;
    };
    let die: Fault = Box::new(|_, way, text| match way {
        Way::Out if text.contains("\"boom\"") => {
            eprintln!("famous last words");
            std::process::exit(3);
        }
        _ => Fate::Pass,
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
            .await
            .unwrap();
        crate::proxy::serve(listener, die, |_| false).await;
    });
}

#[test]
fn a_crash_costs_the_scenario_that_caused_it_and_no_other() {
    let folder = Folder::new();
    let report = folder.file("report.json", "");
    folder.scenario("boom", "boom");
    for name in ["one", "two", "three", "four", "five"] {
        folder.scenario(name, name);
    }
    let (code, stdout, stderr) = run(&[
        "run",
        "--scenarios",
        &folder.scenarios(),
        "--start",
        &start_command(),
        "--jobs",
        "2",
        "--json",
        &report,
    ]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    let report: Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    for result in report["results"].as_array().unwrap() {
        let expected = if result["id"] == "boom" {
            "fail"
        } else {
            "pass"
        };
        assert_eq!(result["verdict"], expected, "{result}");
        if expected == "fail" {
            assert_eq!(
                result["message"],
                "the server process ended (exit status: 3)"
            );
            assert!(
                result["failure"]["notes"]
                    .to_string()
                    .contains("famous last words")
            );
            assert!(!result["trace"].as_array().unwrap().is_empty());
        }
    }
    assert_eq!(report["results"].as_array().unwrap().len(), 12);
}

#[test]
fn a_server_that_cannot_be_started_is_not_reached() {
    let (code, _, stderr) = run(&[
        "run",
        "--start",
        "sh -c 'echo no such luck >&2; exit 7' {port}",
    ]);
    assert_eq!(code, 4);
    assert!(
        stderr.contains("exit status: 7") && stderr.contains("no such luck"),
        "{stderr}"
    );
    assert_eq!(run(&["run", "--start", "/no/such/program {port}"]).0, 4);
}
