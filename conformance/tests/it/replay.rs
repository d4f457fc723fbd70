//! Recordings played against the embedded server: as they are, and tampered with.

use std::path::{Path, PathBuf};
use std::process::Command;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/recorded")
        .join(name)
}

/// Plays one recording whose text has been changed; exit code and output.
fn changed(name: &str, change: impl FnOnce(String) -> String) -> (i32, String) {
    let text = std::fs::read_to_string(recorded(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("changed.jsonl"), change(text)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
        .args(["replay", "--timeout", "2000", "changed.jsonl"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let said = text(output.stdout) + &text(output.stderr);
    (output.status.code().unwrap(), said)
}

#[test]
fn an_ack_that_differs_is_shown_side_by_side() {
    let (code, said) = changed("v2.0.0-sio4/message_ack.jsonl", |text| {
        let lines = text.lines().map(|line| {
            if line.contains(r#""dir":"in","type":"ack""#) {
                line.replace(r#""args":["#, r#""args":["other","#)
                    .replace(",]", "]")
            } else {
                line.to_owned()
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    assert_eq!(code, 1, "{said}");
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );
    insta::assert_snapshot!(said);
}

#[test]
fn a_packet_too_many_is_shown() {
    let (code, said) = changed("v1.5.0-sio2/message_nn.jsonl", |text| {
        // The last packet that came to anybody was not recorded.
        let mut lines: Vec<_> = text.lines().collect();
        let last = lines
            .iter()
            .rposition(|line| line.contains(r#""dir":"in","type":"event""#));
        lines.remove(last.unwrap());
        let kept = lines
            .iter()
            .filter(|line| !line.contains(r#""type":"ack""#));
        kept.copied().collect::<Vec<_>>().join("\n")
    });
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("gets more than was recorded") || said.contains("something else"),
        "{said}"
    );
}

#[test]
fn a_difference_that_does_not_occur_is_stale() {
    let stale = |args: &str| {
        format!(
            r#"{{"t":900,"client":"a","dir":"in","type":"control","event":"differs","args":[{args}],"id":null,"binary":0}}"#
        )
    };
    let name = "v2.0.0-sio4/add_target_missing.jsonl";
    for args in [
        r#"{"why":"DEV-1","at":6}"#,
        r#"{"why":"DEV-1","at":6,"comes":{"type":"ack","args":[],"id":0}}"#,
        r#"{"why":"SRV-MSG-1","after":5,"comes":{"type":"event","event":"x"}}"#,
    ] {
        let (code, said) = changed(name, |text| text + &stale(args));
        assert_eq!(code, 5, "{args}: {said}");
        assert!(said.contains("STALE"), "{said}");
    }
}

#[test]
fn a_file_that_is_no_recording_is_refused_with_its_place() {
    let (code, said) = changed("v2.0.0-sio4/connect.jsonl", |text| {
        text + r#"{"t":1,"client":"a","dir":"out","type":"event","event":"e","args":[],"id":null,"binary":0}"#
    });
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("changed.jsonl:13:1: t is 1, which does not grow"),
        "{said}"
    );
    let (code, said) = changed("v2.0.0-sio4/connect.jsonl", |_| "{}".to_owned());
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("changed.jsonl:1:"), "{said}");
    let (code, _) = changed("v2.0.0-sio4/connect.jsonl", |text| {
        text + r#"{"t":99,"client":"a","dir":"in","type":"control","event":"differs","args":[{"why":"DEV-999","at":4}],"id":null,"binary":0}"#
    });
    assert_eq!(code, 3);
}

/// Recordings of each kind, in which nothing is meant to differ.
const CONVERTED: [&str; 12] = [
    "examples/send-messages",
    "examples/receive-from-any",
    "examples/create-apis-client-side",
    "v1.5.0-sio2/message_binary",
    "v1.5.0-sio2/rooms",
    "v1.5.0-sio2/stream_create_data_end",
    "v1.5.0-sio2/list_clients",
    "v1.12.1-sio2/message_json_types",
    "v1.12.1-sio2/duplicate_client_id_overwrite",
    "v2.0.0-sio4/stream_raw_chunk_forms",
    "v2.0.0-sio4/service_client_side_v2",
    "v2.0.0-sio4/reconnect_flushes_stale_stream_destroyed",
];

#[test]
fn a_recording_becomes_a_scenario_that_passes() {
    let folder = tempfile::tempdir().unwrap();
    let core = folder.path().join("core");
    std::fs::create_dir(&core).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"));
        let output = command.args(args).env("NO_COLOR", "1").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(output.status.success(), "{args:?}: {said}");
        said
    };
    for name in CONVERTED {
        let id = name.replace(['/', '_', '.'], "-");
        let out = core.join(format!("{id}.json")).display().to_string();
        let file = recorded(&format!("{name}.jsonl")).display().to_string();
        run(&["convert", &file, "--out", &out]);
    }
    let scenarios = folder.path().display().to_string();
    run(&["lint", &scenarios]);
    let said = run(&["run", "--scenarios", &scenarios, "--eio", "3", "--eio", "4"]);
    assert!(said.contains("24 pass, 0 fail"), "{said}");
    let text = std::fs::read_to_string(core.join("examples-receive-from-any.json")).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn what_no_scenario_can_tell_is_said_with_its_place() {
    let file = recorded("v2.0.0-sio4/server_emit_to.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
        .arg("convert")
        .arg(file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("the application on the server takes part"),
        "{said}"
    );
}
