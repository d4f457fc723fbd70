//! What wins, and what mistakes are told.

use super::*;

fn load(file: &str) -> Result<Loaded, LoadError> {
    Loader::default().text("p2p.toml", file).load()
}

fn refused(file: &str) -> String {
    load(file).unwrap_err().to_string()
}

#[test]
fn what_is_more_specific_wins() {
    let file = "preset = \"strict\"\n\n[queue]\npackets = 5\nbytes = 6000\nwrite_stall_ms = 7\n";
    let loaded = Loader::default()
        .set("--set", "queue.write_stall_ms", "9")
        .set("--set", "queue.write_stall_ms", "10")
        .environment([
            ("P2P_SERVER_QUEUE__BYTES".into(), "8000".into()),
            ("P2P_SERVER_QUEUE__WRITE_STALL_MS".into(), "8".into()),
            ("PATH".into(), "/bin".into()),
        ])
        .text("p2p.toml", file)
        .load()
        .unwrap();
    let queue = &loaded.config.queue;
    assert_eq!((queue.packets, queue.bytes), (5, 8_000));
    assert_eq!(queue.write_stall.as_millis(), 10);
    assert_eq!(loaded.preset, Preset::Strict);
    for (key, origin) in [
        ("preset", "p2p.toml:1"),
        ("queue.packets", "p2p.toml:4"),
        (
            "queue.bytes",
            "environment variable P2P_SERVER_QUEUE__BYTES",
        ),
        ("queue.write_stall_ms", "flag --set"),
        ("engine.max_message", "preset strict"),
        ("engine.ping_interval_ms", "default"),
    ] {
        assert_eq!(loaded.origin(key).to_string(), origin, "{key}");
    }
}

/// The environment beats the file for the preset, too.
#[test]
fn one_preset_is_chosen() {
    let loaded = Loader::default()
        .text("p2p.toml", "preset = \"strict\"")
        .environment([("P2P_SERVER_PRESET".into(), "compatible".into())])
        .load()
        .unwrap();
    assert_eq!(loaded.config, Config::default());
    let error = Loader::default().set("--preset", "preset", "lax").load();
    assert_eq!(
        error.unwrap_err().to_string(),
        "flag --preset: there is no preset `lax`; there are `compatible` and `strict`"
    );
}

#[test]
fn texts_need_no_quotes_outside_of_files() {
    let loaded = Loader::default()
        .set("--listen", "listen.address", "[::1]:80")
        .set("--set", "policy.duplicate_ids", "replace")
        .set("--set", "engine.max_message", "1_000_000")
        .load()
        .unwrap();
    assert_eq!(loaded.config.listen.address.port(), 80);
    assert_eq!(loaded.config.engine.max_message, 1_000_000);
}

#[test]
fn mistakes_in_a_file_are_told_with_their_place() {
    for (file, expected) in [
        ("[engine\n", "p2p.toml:1:8: unclosed table, expected `]`"),
        (
            "[engine]\nmax_message = 5000\nmax_message = 6000\n",
            "p2p.toml:3:1: duplicate key",
        ),
        (
            "[engine]\n\"ä\" = 1\nping_timout_ms = 1\n",
            "p2p.toml:2:1: there is no setting `engine.ä`\n\
             p2p.toml:3:1: there is no setting `engine.ping_timout_ms`; \
             did you mean `engine.ping_timeout_ms`?",
        ),
        (
            "ping_timeout_ms = 5",
            "p2p.toml:1:1: there is no setting `ping_timeout_ms`; \
             did you mean `engine.ping_timeout_ms`?",
        ),
        (
            "pesret = \"strict\"",
            "p2p.toml:1:1: there is no setting `pesret`; did you mean `preset`?",
        ),
        (
            "engine = 1",
            "p2p.toml:1:10: `engine` is a section, expected a table `[engine]`",
        ),
        (
            "engine.ping_timeout_ms = \"5s\"",
            "p2p.toml:1:26: `engine.ping_timeout_ms` is \"5s\", \
             expected a whole number of milliseconds of at least 1",
        ),
        (
            "[engine]\n  ping_timeout_ms = 0",
            "p2p.toml:2:21: `engine.ping_timeout_ms` is 0, \
             expected a whole number of milliseconds of at least 1",
        ),
        (
            "engine.max_message = 99999999999999999999",
            "p2p.toml:1:22: `engine.max_message` is \"99999999999999999999\", \
             expected a whole number of at least 1024",
        ),
        (
            "[listen]\naddress = \"nowhere\"",
            "p2p.toml:2:11: `listen.address` is \"nowhere\", \
             expected an address with a port, such as `127.0.0.1:3000`",
        ),
        (
            "tls.key = \"key.pem\"",
            "p2p.toml:1:11: `tls.key` is set, \
             expected its certificate in `tls.certificate`, too",
        ),
        ("preset = 1", "p2p.toml:1:10: `preset` is no text"),
    ] {
        assert_eq!(refused(file), expected, "{file}");
    }
    let names = refused("policy.duplicate_ids = \"keep\"");
    assert!(
        names.contains("expected one of `reject`, `replace`"),
        "{names}"
    );
}

