use super::*;
use crate::player::play::finding::{Finding, Outcome};
use crate::runner::verdict::CheckResult;
use crate::testing::{check, result};

fn read(entries: &str, to_rewrite: bool) -> Result<Baseline, Vec<Problem>> {
    let text = format!("{{ \"implementation\": \"x\", \"expected\": [\n{entries}\n] }}");
    let source = Source::new("baseline.json", text);
    let known = [check("one").key(), check("two").key()].into();
    Baseline::parse(&source, &known, to_rewrite)
}

fn entry(id: &str, prefix: &str, why: &str) -> String {
    format!(
        r#"{{ "id": "{id}", "dialect": "v2", "eio": 4, "verdict": "fail", "message_prefix": "{prefix}", "why": "{why}" }}"#
    )
}

fn broken(id: &str, message: &str) -> CheckResult {
    result(id, Outcome::Broken(Finding::new(message)))
}

#[test]
fn an_entry_excuses_what_it_describes() {
    let baseline = read(&entry("one", "it does", "old habit"), false).unwrap();
    assert_eq!(
        baseline.expects(&broken("one", "it does so").seen()),
        Some("old habit")
    );
    assert_eq!(
        baseline.expects(&broken("one", "it does not").seen()),
        Some("old habit")
    );
    assert_eq!(baseline.expects(&broken("one", "else").seen()), None);
    assert_eq!(baseline.expects(&broken("two", "it does so").seen()), None);
    assert_eq!(
        baseline.expects(&result("one", Outcome::Passed).seen()),
        None
    );
    let down = Outcome::Untestable(Finding::new("it does"));
    assert_eq!(baseline.expects(&result("one", down).seen()), None);
}

#[test]
fn an_entry_that_describes_nothing_is_stale() {
    let baseline = read(&entry("one", "it does", "why"), false).unwrap();
    assert_eq!(baseline.stale([broken("one", "it does so").seen()]), []);
    // What was not run proves nothing.
    assert_eq!(baseline.stale([broken("two", "x").seen()]), []);
    let stale = baseline.stale([result("one", Outcome::Passed).seen()]);
    assert_eq!(stale[0].instead, "it passes");
    let stale = baseline.stale([broken("one", "else").seen()]);
    assert_eq!(stale[0].instead, "fail: else");
}

#[test]
fn bad_entries_are_located() {
    let entries = [
        entry("three", "x", "why"),
        entry("one", "x", " "),
        entry("one", "x", "why"),
        entry("two", "x", "why").replace("\"fail\"", "\"pass\""),
        entry("two", "x", "why").replace("\"eio\": 4", "\"eio\": 3"),
        entry("two", "x", "why").replace("message_prefix", "message"),
    ];
    let problems = read(&entries.join(",\n"), false).unwrap_err();
    let lines: Vec<_> = problems
        .iter()
        .map(|problem| {
            format!(
                "{}:{}: {}",
                problem.at.line, problem.at.column, problem.message
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    2:1: there is no check three in v2 over Engine.IO 4
    3:1: one in v2 over Engine.IO 4: `why` is empty; say why the implementation does so
    4:1: one in v2 over Engine.IO 4 is listed already
    5:1: two in v2 over Engine.IO 4: a pass needs no entry
    6:1: there is no check two in v2 over Engine.IO 3
    7:62: unknown field `message`, expected one of `id`, `dialect`, `eio`, `transport`, `verdict`, `message_prefix`, `why`
    ");
}

#[test]
fn rewriting_keeps_reasons_and_asks_for_new_ones() {
    let entries = [entry("one", "before", "a reason"), entry("gone", "x", "y")].join(",");
    let baseline = read(&entries, true).unwrap();
    let (text, unexplained) =
        baseline.updated([broken("one", "after").seen(), broken("two", "new").seen()]);
    assert_eq!(unexplained, [check("two").key()]);
    insta::assert_snapshot!(text, @r#"
    {
      "implementation": "x",
      "expected": [
        {
          "id": "one",
          "dialect": "v2",
          "eio": 4,
          "verdict": "fail",
          "message_prefix": "after",
          "why": "a reason"
        },
        {
          "id": "two",
          "dialect": "v2",
          "eio": 4,
          "verdict": "fail",
          "message_prefix": "new",
          "why": ""
        }
      ]
    }
    "#);
    let (text, unexplained) = baseline.updated([result("one", Outcome::Passed).seen()]);
    assert!(
        unexplained.is_empty() && !text.contains("\"one\""),
        "{text}"
    );
    // A check that was not run keeps its entry.
    let (text, _) = baseline.updated([]);
    assert!(text.contains("\"before\""), "{text}");
}
