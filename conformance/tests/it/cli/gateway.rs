//! Servers as they stand in the world: nginx in front of them with TLS, below a path, with a
//! header that it wants; and an HTTP proxy on the way there.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::reach::{certify, server};
use super::{Folder, run};

const TOKEN: &str = "0123456789abcdef0123";
const KEY: &str = "X-Api-Key: sesame";

/// A program that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody has had lately.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a program that listens at this port, and waits until it does.
fn start(program: &str, args: &[&str], port: u16) -> Running {
    let mut command = Command::new(program);
    let started = command.args(args).stdin(Stdio::null()).spawn();
    let hint = format!("{program} is needed (Debian: apt-get install nginx-light tinyproxy-bin)");
    let running = Running(started.unwrap_or_else(|error| panic!("{hint}: {error}")));
    let limit = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < limit, "{program} does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// What a user has.
struct World {
    folder: Folder,
    /// Where nginx is, which wants the header.
    nginx: u16,
    /// Where a proxy is, which wants a password.
    proxy: u16,
    _running: [Running; 2],
}

impl World {
    fn new() -> Self {
        let folder = Folder::new();
        folder.scenario("green", "green");
        certify(&folder);
        let place = folder.0.display().to_string();
        let upstream = server(&format!(
            "[auth]\nmode = \"tokens\"\ntokens = [{{ token = \"{TOKEN}\", client_id = \"*\" }}]\n"
        ));
        let upstream = upstream.replace("localhost", "127.0.0.1");
        let (nginx, proxy) = (port(), port());
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {place}/{kind};"))
            .concat();
        let config = format!(
            r#"daemon off; master_process off; pid {place}/nginx.pid; error_log stderr crit;
events {{}}
http {{
    access_log off; {temporary}
    map $http_upgrade $connection_of {{ default upgrade; "" ""; }}
    server {{
        listen 127.0.0.1:{nginx} ssl;
        ssl_certificate {place}/c.pem; ssl_certificate_key {place}/k.pem;
        location /base/ {{
            if ($http_x_api_key != "sesame") {{ return 403; }}
            proxy_pass http://{upstream}/;
            proxy_http_version 1.1; proxy_buffering off;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_of;
            proxy_set_header Host $http_host;
        }}
        location / {{ return 404; }}
    }}
}}
"#
        );
        let config = folder.file("nginx.conf", &config);
        let through = format!(
            "Port {proxy}\nListen 127.0.0.1\nBasicAuth me secret\nLogLevel Connect\n\
             LogFile \"{place}/proxy.log\"\n"
        );
        let through = folder.file("tinyproxy.conf", &through);
        let running = [
            start(
                "nginx",
                &["-e", "stderr", "-p", &place, "-c", &config],
                nginx,
            ),
            start("tinyproxy", &["-d", "-c", &through], proxy),
        ];
        Self {
            folder,
            nginx,
            proxy,
            _running: running,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.nginx)
    }

    fn certificate(&self) -> String {
        self.folder.0.join("c.pem").display().to_string()
    }

    fn proxy(&self, password: &str) -> String {
        format!("http://me:{password}@127.0.0.1:{}", self.proxy)
    }

    /// Plays a scenario against this URL.
    fn play(&self, url: &str, more: &[&str]) -> (i32, String, String) {
        let scenarios = self.folder.scenarios();
        let args = ["run", url, "--scenarios", &scenarios, "--dialect", "v2"];
        run(&[&args[..], more].concat())
    }
}

#[test]
fn a_server_behind_nginx_is_judged() {
    let world = World::new();
    let (ca, url) = (world.certificate(), world.url("/base/"));
    for transport in ["websocket", "polling", "upgrade"] {
        for eio in ["3", "4"] {
            let all = ["--ca", &ca, "--header", KEY, "--token", TOKEN];
            let how = ["--transport", transport, "--eio", eio];
            let (code, stdout, stderr) = world.play(&url, &[&all[..], &how].concat());
            assert_eq!(code, 0, "{transport} {eio}: {stdout}{stderr}");
        }
    }
    let auth = format!("{{\"token\":\"{TOKEN}\"}}");
    let path = ["--insecure", "--header", KEY, "--auth", &auth, "--path"];
    let moved = [&path[..], &["/base/socket.io/"]].concat();
    assert_eq!(world.play(&world.url(""), &moved).0, 0);
    // Each of them is needed.
    for (url, given, said) in [
        (&url, &["--ca", &ca, "--token", TOKEN][..], "403"),
        (&url, &["--ca", &ca, "--header", KEY], "authentication"),
        (&url, &["--header", KEY, "--token", TOKEN], "UnknownIssuer"),
        (
            &world.url("/elsewhere/"),
            &["--ca", &ca, "--header", KEY, "--token", TOKEN],
            "404",
        ),
    ] {
        let (code, _, stderr) = world.play(url, given);
        assert_eq!(code, 4, "{given:?}");
        assert!(stderr.contains(said), "{given:?}: {stderr}");
    }
}

#[test]
fn everything_goes_through_a_proxy() {
    let world = World::new();
    let (ca, url) = (world.certificate(), world.url("/base/"));
    let (proxy, wrong) = (world.proxy("secret"), world.proxy("guessed"));
    let way = ["--ca", &ca, "--header", KEY, "--proxy", &proxy];
    let all = [&way[..], &["--token", TOKEN]].concat();
    for transport in ["websocket", "polling"] {
        let (code, _, stderr) = world.play(&url, &[&all[..], &["--transport", transport]].concat());
        assert_eq!(code, 0, "{transport}: {stderr}");
    }
    let turned = ["--ca", &ca, "--header", KEY, "--token", TOKEN, "--proxy"];
    let (code, _, stderr) = world.play(&url, &[&turned[..], &[&wrong]].concat());
    assert_eq!(code, 4);
    assert!(stderr.contains("no connection through proxy"), "{stderr}");
    assert_eq!(world.play(&url, &[&turned[..], &["ftp://x"]].concat()).0, 2);

    let root = env!("CARGO_MANIFEST_DIR");
    let recording = format!("{root}/../fixtures/recorded/examples");
    let replayed = run(&[&["replay", &recording, &url][..], &all].concat());
    assert_eq!(replayed.0, 0, "{}{}", replayed.1, replayed.2);

    let out = world.folder.file("out.jsonl", "");
    for what in [&["record", "--out", &out][..], &["proxy"]] {
        let between = Between::start(&[what, &["--upstream", &url], &way].concat());
        let (code, stdout, stderr) = world.play(&between.url, &["--token", TOKEN]);
        assert_eq!(code, 0, "{what:?}: {stdout}{stderr}");
        between.end();
    }
    assert!(world.folder.read("out.jsonl").contains("P2P_EMIT"));
    let log = world.folder.read("proxy.log");
    let asked = format!("CONNECT localhost:{}", world.nginx);
    assert!(log.matches(&asked).count() > 5, "{log}");
}

/// `record` or `proxy`.
struct Between {
    running: Running,
    url: String,
}

impl Between {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"));
        let mut child = command.args(args).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line
            .split([' ', ','])
            .find(|word| word.starts_with("http://"));
        let url = url
            .unwrap_or_else(|| panic!("no address in {line}"))
            .to_owned();
        // It may go on talking.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let running = Running(child);
        Self { running, url }
    }

    /// Ends it as a user does.
    fn end(mut self) {
        kill_process(Pid::from_child(&self.running.0), Signal::INT).unwrap();
        assert_eq!(self.running.0.wait().unwrap().code(), Some(0));
    }
}
