//! The catalogue is whole and agrees with itself.

use std::collections::BTreeSet;

use sio_p2p_protocol::{
    AckNeed, ClauseId, ClientEvent, Dialect, Direction, EventSpec, FailureCode, NamePattern,
    Presence, ServerEvent, catalogue, clauses,
};

#[test]
fn keys_and_type_names_are_unique_and_follow_their_rule() {
    let mut keys = BTreeSet::new();
    let mut types = BTreeSet::new();
    for spec in catalogue() {
        assert!(keys.insert(spec.key), "{} twice", spec.key);
        assert!(types.insert(spec.type_name), "{} twice", spec.type_name);
        assert_eq!(
            EventSpec::find(spec.key).map(|found| found.key),
            Some(spec.key)
        );
        let dialect = match spec.dialects {
            [one] => one.as_str(),
            _ => "any",
        };
        let server = match spec.direction {
            Direction::ClientToServer => "",
            Direction::ServerToClient => "server.",
        };
        assert_eq!(spec.key, format!("{dialect}.{server}{}", spec.name));
    }
}

#[test]
fn what_declarations_point_to_exists() {
    let register: BTreeSet<ClauseId> = clauses().iter().map(|clause| clause.id).collect();
    for spec in catalogue() {
        assert!(!spec.clauses.is_empty(), "{} serves no clause", spec.key);
        for clause in spec.clauses {
            assert!(register.contains(clause), "{} names {clause}", spec.key);
            let shared = clause.clause().unwrap().dialects;
            assert!(
                spec.dialects.iter().any(|dialect| shared.contains(dialect)),
                "{} has no dialect in common with {clause}",
                spec.key
            );
        }
        for carrier in spec.carried_by {
            let carrier = EventSpec::find(carrier).unwrap();
            assert_eq!(carrier.direction, Direction::ClientToServer);
        }
        for code in spec.failures {
            assert!(FailureCode::ALL.contains(code));
            let dialects = code.spec().dialects;
            assert!(
                spec.dialects
                    .iter()
                    .any(|dialect| dialects.contains(dialect))
            );
        }
        assert!(spec.doc.ends_with('.'), "{}", spec.key);
    }
}

#[test]
fn forms_put_required_arguments_first_and_a_rest_last() {
    for spec in catalogue() {
        assert!(!spec.forms.is_empty());
        for form in spec.forms {
            let order: Vec<u8> = form
                .args
                .iter()
                .map(|arg| match arg.presence {
                    Presence::Required => 0,
                    Presence::Optional => 1,
                    Presence::Rest => 2,
                })
                .collect();
            assert!(order.is_sorted(), "{}", spec.key);
            assert!(
                form.args
                    .iter()
                    .filter(|arg| arg.presence == Presence::Rest)
                    .count()
                    <= 1
            );
        }
    }
}

#[test]
fn every_example_decodes_to_its_declaration_and_is_written_the_same() {
    for spec in catalogue() {
        assert!(!spec.examples.is_empty(), "{} has no example", spec.key);
        for example in spec.examples {
            let (key, again, wants_ack) = match spec.direction {
                Direction::ClientToServer => {
                    let event = ClientEvent::decode(example.data, example.ack).unwrap();
                    (event.spec().key, event.encode(), event.wants_ack())
                }
                Direction::ServerToClient => {
                    let dialect = spec.dialects[0];
                    let event = ServerEvent::decode(example.data, example.ack, dialect).unwrap();
                    (event.spec().key, event.encode(), event.wants_ack())
                }
            };
            assert_eq!((key, again.as_str()), (spec.key, example.data));
            assert_eq!(wants_ack, example.ack, "{}", example.data);
            match spec.ack.need {
                AckNeed::Never => assert!(!example.ack, "{}", example.data),
                AckNeed::Required => assert!(example.ack, "{}", example.data),
                AckNeed::Optional => {}
            }
        }
    }
}

#[test]
fn an_event_knows_its_name_and_arguments() {
    let event = ServerEvent::decode(
        r#"["CREATE_STREAM-CHANNEL-c",{"sourceStreamId":"1","targetStreamId":"2","targetClientId":"b"}]"#,
        true,
        Dialect::V2,
    )
    .unwrap();
    assert_eq!(event.name(), "CREATE_STREAM-CHANNEL-c");
    assert_eq!(event.arguments().len(), 1);
    assert_eq!(event.dialects(), [Dialect::V2]);
}

#[test]
fn patterns_give_back_what_was_put_in() {
    for spec in catalogue() {
        let parameter = match spec.name {
            NamePattern::Exact(_) => "",
            _ => "x<y>-ü",
        };
        let name = spec.name.name(parameter);
        assert_eq!(spec.name.parameter(&name), Some(parameter));
    }
    let prefix = EventSpec::find("v2.server.CREATE_STREAM-CHANNEL-<channel>")
        .unwrap()
        .name;
    assert!(!prefix.matches("CREATE_STREAM"));
}

#[test]
fn clauses_of_the_readme_are_all_there() {
    let count = |family: &str, prefix: &str, n: u8| {
        for i in 1..=n {
            let id = format!("{family}-{prefix}{i}");
            assert!(id.parse::<ClauseId>().is_ok(), "{id}");
        }
    };
    count("GEN", "", 1);
    count("SRV-CORE", "", 5);
    count("SRV-CORE", "F", 8);
    count("SRV-MSG", "", 3);
    count("SRV-MSG", "F", 1);
    count("SRV-STR", "", 4);
    count("SRV-STR", "F", 1);
    count("SRV-SVC", "", 5);
    count("SRV-SVC", "F", 5);
    count("CLI-MSG", "", 6);
    count("CLI-MSG", "F", 4);
    count("CLI-STR", "", 4);
    count("CLI-STR", "F", 2);
    count("CLI-SVC", "", 2);
    count("CLI-SVC", "F", 2);
    let readme = clauses()
        .iter()
        .filter(|clause| clause.source.starts_with("README"))
        .count();
    assert_eq!(readme, 1 + 13 + 4 + 5 + 10 + 10 + 6 + 4);
}
