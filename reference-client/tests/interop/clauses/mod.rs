//! One test for each CLI-* clause, run against every server and in every dialect that has it.
//!
//! The original 1.12.1 speaks `v2` alone. What a clause of `v1` asks for cannot hold there
//! (DEV-21), so those clauses have a second test that says what happens instead.

mod core;
mod listeners;
mod message;
mod service;
mod stream;
mod stream_ends;
mod target;

use std::{collections::BTreeSet, pin::Pin, sync::Arc};

use sio_p2p_client::Dialect;
use sio_p2p_protocol::{Clause, Role, clauses};

use crate::{
    Plan,
    servers::{Kind, Servers, Setup},
};

type Test = Box<dyn FnOnce(Setup) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;
type Make = fn() -> Test;

/// The test of one clause.
struct ClauseTest {
    id: &'static str,
    holds: Make,
    /// For clauses of `v1` alone: the deviation of the original, and what happens there.
    deviates: Option<(&'static str, Make)>,
}

/// Makes an `async fn(Setup)` storable.
macro_rules! make {
    ($test:path) => {
        || Box::new(|setup| Box::pin($test(setup)))
    };
}

macro_rules! clause_tests {
    ($($id:literal => $test:path $(, original: $deviation:literal => $instead:path)?;)+) => {
        [$(ClauseTest {
            id: $id,
            holds: make!($test),
            deviates: [$(($deviation, make!($instead) as Make))?].into_iter().next(),
        },)+]
    };
}

fn table() -> Vec<ClauseTest> {
    let tests = clause_tests! {
        "CLI-CORE-1" => core::the_id_is_in_the_handshake;
        "CLI-CORE-2" => core::a_ping_is_answered;
        "CLI-CORE-3" => core::an_error_harms_nothing_else;
        "CLI-MSG-1" => target::listeners_of_who_left_are_removed;
        "CLI-MSG-2" => listeners::a_listener_for_anybody_hears_everybody;
        "CLI-MSG-3" => listeners::a_listener_for_one_client_hears_that_one,
            original: "DEV-21" => listeners::the_original_does_not_tell_who_sent;
        "CLI-MSG-4" => listeners::once_and_no_longer;
        "CLI-MSG-5" => message::a_message_reaches_whom_it_is_for;
        "CLI-MSG-6" => message::everybody_with_everybody;
        "CLI-MSG-F1" => target::adding_is_told_at_both_ends;
        "CLI-MSG-F2" => listeners::there_are_listeners_for_any_source;
        "CLI-MSG-F3" => listeners::there_are_listeners_for_one_source,
            original: "DEV-21" => listeners::there_are_none_in_v2;
        "CLI-MSG-F4" => message::sending_takes_one_id;
        "CLI-MSG-10" => target::being_added_is_answered_at_once;
        "CLI-STR-1" => stream::many_streams_of_two_ends_each;
        "CLI-STR-2" => stream::stream_ids_differ;
        "CLI-STR-3" => stream::a_duplex_across_the_network;
        "CLI-STR-4" => stream_ends::destroying_one_end_destroys_the_other;
        "CLI-STR-F1" => stream::the_opener_gets_its_end_once_accepted;
        "CLI-STR-F2" => stream::the_acceptor_gets_its_end_when_it_accepts;
        "CLI-STR-10" => stream::one_chunk_at_a_time;
        "CLI-STR-11" => stream_ends::one_direction_ends_and_the_other_stays;
        "CLI-STR-12" => stream_ends::destruction_is_told_and_repetition_ignored;
        "CLI-STR-13" => stream::who_takes_no_streams_says_so,
            original: "DEV-19" => stream::we_say_so_in_v2_as_well;
        "CLI-STR-14" => stream::strangers_are_not_heard;
        "CLI-SVC-1" => service::uses_services_and_is_one;
        "CLI-SVC-2" => service::one_instance_is_one_service;
        "CLI-SVC-F1" => service::only_a_service_answers_subscriptions,
            original: "DEV-21" => service::the_original_has_no_subscriptions;
        "CLI-SVC-F2" => service::topics_carry_the_name_of_their_service,
            original: "DEV-21" => service::the_original_has_no_topics;
    };
    Vec::from(tests)
}

/// All trials of this folder.
pub(crate) fn plans() -> Vec<Plan> {
    let mut plans = vec![Plan::new(
        "every clause of the client has a test",
        |_| async { every_clause_has_a_test() },
    )];
    for test in table() {
        let clause = Clause::find(test.id).expect("the table names clauses of the register");
        for kind in Kind::ALL {
            for dialect in [Dialect::V1, Dialect::V2] {
                plans.extend(plan(&test, clause, kind, dialect));
            }
        }
    }
    plans
}

/// What is to be tried of a clause with this server in this dialect, if anything.
fn plan(test: &ClauseTest, clause: &Clause, kind: Kind, dialect: Dialect) -> Option<Plan> {
    let id = test.id;
    let applies = clause.dialects.contains(&dialect);
    let (name, make) = match (applies, &test.deviates) {
        (true, _) if !(kind.is_original() && dialect == Dialect::V1) => {
            (format!("{id} {dialect} {kind}"), test.holds)
        }
        (false, Some((deviation, instead))) if kind.is_original() => {
            (format!("{id} {deviation} {kind}"), *instead)
        }
        _ => return None,
    };
    let run = make();
    Some(Plan::new(name, move |servers: Arc<Servers>| async move {
        run(Setup::new(&servers, kind, dialect).await).await;
    }))
}

/// No clause without a test, no test without a clause, and something to try with each server.
fn every_clause_has_a_test() {
    let register = clauses()
        .iter()
        .filter(|clause| clause.role == Role::Client);
    let register: BTreeSet<_> = register.map(|clause| clause.id.as_str()).collect();
    let table = table();
    let tested: BTreeSet<_> = table.iter().map(|test| test.id).collect();
    assert_eq!(register, tested);
    assert_eq!(table.len(), tested.len(), "a clause has two tests");
    for test in &table {
        let clause = Clause::find(test.id).unwrap();
        for kind in Kind::ALL {
            let tried = [Dialect::V1, Dialect::V2].map(|dialect| plan(test, clause, kind, dialect));
            assert!(
                tried.iter().any(Option::is_some),
                "{} is not tried with {kind}",
                test.id
            );
        }
        let v1_only = clause.dialects == [Dialect::V1];
        assert_eq!(v1_only, test.deviates.is_some(), "{}", test.id);
    }
    // The whole table, for people: which clause is tried with which server.
    let all = plans();
    let names: Vec<_> = all.iter().map(|plan| plan.name.as_str()).collect();
    insta::assert_snapshot!("table", names.join("\n"));
}
