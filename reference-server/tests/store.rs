//! What every message store must do, and what the one in a file does beyond it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use proptest::prelude::*;
use sio_p2p_protocol::{Args, Arguments, ClientId, EventName};
use sio_p2p_server::store::{
    MemoryStore, MessageId, MessageStore, NewMessage, SqliteStore, StoreError, StoreLimits,
};

const LIMITS: StoreLimits = StoreLimits {
    messages_per_client: 4,
    bytes_per_client: 200,
    messages: 6,
};

fn client(name: &str) -> ClientId {
    ClientId::new(name).unwrap()
}

fn message(to: &str, args: &str) -> NewMessage {
    let args = Arguments::parse(args).unwrap();
    NewMessage::new(client(to), EventName::new("job").unwrap(), args)
}

/// A time that needs no clock.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What is stored for a client: ids, attempts and arguments.
async fn stored(store: &dyn MessageStore, name: &str) -> Vec<(u64, u32, String)> {
    let loaded = store.load(&client(name), None, 100, at(0)).await.unwrap();
    let rows = loaded.into_iter().map(|message| {
        let args = message.message.args.arguments().as_json().to_owned();
        (message.id.0, message.attempts, args)
    });
    rows.collect()
}

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, LIMITS)
}

fn refusal(path: &Path) -> String {
    let error = open(path).expect_err("it must not be opened").to_string();
    error.replace(&path.display().to_string(), "FILE")
}

