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
        said.contains("changed.jsonl:13: t is 1, which does not grow"),
        "{said}"
    );
    let (code, said) = changed("v2.0.0-sio4/connect.jsonl", |_| "{}".to_owned());
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("changed.jsonl:1: "), "{said}");
    let (code, _) = changed("v2.0.0-sio4/connect.jsonl", |text| {
        text + r#"{"t":99,"client":"a","dir":"in","type":"control","event":"differs","args":[{"why":"DEV-999","at":4}],"id":null,"binary":0}"#
    });
    assert_eq!(code, 3);
}
