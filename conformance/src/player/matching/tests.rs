use crate::player::matching::*;
use crate::player::play::bindings::bindings_of;
use crate::scenario::text::Text;

fn pattern(json: &str) -> Pattern {
    serde_json::from_str(json).unwrap()
}

fn matches(expected: &str, actual: &str) -> bool {
    compare(&bindings_of(&["a"]), &pattern(expected), actual, &[], "it").is_ok()
}

fn difference(expected: &str, actual: &str) -> String {
    let expected: ArgumentsPattern = serde_json::from_str(expected).unwrap();
    let bindings = bindings_of(&["a"]);
    bindings.humanise(
        &arguments(&bindings, &expected, actual, &[])
            .unwrap_err()
            .to_string(),
    )
}

#[test]
fn values_are_compared_not_their_notation() {
    for (expected, actual) in [
        ("1", "1.0"),
        ("100", "1e2"),
        ("[1, {\"b\": 2, \"a\": null}]", "[1,{\"a\":null,\"b\":2}]"),
        ("\"é\"", "\"\\u00e9\""),
        ("9007199254740993", "9007199254740993"),
        ("1e400", "1e400"),
        ("{\"a\":2}", "{\"a\":1,\"a\":2}"),
    ] {
        assert!(matches(expected, actual), "{expected} {actual}");
    }
    for (expected, actual) in [
        ("9007199254740993", "9007199254740992"),
        ("1e400", "1e401"),
        ("1", "\"1\""),
        ("null", "0"),
        ("[1]", "[1,2]"),
        ("{\"a\":1}", "{\"a\":1,\"b\":2}"),
        ("{\"a\":1,\"b\":2}", "{\"a\":1}"),
        ("{}", "[]"),
    ] {
        assert!(!matches(expected, actual), "{expected} {actual}");
    }
}

#[test]
fn raw_text_is_compared_byte_for_byte() {
    assert!(matches(r#"{"$raw": "1e400"}"#, "1e400"));
    assert!(matches(r#"{"$raw": "[${nested:2}]"}"#, "[[[]]]"));
    assert!(!matches(r#"{"$raw": "1.0"}"#, "1"));
    assert!(!matches(r#"{"$raw": "\"\\u00e9\""}"#, "\"é\""));
}

#[test]
fn depth_is_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches(r#"{"$raw": "${nested:100000}"}"#, &deep));
    assert!(matches(r#"{"$any": "array"}"#, &deep));
    assert!(!matches("[[]]", &deep));
}

#[test]
fn kinds_and_prefixes() {
    assert!(matches(r#"{"$any": true}"#, "1e999"));
    assert!(matches(r#"{"$any": "number"}"#, "-1"));
    assert!(!matches(r#"{"$any": "number"}"#, "\"1\""));
    assert!(matches(r#"{"$any": "boolean"}"#, "false"));
    assert!(matches(r#"{"$prefix": "Error: "}"#, "\"Error: x\""));
    assert!(!matches(r#"{"$prefix": "Error: "}"#, "\"x\""));
}

#[test]
fn what_fits_can_be_kept() {
    assert!(matches(r#"{"$suffix": "-side"}"#, "\"server-side\""));
    assert!(!matches(r#"{"$suffix": "-side"}"#, "\"side\""));
    assert!(!matches(r#"{"$keep": "x"}"#, "1"));
    let expected = r#"[{"$keep": "x"}, {"k": [1, {"$keep": "y"}], "l": {"$any": true}}]"#;
    let expected: ArgumentsPattern = serde_json::from_str(expected).unwrap();
    let json = r#"["é\n",{"l":0,"k":[1,"z"]}]"#;
    let mut bindings = bindings_of(&[]);
    let taken = take_arguments(&mut bindings, &expected, &Data::new(json));
    assert_eq!(taken, Ok(()));
    let kept = Text::try_from("${kept:x}${kept:y}".to_owned()).unwrap();
    assert_eq!(bindings.fill(&kept).unwrap(), "é\nz");
}

#[test]
fn a_member_may_be_missing_if_the_scenario_says_so() {
    let expected = r#"{"a": 1, "b": {"$optional": {"$any": "string"}}}"#;
    assert!(matches(expected, r#"{"a":1}"#));
    assert!(matches(expected, r#"{"b":"x","a":1}"#));
    assert!(!matches(expected, r#"{"a":1,"b":2}"#));
    assert!(!matches(expected, r#"{"b":"x"}"#));
    assert!(!matches(expected, r#"{"a":1,"c":"x"}"#));
}

#[test]
fn attachments_are_compared_by_their_bytes() {
    let bindings = bindings_of(&[]);
    let here = r#"{"_placeholder":true,"num":1}"#;
    let attachments = [Bytes::from_static(b"x"), Bytes::from_static(&[1, 2, 3])];
    let fits = |expected: &str, json: &str| {
        compare(&bindings, &pattern(expected), json, &attachments, "it").is_ok()
    };
    assert!(fits(r#"{"$binary": "AQID"}"#, here));
    assert!(fits(r#"{"$any": "binary"}"#, here));
    assert!(!fits(r#"{"$binary": "AQI="}"#, here));
    assert!(!fits(r#"{"$any": "object"}"#, here));
    assert!(!fits(
        r#"{"$binary": "AQID"}"#,
        r#"{"_placeholder":true,"num":9}"#
    ));
    assert!(!fits(r#"{"_placeholder": true, "num": 1}"#, here));
    // Without attachments the same text is an ordinary object.
    assert!(matches(r#"{"_placeholder": true, "num": 1}"#, here));
}

#[test]
fn differences_say_where_and_what() {
    insta::assert_snapshot!(difference("[1, 2]", "[1]"), @"argument 2: expected 2, got nothing: there are 1 arguments");
    insta::assert_snapshot!(difference("[1]", "[1, null]"), @"argument 2: expected nothing, only 1 arguments, got null");
    insta::assert_snapshot!(difference(r#"[{"x": [1, "${a}"]}]"#, r#"[{"x":[1,"b"]}]"#), @r#"argument 1, member "x", element 2: expected "${a}", got "b""#);
    insta::assert_snapshot!(difference(r#"[{"$any": "string"}]"#, "[1]"), @"argument 1: expected any string, got 1");
    insta::assert_snapshot!(difference(r#"[{"$bytes": 20}]"#, "[1]"), @"argument 1: expected an attachment of 20 bytes: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f …, got 1");
}

#[test]
fn wordings_leave_gaps() {
    let parts = |parts: &[&str]| {
        parts
            .iter()
            .map(|part| (*part).to_owned())
            .collect::<Vec<_>>()
    };
    assert!(is_worded(&parts(&["a ", " b ", " c"]), "a 1 b 2 c"));
    assert!(!is_worded(&parts(&["a ", " b ", " c"]), "a 1 b 2"));
    assert!(is_worded(&parts(&["all"]), "all"));
    assert!(!is_worded(&parts(&["all"]), "all and more"));
}
