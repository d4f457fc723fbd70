//! For each generated type: instances that exercise all of it, and instances that
//! it has to refuse.

use serde_json::{Value, json};

/// The instances of one type.
pub(crate) struct Instances {
    pub(crate) type_name: &'static str,
    pub(crate) valid: Vec<Value>,
    pub(crate) invalid: Vec<Value>,
}

macro_rules! instances {
    ($($type:ident: [$($valid:tt),+ $(,)?] not [$($invalid:tt),* $(,)?];)+) => {
        vec![$(Instances {
            type_name: stringify!($type),
            valid: vec![$(json!($valid)),+],
            invalid: vec![$(json!($invalid)),*],
        },)+]
    };
}

/// Every type, by name.
pub(crate) fn instances() -> Vec<Instances> {
    instances! {
        AddTarget: [["bob"]] not [[], [""], [5], [null], ["bob", 1]];
        AddTargetAck: [[], ["a reason"], [{}]] not [[null], [""], [false], ["a reason", 1], {}];
        ApiName: ["alice", "__proto__"] not [5, null, ["a"], ""];
        Arguments: [[], [1, "two", { "three": 3 }]] not [{}, null, "abc"];
        Channel: ["alice", "__proto__"] not [5, null, ["a"], ""];
        CheckApiName: [["resize"]] not [[], [""], [null], ["resize", 1]];
        CheckApiNameAck: [[true], [false]] not [[], [null], [true, false]];
        ClientId: ["alice", "__proto__"] not [5, null, ["a"], ""];
        ConnectedStatusAck: [[true], [null]] not [[], [false], ["true"], [true, 1]];
        CreateApi: [["resize"]] not [[], [""], [null], ["resize", 1]];
        CreateStream: [
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} }],
        ] not [
            [{}], [null], [],
            [{ "sourceStreamId": 1, "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }, 1],
        ];
        CreateStreamAck: [
            [], ["a reason"], [{}],
        ] not [
            [null], [""], [false], ["a reason", 1], {},
        ];
        DestroyApi: [["resize"], [""], []] not [[null], [5], ["resize", 1], [["resize"]]];
        EmitRoom: [
            ["lobby", "news", 1, { "k": "v" }], ["lobby", ""],
        ] not [
            [], ["lobby"], ["lobby", null], [null, "news"],
        ];
        EmptyAck: [[]] not [[null], [1], {}];
        EventName: ["hello", ""] not [5, null, ["a"]];
        Forwarded: [[], ["alice", { "_placeholder": true, "num": 0 }, null]] not [{}, null];
        ForwardedAck: [[], [1, "two", { "three": 3 }]] not [{}, null];
        GetClientConnectedStatus: [["bob"], [""]] not [[], [null], ["bob", 1]];
        JoinRoomV1: [
            ["any", "lobby"], [null, ["lobby", "games"]],
            ["CLIENT_SUBSCRIBE_TOPIC", "bob", "lobby"],
        ] not [
            [], ["lobby"], ["any", null], ["any", "lobby", 1], ["CLIENT_SUBSCRIBE_TOPIC", "bob"],
            ["CLIENT_SUBSCRIBE_TOPIC", "", "lobby"],
        ];
        JoinRoomV1Ack: [[], [{}]] not [[null], [{}, 1], {}];
        JoinRoomV2: [
            ["lobby"], ["lobby", null], [["lobby", "games"], null],
        ] not [
            [], [null], ["any", "lobby"], ["lobby", null, 1], [{}],
        ];
        LeaveRoomV1: [
            ["any", "lobby"], ["CLIENT_UNSUBSCRIBE_TOPIC", "bob", "lobby"],
            ["SERVICE_DESTROY_TOPIC", "lobby"],
        ] not [
            [], ["lobby"], ["any", {}], ["SERVICE_DESTROY_TOPIC"],
            ["CLIENT_UNSUBSCRIBE_TOPIC", "bob"],
        ];
        LeaveRoomV2: [
            ["lobby"], ["lobby", null], [["lobby", "games"], null],
        ] not [
            [], [null], ["any", "lobby"], ["lobby", null, 1], [{}],
        ];
        ListClients: [[]] not [[1], [null], {}];
        ListClientsAck: [
            [["alice", "bob"]], [[]],
        ] not [
            [], ["alice"], [["alice", "alice"]], [[1]], [[""]], [[], 1],
        ];
        MessageObject: [
            { "targetClientId": "bob", "event": "hello", "args": ["alice", { "_placeholder": true, "num": 0 }] },
        ] not [
            {}, [], { "targetClientId": "bob", "event": "hello", "args": {} },
        ];
        MultiApiAddTarget: [["bob"]] not [[], [""], [5], [null], ["bob", 1]];
        MultiApiCreateStream: [
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} }],
        ] not [
            [{}], [null], [],
            [{ "sourceStreamId": 1, "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }, 1],
        ];
        NullAck: [[null]] not [[], [1], [null, null]];
        P2pEmitAcknowledge: [
            [{ "targetClientId": "bob", "event": "hello", "args": ["alice", { "_placeholder": true, "num": 0 }] }],
        ] not [
            [], ["bob", "hello", []], [{ "targetClientId": "bob", "event": "hello" }],
            [{ "targetClientId": "", "event": "hello", "args": [] }],
            [{ "targetClientId": "bob", "event": 5, "args": [] }],
            [{ "targetClientId": "bob", "event": "hello", "args": "abc" }],
            [{ "targetClientId": "bob", "event": "hello", "args": [], "more": 1 }],
            [{ "targetClientId": "bob", "event": "hello", "args": ["alice", { "_placeholder": true, "num": 0 }] }, null],
        ];
        P2pEmitV1: [
            [{ "targetClientId": "bob", "event": "hello", "args": ["alice", { "_placeholder": true, "num": 0 }] }],
        ] not [
            [], ["bob", "hello", []], [{ "targetClientId": "bob", "event": "hello" }],
            [{ "targetClientId": "", "event": "hello", "args": [] }],
            [{ "targetClientId": "bob", "event": 5, "args": [] }],
            [{ "targetClientId": "bob", "event": "hello", "args": "abc" }],
            [{ "targetClientId": "bob", "event": "hello", "args": [], "more": 1 }],
            [{ "targetClientId": "bob", "event": "hello", "args": ["alice", { "_placeholder": true, "num": 0 }] }, null],
        ];
        P2pEmitV2: [
            ["bob", "hello", [1, { "_placeholder": true, "num": 0 }], null], ["bob", "", []],
        ] not [
            [], ["bob"], ["bob", "hello"], ["bob", "hello", {}], ["", "hello", []],
            ["bob", 5, []], ["bob", "hello", [], "x"], ["bob", "hello", [], null, 1],
        ];
        Payload: [null, { "a": [1] }, "x"] not [];
        PeerStreamDestroyedV1: [
            ["alice", "SA"],
        ] not [
            [], ["alice"], ["", "SA"], ["alice", 5], ["alice", "SA", 1],
        ];
        PeerStreamDestroyedV2: [["SA"]] not [[], [5], ["SA", 1]];
        PongAck: [
            ["pong from client alice"],
        ] not [
            [], ["ping"], [5], ["pong from client alice", 1],
        ];
        RoomName: ["hello", ""] not [5, null, ["a"]];
        Rooms: ["lobby", [], ["lobby", "games"]] not [5, [5], null, {}];
        ServerError: [["a sentence"]] not [[], [{}], ["a", "b"]];
        ServerPing: [[]] not [[1], [null]];
        StreamDataAck: [[], ["a reason"], [{}]] not [[null], [""], [false], ["a reason", 1], {}];
        StreamDataV1: [
            ["alice", { "_placeholder": true, "num": 0 }], ["alice", null],
        ] not [
            [], ["alice"], [null, 1], ["alice", 1, 2],
        ];
        StreamDataV2: [[{ "_placeholder": true, "num": 0 }], [null]] not [[], [1, 2]];
        StreamId: ["hello", ""] not [5, null, ["a"]];
        StreamInfo: [
            { "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" },
            { "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} },
        ] not [
            {}, [], null, { "sourceStreamId": "SA", "targetStreamId": "SB" },
            { "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "argArray": {} },
        ];
        StreamOffered: [
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} }],
        ] not [
            [{}], [null], [],
            [{ "sourceStreamId": 1, "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }, 1],
        ];
        StreamOfferedOnChannel: [
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} }],
        ] not [
            [{}], [null], [],
            [{ "sourceStreamId": 1, "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }, 1],
        ];
        StreamOfferedV1: [
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob", "sourceClientId": "alice", "channel": "files", "argArray": [1, "two", null], "more": {} }],
        ] not [
            [{}], [null], [],
            [{ "sourceStreamId": 1, "targetStreamId": "SB", "targetClientId": "bob" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "" }],
            [{ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "bob" }, 1],
        ];
        SubscribeTopic: [
            ["alice", "alice", "prices"], ["alice", "alice", ""],
        ] not [
            [], ["alice", "alice"], ["", "alice", "prices"], ["alice", "alice", 5],
            ["alice", "alice", "prices", 1],
        ];
        SubscribeTopicAck: [
            [], ["a reason"], [{}],
        ] not [
            [null], [""], [false], ["a reason", 1], {},
        ];
        TargetAdded: [["bob"]] not [[], [""], [5], [null], ["bob", 1]];
        TargetAddedV1: [["alice"], [null]] not [[], [5], ["alice", 1]];
        TargetDisconnected: [["bob"]] not [[], [""], [5], [null], ["bob", 1]];
        TargetDisconnectedV1: [["alice"], [null]] not [[], [5], ["alice", 1]];
        TopicBeingDestroyed: [[]] not [[1], {}];
        TopicName: ["alice", "__proto__"] not [5, null, ["a"], ""];
        TopicPublication: [[], [1, { "k": "v" }]] not [{}, null];
        UnsubscribeTopic: [
            ["alice", "alice", "prices"], ["alice", "alice", ""],
        ] not [
            [], ["alice", "alice"], ["", "alice", "prices"], ["alice", "alice", 5],
            ["alice", "alice", "prices", 1],
        ];
        UseApi: [["resize", 1, null, { "a": 1 }], ["resize"]] not [[], [""], [null, 1]];
    }
}
