//! What is accepted is exactly what `serde_json` accepts.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

/// Text that looks like JSON more or less, so that both outcomes are frequent.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            "[", "]", "{", "}", ",", ":", "\"", "\\", " ", "\n", "null", "true", "false", "0",
            "-", "1", "12", ".", "e", "E+", "\"a\"", "\"a\":", "\\u00", "\\ud800", "\\n", "é",
            "\u{1f}", "\u{7f}", "\t", "01", "-0", "1.5e3", "[]", "{}", "tru", "x",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,40}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Valid JSON of any kind.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("-0.0e-7".to_owned()),
        Just("1E400".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "\\PC{0,99}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#""\ud800\u0041\/""#.to_owned()),
    ];
    let space = proptest::sample::select(vec!["", "", "", " ", "\n\t\r "]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let list = proptest::collection::vec((inner.clone(), space.clone()), 0..6);
        prop_oneof![
            list.clone().prop_map(|items| {
                let items: Vec<_> = items.iter().map(|(v, s)| format!("{s}{v}{s}")).collect();
                format!("[{}]", items.join(","))
            }),
            list.prop_map(|items| {
                let member = |(v, s): &(String, &str)| format!("{s}\"k\\n\"{s}:{s}{v}{s}");
                let items: Vec<_> = items.iter().map(member).collect();
                format!("{{{}}}", items.join(","))
            }),
        ]
    })
}

/// What `serde_json` says about a text that should be an array.
fn known(text: &str) -> Option<&str> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    raw.get().starts_with('[').then(|| raw.get())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_accepted_is_what_serde_json_accepts(text in nearly_json()) {
        for text in [format!("[{text}]"), format!("[\"{text}\"]"), text] {
            prop_assert_eq!(argument_list(&text), known(&text), "{}", text);
        }
    }

    #[test]
    fn every_array_is_accepted(text in json()) {
        let text = format!(" [{text}, {text}] ");
        prop_assert_eq!(argument_list(&text), Some(text.trim()));
        let mut cursor = Cursor::new(&text);
        prop_assert_eq!(cursor.list().map(|list| list.count), Some(2));
    }

    #[test]
    fn a_cut_or_a_changed_byte_is_noticed_as_serde_json_notices_it(
        text in json(), at in any::<prop::sample::Index>(), byte in 0..128_u8,
    ) {
        let text = format!("[{text}]");
        let at = at.index(text.len());
        let mut bytes = text.clone().into_bytes();
        bytes[at] = byte;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert_eq!(argument_list(&changed), known(&changed), "{}", changed);
        }
        if let Some(cut) = text.get(..at) {
            prop_assert_eq!(argument_list(cut), None);
        }
    }
}

#[test]
fn nesting_is_followed_to_a_bound() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let bound = DEPTH as usize + 2;
    assert!(argument_list(&nested(bound)).is_some());
    // The innermost of these is not empty.
    let full = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(argument_list(&full(bound - 1)).is_some());
    assert!(argument_list(&full(bound)).is_none());
    assert!(argument_list(&nested(1_000_000)).is_none());
}
