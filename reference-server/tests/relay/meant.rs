//! Where the relay means to differ from the golden traces, and why.

const STORE: &str = "persistent messages need a store, which is beside the relay";

/// Traces that are not replayed, and why not.
pub(crate) const NOT_REPLAYED: &[(&str, &str)] = &[
    ("persistent_emit", STORE),
    ("persistent_emit_unacked", STORE),
];

/// A trace that comes out differently.
pub(crate) struct Meant {
    pub(crate) implementation: &'static str,
    pub(crate) trace: &'static str,
    /// The deviation of the original, or the clause that we follow instead.
    pub(crate) id: &'static str,
    /// Every single difference. Packets of the trace go by their line.
    pub(crate) differences: &'static [&'static str],
}

pub(crate) const MEANT: &[Meant] = &[
    // An id is not lost when one of its two connections leaves.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "duplicate_client_id",
        id: "DEV-13",
        differences: &[
            "w does not get 18: SERVER_ERROR",
            "w does not get 20: ack",
            r#"d2 also gets the event ["m","w","lost: entry was deleted"]"#,
            r#"w also gets the ack 1[["w","dup"]]"#,
        ],
    },
    // The older of two connections takes no API from the newer.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "duplicate_client_id_overwrite_kills_api",
        id: "SRV-SVC-14",
        differences: &["w does not get 17: ack", "w also gets the ack 0[true]"],
    },
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "duplicate_client_id_overwrite_kills_api",
        id: "SRV-SVC-14",
        differences: &["w does not get 20: ack", "w also gets the ack 0[true]"],
    },
    // Who connected last is no subscriber.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "topics_server_service",
        id: "DEV-7",
        differences: &[
            "last does not get 14: service:svc:topic:T-DEFAULT_TOPIC_EVENT",
            "last does not get 19: service:svc:topic:T-DEFAULT_TOPIC_EVENT",
            "last does not get 23: service:svc:topic:T-DEFAULT_TOPIC_EVENT",
        ],
    },
    // A client that unsubscribes is unsubscribed.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "topics_server_service",
        id: "DEV-5",
        differences: &["b does not get 24: service:svc:topic:T-DEFAULT_TOPIC_EVENT"],
    },
    // Who connected last is no subscriber.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "topics_server_service",
        id: "DEV-7",
        differences: &["last does not get 26: service:svc:topic:T-TOPIC_BEING_DESTROYED"],
    },
    // A client that unsubscribes is unsubscribed.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "topics_server_service",
        id: "DEV-5",
        differences: &["b does not get 27: service:svc:topic:T-TOPIC_BEING_DESTROYED"],
    },
    // The echo of the end of a stream is no mistake.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "server_stream",
        id: "DEV-18",
        differences: &["b does not get 24: SERVER_ERROR"],
    },
    // The echo of the end of a stream is no mistake.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "server_stream",
        id: "DEV-18",
        differences: &["b does not get 25: SERVER_ERROR"],
    },
    // The call that looks documented works, as in the other dialect.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "rooms_v15_two_arg_join",
        id: "DEV-20",
        differences: &[
            "a also gets the ack 0[null]",
            r#"a also gets the event ["news",1]"#,
        ],
    },
    // One notice, however many links.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "stream_two_same_pair",
        id: "DEV-14",
        differences: &["b does not get 33: MULTI_API_TARGET_DISCONNECT"],
    },
    // One notice, however many links.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "stream_two_same_pair",
        id: "DEV-14",
        differences: &["b does not get 33: TARGET_DISCONNECT"],
    },
    // One notice, however many links.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "stream_two_same_pair",
        id: "DEV-14",
        differences: &["b does not get 35: TARGET_DISCONNECT"],
    },
    // One notice, however many links.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "target_disconnect_repeated_and_mutual",
        id: "DEV-14",
        differences: &[
            "b does not get 27: MULTI_API_TARGET_DISCONNECT",
            "b does not get 28: MULTI_API_TARGET_DISCONNECT",
        ],
    },
    // One notice, however many links.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "target_disconnect_repeated_and_mutual",
        id: "DEV-14",
        differences: &[
            "b does not get 27: TARGET_DISCONNECT",
            "b does not get 28: TARGET_DISCONNECT",
        ],
    },
    // One notice, however many links.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "target_disconnect_repeated_and_mutual",
        id: "DEV-14",
        differences: &[
            "b does not get 30: TARGET_DISCONNECT",
            "b does not get 31: TARGET_DISCONNECT",
        ],
    },
    // A client that unsubscribes as the library does is unsubscribed.
    Meant {
        implementation: "v1.5.0-sio2",
        trace: "topics_client_service",
        id: "DEV-5",
        differences: &[
            "a does not get 36: service:svc:topic:T-DEFAULT_TOPIC_EVENT",
            "a does not get 40: service:svc:topic:T-TOPIC_BEING_DESTROYED",
        ],
    },
    // A rejected connection does not keep its id listed.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "duplicate_client_id_reject",
        id: "DEV-12",
        differences: &[
            "w does not get 17: ack",
            "w does not get 19: ack",
            r#"w also gets the ack 1[["w"]]"#,
            "w also gets the ack 2[null]",
        ],
    },
    // A connection without a client id is served.
    Meant {
        implementation: "v1.12.1-sio2",
        trace: "no_client_id",
        id: "DEV-10",
        differences: &[
            r#"anon also gets the ack 0[["b"]]"#,
            r#"anon also gets the event ["SERVER_ERROR","Error: client-id-missing: a connection without a client id cannot add targets"]"#,
            r#"b also gets the event ["m",1]"#,
        ],
    },
    // A rejected connection does not keep its id listed.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "duplicate_client_id_reject",
        id: "DEV-12",
        differences: &[
            "w does not get 20: ack",
            "w does not get 22: ack",
            r#"w also gets the ack 1[["w"]]"#,
            "w also gets the ack 2[null]",
        ],
    },
    // A connection without a client id is served.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "no_client_id",
        id: "DEV-10",
        differences: &[
            r#"anon also gets the ack 0[["b"]]"#,
            r#"anon also gets the event ["SERVER_ERROR","Error: client-id-missing: a connection without a client id cannot add targets"]"#,
            r#"b also gets the event ["m",1]"#,
        ],
    },
    // Joining and leaving a room is acked.
    Meant {
        implementation: "v2.0.0-sio4",
        trace: "rooms",
        id: "DEV-20",
        differences: &[
            "a also gets the ack 0[null]",
            "b also gets the ack 0[null]",
            "b also gets the ack 1[null]",
            "b also gets the ack 2[null]",
            "c also gets the ack 0[null]",
            "c also gets the ack 1[null]",
            "x also gets the ack 0[null]",
        ],
    },
];
