//! The run: two processes that tell what happens, and one that decides.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver as Events, Sender};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use sio_p2p_protocol::ClientId;
use sio_p2p_server::store::{MessageStore, SqliteStore, StoreLimits};

use crate::node::Project;
use crate::plan::{Plan, Random};
use crate::receiver::Receiver;

/// The receivers, of both generations and on every transport.
const KINDS: [&str; 4] = ["v2-websocket", "v2-polling", "v4-upgrade", "v4-polling"];

/// Something always happens, unless something is lost.
const DEADLINE: Duration = Duration::from_mins(1);

/// A line that a process has printed, and which life of the server it was.
enum Event {
    Server(u32, String),
    Clients(String),
}

/// A child process that is told and tells lines. It is killed when it is dropped.
struct Process {
    child: Child,
    orders: ChildStdin,
}

impl Process {
    fn start(
        command: &mut Command,
        events: &Sender<Event>,
        event: impl Fn(String) -> Event + Send + 'static,
    ) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the process can be started");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let events = events.clone();
        thread::spawn(move || {
            // A process that is killed may leave half a line behind, which is none.
            for line in lines.map_while(Result::ok) {
                if events.send(event(line)).is_err() {
                    return;
                }
            }
            events.send(event("ended".to_owned())).ok();
        });
        let orders = child.stdin.take().expect("it is piped");
        Self { child, orders }
    }

    fn order(&mut self, line: &str) {
        // Who has been killed in between is told in vain.
        writeln!(self.orders, "{line}").ok();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

struct Run<'a> {
    plan: &'a Plan,
    random: Random,
    database: PathBuf,
    port: u16,
    sender: Sender<Event>,
    server: Process,
    lives: u32,
    listening: bool,
    clients: Process,
    receivers: Vec<Receiver>,
    /// How many events there were: the time of this world.
    now: u64,
    /// When something happens to the server, and to a receiver.
    next_kill: usize,
    next_move: usize,
    /// Everything was stored and received, and every ack is given now.
    honest: bool,
}

/// Runs a plan, and asserts all along that it goes as it must.
pub(crate) fn run(plan: &Plan) {
    let start = Instant::now();
    let folder = tempfile::tempdir().expect("there is room for a database");
    let database = folder.path().join("messages");
    let (sender, events) = mpsc::channel();
    let port = free_port();
    let clients = Process::start(
        Project::install()
            .node()
            .args(["persistent.js", &format!("http://127.0.0.1:{port}")])
            .arg(plan.seed.to_string()),
        &sender,
        Event::Clients,
    );
    let mut run = Run {
        plan,
        random: Random::new(plan.seed),
        server: serve(&database, port, 1, &sender),
        database,
        port,
        sender,
        lives: 1,
        listening: false,
        clients,
        receivers: (KINDS.iter().enumerate())
            .map(|(n, kind)| Receiver::new(&format!("receiver-{n}"), kind))
            .collect(),
        now: 0,
        next_kill: 0,
        next_move: 0,
        honest: false,
    };
    run.next_kill = run.random.around(run.kill_pace());
    run.next_move = run.random.around(run.move_pace());
    run.play(&events);
    run.verify(start.elapsed());
}

/// The second process of this program; see `serve.rs`.
fn serve(database: &Path, port: u16, life: u32, events: &Sender<Event>) -> Process {
    let program = std::env::current_exe().expect("this program is a file");
    let mut command = Command::new(program);
    command.arg("serve").arg(database).arg(port.to_string());
    Process::start(&mut command, events, move |line| Event::Server(life, line))
}

/// A port for all lives of the server.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