/// What a test may do to a store.
#[derive(Debug, Clone)]
enum Step {
    Save {
        to: usize,
        bytes: usize,
        expires: Option<u64>,
    },
    Load {
        to: usize,
        after: u64,
        limit: usize,
        now: u64,
    },
    Sent(Vec<u64>),
    Remove(Vec<u64>),
    Expire(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ids = || proptest::collection::vec(1..12_u64, 0..4);
    let step = prop_oneof![
        4 => (0..3_usize, 0..40_usize, proptest::option::of(0..5_u64))
            .prop_map(|(to, bytes, expires)| Step::Save { to, bytes, expires }),
        3 => (0..3_usize, 0..12_u64, 0..5_usize, 0..5_u64)
            .prop_map(|(to, after, limit, now)| Step::Load { to, after, limit, now }),
        1 => ids().prop_map(Step::Sent),
        2 => ids().prop_map(Step::Remove),
        1 => (0..5_u64).prop_map(Step::Expire),
    ];
    proptest::collection::vec(step, 0..40)
}

fn with_attachments(args: Args, attachments: Vec<Bytes>) -> Args {
    Args::new(args.into_parts().0, attachments)
}

/// Does one step and tells all that can be seen of it.
async fn perform(store: &dyn MessageStore, step: &Step) -> String {
    let name = |to: &usize| ["a", "b", "__proto__"][*to];
    let ids = |ids: &[u64]| ids.iter().copied().map(MessageId).collect::<Vec<_>>();
    match step {
        Step::Save { to, bytes, expires } => {
            let mut message = message(name(to), r#"[{"_placeholder":true,"num":0},1e400]"#);
            message.args = with_attachments(message.args, vec![vec![7; *bytes].into()]);
            message = message.with_ack("done", Arguments::parse(r#"["x"]"#).unwrap());
            message.expires = expires.map(at);
            // Ids count up, but a refused message may or may not use one up.
            match store.save(message).await {
                Ok(_) => "saved".to_owned(),
                Err(error) => error.to_string(),
            }
        }
        Step::Load {
            to,
            after,
            limit,
            now,
        } => {
            let after = (*after > 0).then_some(MessageId(*after));
            let loaded = store.load(&client(name(to)), after, *limit, at(*now));
            format!("{:?}", loaded.await.unwrap())
        }
        Step::Sent(list) => format!("{:?}", store.sent(ids(list)).await.unwrap()),
        Step::Remove(list) => format!("{:?}", store.remove(ids(list)).await.unwrap()),
        Step::Expire(now) => format!("{:?}", store.expire(at(*now)).await.unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Both stores behave alike.
    #[test]
    fn a_file_does_what_memory_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let memory = MemoryStore::new(LIMITS);
        let file = open(&folder.path().join("messages")).unwrap();
        runtime.block_on(async {
            for step in &steps {
                let (expected, found) = (perform(&memory, step).await, perform(&file, step).await);
                prop_assert_eq!(expected, found, "{:?}", step);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_file_keeps_everything_until_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages");
    let mut first = message("a", r#"["\ud800",{"_placeholder":true,"num":0}]"#)
        .with_ack("done", Arguments::parse("[1,null]").unwrap())
        .expiring(at(1_000));
    let attachments = vec![Bytes::from_static(b"\0\xff"), Bytes::new()];
    first.args = with_attachments(first.args, attachments);
    let id = {
        let store = open(&path).unwrap();
        let id = store.save(first.clone()).await.unwrap();
        store.sent(vec![id]).await.unwrap();
        id
    };
    let store = open(&path).unwrap();
    let loaded = store.load(&client("a"), None, 9, at(0)).await.unwrap();
    assert_eq!(loaded.len(), 1);
    assert_eq!((loaded[0].id, loaded[0].attempts), (id, 1));
    assert_eq!(loaded[0].message, first);
    // The limits count what was there before.
    for _ in 0..3 {
        store.save(message("a", "[]")).await.unwrap();
    }
    let error = store.save(message("a", "[]")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store holds as many messages for client `a` as it may: 4"
    );
}

/// An ack that comes late, after a restart, must not be taken for another message's.
#[tokio::test]
async fn an_id_is_never_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages");
    let save = async || {
        let store = open(&path).unwrap();
        let id = store.save(message("a", "[]")).await.unwrap();
        assert_eq!(store.remove(vec![id]).await.unwrap(), [id]);
        id
    };
    let first = save().await;
    assert!(save().await > first);
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(
        &text,
        "not a database, but long enough to be looked at as one".repeat(20),
    )
    .unwrap();
    insta::assert_snapshot!(refusal(&text), @"the message store FILE cannot be used: it is not an SQLite database");

    let foreign = folder.path().join("foreign");
    let database = rusqlite::Connection::open(&foreign).unwrap();
    database.execute_batch("CREATE TABLE other (x)").unwrap();
    drop(database);
    insta::assert_snapshot!(refusal(&foreign), @"the message store FILE cannot be used: it is a database of another program");

    let later = folder.path().join("later");
    drop(open(&later).unwrap());
    let database = rusqlite::Connection::open(&later).unwrap();
    database.execute_batch("PRAGMA user_version = 2").unwrap();
    drop(database);
    insta::assert_snapshot!(refusal(&later), @"the message store FILE cannot be used: it was written by a later version of this program");

    let missing = folder.path().join("no/such/folder");
    insta::assert_snapshot!(refusal(&missing), @"the message store FILE cannot be used: unable to open database file: FILE");

    let shared = folder.path().join("shared");
    let _held = open(&shared).unwrap();
    insta::assert_snapshot!(refusal(&shared), @"the message store FILE cannot be used: it is open in another server");
}

/// Many tasks that save at once share commits, and each gets an id of its own.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_save_at_once_get_ids_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let limits = StoreLimits::default();
    let store = Arc::new(SqliteStore::open(folder.path().join("messages"), limits).unwrap());
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for number in 0..100 {
                    let args = format!("[{task},{number}]");
                    ids.push(store.save(message("a", &args)).await.unwrap());
                }
                assert!(ids.is_sorted());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let loaded = store.load(&client("a"), None, 1_000, at(0)).await.unwrap();
    assert_eq!(loaded.len(), 800);
    assert!(loaded.is_sorted_by(|one, other| one.id < other.id));
}

#[tokio::test]
async fn what_is_not_there_does_not_matter() {
    let store = MemoryStore::new(LIMITS);
    store.sent(vec![MessageId(7)]).await.unwrap();
    assert_eq!(store.remove(vec![MessageId(7)]).await.unwrap(), []);
    let id = store.save(message("a", "[1]")).await.unwrap();
    assert_eq!(stored(&store, "a").await, [(id.0, 0, "[1]".to_owned())]);
    assert_eq!(stored(&store, "b").await, []);
}
