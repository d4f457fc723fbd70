//! `schema` and `validate`: what the protocol consists of, and what was captured of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Folder, code, run};

/// Every file below a folder, by its path there.
fn below(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap();
            let name = name.to_str().unwrap().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// Fails with the names of files that are not the same.
fn assert_same(format: &str, is: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) {
    let names = is.keys().chain(wanted.keys());
    let other: Vec<_> = names
        .filter(|name| is.get(*name) != wanted.get(*name))
        .collect();
    assert!(other.is_empty(), "{format}: {other:?}");
}

/// What `schema` writes.
fn written(format: &str, dialects: &[&str]) -> BTreeMap<String, String> {
    let folder = Folder::new();
    let out = folder.0.join("out");
    let mut args = vec!["schema", "--format", format, "--out"];
    args.push(out.to_str().unwrap());
    args.extend(dialects.iter().flat_map(|dialect| ["--dialect", dialect]));
    let (code, said, _) = run(&args);
    assert_eq!(code, 0);
    assert!(said.contains(" in "), "{said}");
    below(&out)
}

#[test]
fn every_format_is_written_as_the_repository_has_it() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    for format in ["typescript", "python", "java", "go"] {
        let wanted = below(&spec.join("types").join(format));
        assert_same(format, &written(format, &[]), &wanted);
    }
    let one = |name: &str, path: &str| {
        let text = fs::read_to_string(spec.join(path)).unwrap();
        BTreeMap::from([(name.to_owned(), text)])
    };
    let document = one("asyncapi.json", "types/asyncapi.json");
    assert_same("asyncapi", &written("asyncapi", &[]), &document);
    let catalogue = one("catalogue.json", "catalogue.json");
    assert_same("catalogue", &written("catalogue", &[]), &catalogue);

    let all = below(&spec.join("schema"));
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = all
        .into_iter()
        .partition(|(name, _)| name.starts_with("draft-07/"));
    assert_same("json-schema", &written("json-schema", &[]), &new);
    let instances = new
        .iter()
        .filter(|(name, _)| name.starts_with("instances/"));
    let instances = instances.map(|(name, text)| (name.clone(), text.clone()));
    let old = old
        .into_iter()
        .map(|(name, text)| (name.replace("draft-07/", ""), text));
    let old: BTreeMap<_, _> = old.chain(instances).collect();
    assert_same("draft-07", &written("draft-07", &[]), &old);
}

#[test]
fn one_dialect_can_be_had_alone() {
    let both = written("go", &["v1", "v2"]);
    let one = written("go", &["v2"]);
    assert!(both["events.go"].contains("type P2PEmitV1 struct"));
    assert!(!one["events.go"].contains("type P2PEmitV1 struct"));
    assert!(one["events.go"].contains("type P2PEmitV2 struct"));
    assert!(!written("typescript", &["v1"]).contains_key("v2.d.ts"));
    assert_eq!(code(&["schema", "--format", "cobol", "--out", "x"]), 2);
}

/// What `validate` says about a file of this name, and its exit code.
fn validated(name: &str, text: &str, args: &[&str]) -> (i32, String) {
    let folder = Folder::new();
    let file = folder.file(name, text);
    let (code, out, err) = run(&[&["validate", &file], args].concat());
    (code, format!("{out}{err}").replace(&file, name))
}

#[test]
fn raw_frames_are_checked_line_by_line() {
    let frames = r#"# a captured connection
< 0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}
> 40
< 40{"sid":"y"}
> 420["ADD_TARGET","bob"]
< 430[]
> 42["P2P_EMIT","bob","hello",{"a":1},null]
> 421["ADD_TARGET",5]
< 431["Message: Client 5 is not connected to server"]
> 42["ADD_TARGET","bob"]
> 422["CHECK_API_NAME","resize"]
< 432["yes"]
> 423["EMIT_ROOM","lobby","news"]
> 42["SHOP_ORDER",1]
< 42["TARGET_DISCONNECT"]
> 439[]
> 4x
> 451-["P2P_EMIT","bob","file",[{"_placeholder":true,"num":0}],null]
> bAQI=
"#;
    let (code, said) = validated("raw.txt", frames, &[]);
    assert_eq!(code, 1);
    insta::assert_snapshot!("validate-raw", said);
}