impl Run<'_> {
    fn messages_each(&self) -> u32 {
        self.plan.messages / u32::try_from(KINDS.len()).expect("they are few")
    }

    /// Events from one kill to the next: a message makes at least three of them.
    fn kill_pace(&self) -> usize {
        usize::try_from(self.plan.messages * 2 / (self.plan.kills + 1)).expect("it is small")
    }

    /// Receivers come and go more often.
    fn move_pace(&self) -> usize {
        self.kill_pace() / 6 + 1
    }

    fn play(&mut self, events: &Events<Event>) {
        let messages = self.messages_each();
        while !self.receivers.iter().all(|each| each.is_done(messages)) {
            let event = events.recv_timeout(DEADLINE);
            let event = event.unwrap_or_else(|_| panic!("nothing happens: {:#?}", self.receivers));
            self.now += 1;
            match event {
                Event::Server(life, told) => self.server_told(life, &told),
                Event::Clients(told) => self.clients_told(&told),
            }
            self.go_on();
        }
    }

    fn server_told(&mut self, life: u32, told: &str) {
        let mut words = told.split(' ');
        let (what, name) = (words.next(), words.next().unwrap_or_default());
        let number = words.next().and_then(|number| number.parse().ok());
        match (what, number) {
            (Some("listening"), _) if life == self.lives => {
                self.listening = true;
                for index in 0..self.receivers.len() {
                    self.connect(index);
                }
            }
            // What a life said before its end is as true as ever.
            (Some("acked"), Some(message)) => {
                let now = self.now;
                self.receiver(name).acked(message, now);
            }
            // What an earlier life has stored last is unsure, and is stored again.
            (Some("stored"), Some(message)) if life == self.lives => {
                let receiver = self.receiver(name);
                assert_eq!(receiver.storing.take(), Some(message), "{name}");
                receiver.stored += 1;
            }
            _ if life < self.lives => {}
            _ => panic!("the server says `{told}`"),
        }
    }

    fn clients_told(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| word.parse().expect(line);
        match words[..] {
            ["present", name, connection] => self.receiver(name).present(number(connection)),
            ["got", name, connection, message] => {
                self.receiver(name).got(number(connection), number(message));
            }
            ["lost", name, connection] => self.receiver(name).lost(number(connection)),
            _ => panic!("the clients say `{line}`"),
        }
    }

    /// Decides what happens next.
    fn go_on(&mut self) {
        let messages = self.messages_each();
        let now = usize::try_from(self.now).expect("it is small");
        if self.lives <= self.plan.kills && now >= self.next_kill {
            self.next_kill = now + self.random.around(self.kill_pace());
            self.kill();
        }
        if !self.listening {
            return;
        }
        for index in 0..self.receivers.len() {
            let receiver = &mut self.receivers[index];
            // The last message is for a connection on which every message is acked.
            let last = receiver.stored == messages - 1;
            let may = if last {
                self.honest && receiver.present
            } else {
                receiver.stored < messages
            };
            if receiver.storing.is_none() && may {
                receiver.storing = Some(receiver.stored);
                let line = format!("emit {} {}", receiver.name, receiver.stored);
                self.server.order(&line);
            }
        }
        let all_stored = (self.receivers.iter()).all(|each| each.stored >= messages - 1);
        if all_stored && !self.honest {
            self.honest = true;
            // A client that has kept an ack to itself gets the message once more.
            self.clients.order("honest");
            for index in 0..self.receivers.len() {
                self.leave(index, "leave");
            }
        }
        if self.honest {
            for index in 0..self.receivers.len() {
                self.connect(index);
            }
        } else if now >= self.next_move {
            self.next_move = now + self.random.around(self.move_pace());
            let index = self.random.below(self.receivers.len());
            if self.receivers[index].connection.is_none() {
                self.connect(index);
            } else {
                let how = ["leave", "cut"][self.random.below(2)];
                self.leave(index, how);
            }
        }
    }

    /// Has a receiver connect that is away.
    fn connect(&mut self, index: usize) {
        let now = self.now;
        let receiver = &mut self.receivers[index];
        if receiver.connection.is_some() {
            return;
        }
        let number = receiver.connects(now);
        let Receiver { name, kind, .. } = receiver;
        let line = format!("connect {name} {kind} {number}");
        self.clients.order(&line);
    }

    /// Has a receiver go. It is away when it says so.
    fn leave(&mut self, index: usize, how: &str) {
        let receiver = &mut self.receivers[index];
        if receiver.connection.is_some() {
            receiver.leaves();
            let line = format!("{how} {}", receiver.name);
            self.clients.order(&line);
        }
    }

    /// Kills the server as `kill -9` does, and starts another at once.
    fn kill(&mut self) {
        self.server.child.kill().expect("it is our child");
        self.server.child.wait().expect("it is our child");
        self.lives += 1;
        self.listening = false;
        for receiver in &mut self.receivers {
            receiver.server_killed();
        }
        self.server = serve(&self.database, self.port, self.lives, &self.sender);
    }

    fn receiver(&mut self, name: &str) -> &mut Receiver {
        let receiver = self.receivers.iter_mut().find(|each| each.name == name);
        receiver.expect(name)
    }

    /// All kills have happened, and nothing is left in the store.
    fn verify(mut self, took: Duration) {
        assert_eq!(self.lives, self.plan.kills + 1, "it was over too soon");
        self.server.child.kill().expect("it is our child");
        self.server.child.wait().expect("it is our child");
        for (receiver, left) in self
            .receivers
            .iter()
            .zip(left(&self.database, &self.receivers))
        {
            assert!(left.is_empty(), "still stored: {left:?} of {receiver:#?}");
        }
        let sum = |count: fn(&Receiver) -> u32| self.receivers.iter().map(count).sum::<u32>();
        println!(
            "{} messages, {} kills, {} connections of {} receivers, {} doubles, \
             {} acks told, {:.1} s",
            self.plan.messages,
            self.plan.kills,
            sum(|each| each.connections),
            self.receivers.len(),
            sum(|each| each.doubles),
            sum(Receiver::told),
            took.as_secs_f64(),
        );
    }
}

/// What the store still holds for each receiver, up to a few: the arguments.
#[tokio::main(flavor = "current_thread")]
async fn left(database: &Path, receivers: &[Receiver]) -> Vec<Vec<String>> {
    let store = SqliteStore::open(database, StoreLimits::default()).expect("it opens");
    let mut left = Vec::new();
    for receiver in receivers {
        let client = ClientId::new(&*receiver.name).expect("a client id");
        let loaded = store.load(&client, None, 100, SystemTime::now()).await;
        let loaded = loaded.expect("it loads").into_iter();
        left.push(
            loaded
                .map(|kept| format!("{:?}", kept.message.args))
                .collect(),
        );
    }
    left
}