#[test]
fn mistakes_elsewhere_are_told_with_their_name() {
    for (name, value, expected) in [
        (
            "P2P_SERVER_ENGINE__MAX_MESAGE",
            "1",
            "environment variable P2P_SERVER_ENGINE__MAX_MESAGE: there is no variable \
             `P2P_SERVER_ENGINE__MAX_MESAGE`; did you mean `P2P_SERVER_ENGINE__MAX_MESSAGE`?",
        ),
        (
            "P2P_SERVER_QUEUE__PACKETS",
            "many",
            "environment variable P2P_SERVER_QUEUE__PACKETS: `queue.packets` is \"many\", \
             expected a whole number from 1 to 16777216",
        ),
    ] {
        let loader = Loader::default().environment([(name.into(), value.into())]);
        assert_eq!(loader.load().unwrap_err().to_string(), expected);
    }
    let error = Loader::default().set("--set", "queue.pakets", "1").load();
    assert_eq!(
        error.unwrap_err().to_string(),
        "flag --set: there is no setting `queue.pakets`; did you mean `queue.packets`?"
    );
    let error = Loader::default().file("no/such/file.toml").load();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("configuration file no/such/file.toml: "));
}

/// A service named `p2p-server` puts these into every container of its cluster.
#[test]
fn variables_of_kubernetes_are_no_mistakes() {
    let names = [
        "P2P_SERVER_SERVICE_HOST",
        "P2P_SERVER_SERVICE_PORT",
        "P2P_SERVER_SERVICE_PORT_HTTP",
        "P2P_SERVER_PORT",
        "P2P_SERVER_PORT_3000_TCP_ADDR",
        "P2P_SERVER_CONFIG",
    ];
    let variables = names.map(|name| (name.into(), "x".into()));
    assert!(Loader::default().environment(variables).load().is_ok());
}

/// What is printed is a file that means the same.
#[test]
fn the_printed_settings_can_be_loaded() {
    for preset in Preset::ALL {
        let chosen = Loader::default().set("--preset", "preset", preset.name());
        let loaded = chosen.load().unwrap();
        let again = load(&loaded.to_toml()).unwrap();
        assert_eq!(again.config, loaded.config);
        assert_eq!(again.preset, preset);
    }
}

/// Neither what is printed nor what is complained about shows a secret.
#[test]
fn secrets_are_never_told() {
    let file = "\
[auth]
mode = \"tokens\"
tokens = [
  { token = \"hunter2\", client_id = \"a\" },
  { token = \"hunter3\" },
]
[auth.jwt]
secret = \"hunter4\"
";
    let loaded = load(file).unwrap();
    let printed = loaded.to_toml();
    assert!(!printed.contains("hunter"), "{printed}");
    let tokens = r#"tokens = [{ token = "<redacted>", client_id = "a" }, { token = "<redacted>" }] # p2p.toml:3"#;
    assert!(printed.contains(tokens), "{printed}");
    assert!(!format!("{loaded:?}").contains("hunter"));
    let again = load(&printed).unwrap_err().to_string();
    assert_eq!(
        again,
        format!(
            "p2p.toml:{}:21: `auth.tokens[0].token`: \
             this is what is printed in place of a secret, and no secret",
            printed.lines().position(|line| line == tokens).unwrap() + 1
        )
    );
    for (file, expected) in [
        (
            "auth.tokens = [{ token = [\"hunter2\"] }]",
            "p2p.toml:1:26: `auth.tokens[0].token`: expected a string",
        ),
        (
            "auth.tokens = [{ token = \"hunter2\", id = 1 }]",
            "p2p.toml:1:42: `auth.tokens[0].id`: unknown field `id`, \
             expected `token` or `client_id`",
        ),
        (
            "auth.tokens = [\"hunter2\"]",
            "p2p.toml:1:16: `auth.tokens[0]`: expected struct TokenConfig",
        ),
        (
            "auth.tokens = \"hunter2\"",
            "p2p.toml:1:15: `auth.tokens` is not what it should be, \
             expected a list of tables with `token` and `client_id`",
        ),
        (
            "auth.jwt.secret = 1",
            "p2p.toml:1:19: `auth.jwt.secret` is no text",
        ),
    ] {
        assert_eq!(refused(file), expected, "{file}");
    }
}

/// A safe server has to be told who may come in.
#[test]
fn the_strict_preset_wants_a_decision() {
    let loaded = load("preset = \"strict\"").unwrap();
    let problem = loaded.config.auth.authenticator().unwrap_err();
    assert_eq!(
        loaded.misfit(&problem).to_string(),
        "preset strict: `auth.mode` is \"undecided\", \
         expected `tokens`, `jwt`, or `none` to let everybody in"
    );
}

/// Each pattern that can never match is told, where it stands.
#[test]
fn impossible_origins_are_told_with_their_places() {
    let file = "\
[cors]
origins = [
  \"https://app.example.org\",
  \"*.example.org\",
  \"https://*.example.org\",
  \"wss://app.example.org\",
]
";
    assert_eq!(
        refused(file),
        "p2p.toml:4:3: `cors.origins[1]` is `*.example.org`, which has no scheme; expected `*`, \
         `null`, or scheme, host and port alone, such as `https://app.example.org` or \
         `capacitor://localhost`\n\
         p2p.toml:6:3: `cors.origins[3]` is `wss://app.example.org`, which is the address of a \
         WebSocket; expected the page's own origin, which begins with `https://` or `http://`"
    );
}

#[test]
fn a_path_and_a_folder_of_the_engine_are_looked_at() {
    for (file, expected) in [
        (
            "engine.path = \"socket.io\"",
            "p2p.toml:1:15: `engine.path` is \"socket.io\", expected a slash and then what stands \
             in a URL: no `?`, `#`, `.` or `..`, everything else outside of ASCII percent-encoded",
        ),
        (
            "engine.client_files = \"no/such/folder\"",
            "p2p.toml:1:23: `engine.client_files` names no/such/folder, which is no folder",
        ),
        (
            "runtime.threads = 5000",
            "p2p.toml:1:19: `runtime.threads` is 5000, \
             expected a whole number from 0 to 1024",
        ),
    ] {
        assert_eq!(refused(file), expected, "{file}");
    }
}