#[test]
fn without_signs_packets_are_whose_they_can_be() {
    let frames =
        "420[\"ADD_TARGET\",\"bob\"]\n430[]\n42[\"TARGET_DISCONNECT\",\"bob\"]\n42[\"hello\",1]\n";
    let (code, said) = validated("raw.txt", frames, &[]);
    assert_eq!(
        (code, said.as_str()),
        (0, "3 events and 1 ack: 0 faults, 0 notes\n")
    );
}

#[test]
fn what_no_sender_should_write_is_a_note_or_a_fault() {
    let frame = "> 420[\"ADD_TARGET\",\"bob\",1]\n";
    assert_eq!(validated("raw.txt", frame, &[]).0, 0);
    let (code, said) = validated("raw.txt", frame, &["--strict"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("note: client: ADD_TARGET: receivers take"),
        "{said}"
    );
    let (code, said) = validated("raw.txt", frame, &["--dialect", "v1"]);
    assert_eq!(code, 1);
    assert!(said.contains("expected an event of dialect v1"), "{said}");
}

#[test]
fn the_web_sockets_of_a_har_file_are_checked() {
    let har = r#"{"log":{"version":"1.2","entries":[
  {"request":{"url":"https://example.org/"}},
  {"request":{"url":"wss://example.org/reload"},"_webSocketMessages":[
    {"type":"receive","time":1,"opcode":1,"data":"4x"}]},
  {"request":{"url":"wss://example.org/socket.io/?clientId=a&EIO=4&transport=websocket"},
   "_webSocketMessages":[
    {"type":"receive","time":1,"opcode":1,"data":"0{\"sid\":\"x\"}"},
    {"type":"send","time":2,"opcode":1,"data":"420[\"ADD_TARGET\",\"\"]"},
    {"type":"send","time":3,"opcode":1,"data":"451-[\"EMIT_ROOM\",\"lobby\",\"news\",{\"_placeholder\":true,\"num\":0}]"},
    {"type":"send","time":4,"opcode":2,"data":"AQI="},
    {"type":"receive","time":5,"opcode":1,"data":"42[\"PEER_STREAM_DESTROYED\",null]"}]}]}}"#;
    let (code, said) = validated("app.har", har, &[]);
    assert_eq!(code, 1);
    insta::assert_snapshot!("validate-har", said);
    let other = har.replace("EIO=4", "other");
    let (code, said) = validated("app.har", &other, &[]);
    assert_eq!(code, 6);
    assert!(said.contains("app.har has no packets"), "{said}");
    assert_eq!(validated("app.har", "{\"log\":1}", &[]).0, 3);
}

#[test]
fn recordings_are_checked_at_their_lines() {
    let lines = r#"{"t":1,"client":"a","dir":"out","type":"control","event":"open","args":["clientId=a"],"id":null,"binary":0}
{"t":2,"client":"a","dir":"in","type":"connect","event":null,"args":[],"id":null,"binary":0}
{"t":3,"client":"a","dir":"out","type":"event","event":"JOIN_ROOM","args":["lobby"],"id":0,"binary":0}
{"t":4,"client":"a","dir":"in","type":"ack","event":null,"args":["done"],"id":0,"binary":0}
"#;
    let (code, said) = validated("trace.jsonl", lines, &[]);
    assert_eq!(code, 1);
    insta::assert_snapshot!("validate-recording", said);
    let broken = lines.replace("\"t\":4", "\"t\":3");
    let (code, said) = validated("trace.jsonl", &broken, &[]);
    assert_eq!(code, 3);
    assert!(
        said.contains("trace.jsonl:4:1: t is 3, which does not grow"),
        "{said}"
    );
}

#[test]
fn what_the_original_sends_is_what_the_catalogue_says() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/recorded/examples");
    for name in below(&recorded)
        .into_keys()
        .filter(|name| Path::new(name).extension() == Some("jsonl".as_ref()))
    {
        let path = recorded.join(&name);
        let (code, said, _) = run(&["validate", path.to_str().unwrap()]);
        assert_eq!(code, 0, "{name}: {said}");
    }
}
