use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn passes(json: &str, attachments: usize) -> bool {
    check_placeholders(json, attachments).is_ok()
}

#[test]
fn whole_numbers_below_the_count_are_indices() {
    for num in ["0", "1", "-0", "1.0", "1e0", "0.0", "10e-1"] {
        let json = format!(r#"["e",{{"_placeholder":true,"num":{num}}}]"#);
        assert!(passes(&json, 2), "{num}");
    }
    for num in [
        "2", "-1", "0.5", "1e9", "1e400", "\"0\"", "null", "[0]", "{}", "true",
    ] {
        let json = format!(r#"["e",{{"_placeholder":true,"num":{num}}}]"#);
        assert!(!passes(&json, 2), "{num}");
    }
    assert!(!passes(r#"[{"_placeholder":true}]"#, 9));
    assert!(!passes(r#"[{"_placeholder":true,"num":0}]"#, 0));
}

#[test]
fn order_nesting_repetition_and_escapes_do_not_hide_a_placeholder() {
    for json in [
        r#"[{"num":7,"_placeholder":true}]"#,
        r#"{"a":[[{"_placeholder":true,"num":5}]]}"#,
        r#"[{"a":[{"b":{"_placeholder": true , "num": 7 }}]}]"#,
        r#"[{"_placeholder":true,"num":0,"num":7}]"#,
        r#"[{"_placeholder":true,"num":0,"num":[0]}]"#,
        r#"[{"_placeholder":false,"_placeholder":true,"num":7}]"#,
        r#"[{"\u005fplaceholder":true,"num":7}]"#,
        r#"[{"_placeholder":true,"\u006eum":7}]"#,
        r#"[{"_placeholder":true,"x":{"num":0}}]"#,
        r#"["}\"",{"_placeholder":true,"num":7}]"#,
        r#"[{"a":"\\"},{"_placeholder":true,"num":7}]"#,
    ] {
        assert!(!passes(json, 1), "{json}");
    }
}

#[test]
fn what_only_looks_like_a_placeholder_is_data() {
    for json in [
        r#"["_placeholder",true,"num",7]"#,
        r#"[{"_placeholder":1,"num":7}]"#,
        r#"[{"_placeholder":"true","num":7}]"#,
        r#"[{"_placeholder":true,"_placeholder":false,"num":7}]"#,
        r#"[{"_placeholder":true,"_placeholder":null}]"#,
        r#"[{"_placeholder":{"_placeholder":true,"num":0},"num":7}]"#,
        r#"[{"x":"\"_placeholder\":true"}]"#,
        r#"[{"x":{"_placeholder":null},"num":7}]"#,
        r#"[{"_placeholder":true,"num":7,"num":0}]"#,
        "[ { \"_placeholder\" : true , \"num\" : 0.0 } ]",
    ] {
        assert!(passes(json, 1), "{json}");
    }
}

#[test]
fn nesting_costs_no_stack() {
    let deep = 200_000;
    let json = format!(
        "[{}{}{}]",
        "[".repeat(deep),
        r#"{"_placeholder":true,"num":0}"#,
        "]".repeat(deep)
    );
    assert!(passes(&json, 1));
    assert!(!passes(&json, 0));
}

/// A value with objects that are placeholders or nearly are.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        3 => any::<bool>().prop_map(Value::from),
        3 => (-1_i64..4).prop_map(Value::from),
        1 => prop::sample::select(vec![json!(0.0), json!(-0.0), json!(1.5), json!("true"), json!("0")]),
        1 => "[_pnum\"\\\\{}\\[\\]:,é]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let key = prop::sample::select(vec!["_placeholder", "num", "x", "\\\"}"]);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            3 => prop::collection::hash_map(key, inner, 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
            2 => (-1_i64..4).prop_map(|num| json!({ "_placeholder": true, "num": num })),
        ]
    })
}

/// The same check on a tree.
fn fits(value: &Value, attachments: u32) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| fits(item, attachments)),
        Value::Object(members) => {
            let number = members.get("num").and_then(Value::as_f64);
            let names_one = number.is_some_and(|number| {
                (0..attachments).any(|index| f64::from(index).total_cmp(&(number + 0.0)).is_eq())
            });
            (members.get("_placeholder") != Some(&Value::Bool(true)) || names_one)
                && members.values().all(|item| fits(item, attachments))
        }
        _ => true,
    }
}

proptest! {
    #[test]
    fn a_tree_says_the_same(value in value(), attachments in 0_u32..3) {
        let expected = fits(&value, attachments);
        prop_assert_eq!(passes(&value.to_string(), attachments as usize), expected);
    }

    #[test]
    fn any_text_is_survived(text in ".*", attachments in 0usize..3) {
        let _ = check_placeholders(&text, attachments);
    }

    #[test]
    fn broken_json_is_survived(text in r#"[\[\]{}:,"\\_placeholdernumtrue0-9 é]{0,60}"#) {
        let _ = check_placeholders(&text, 1);
    }
}
