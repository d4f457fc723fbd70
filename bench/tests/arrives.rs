//! Every load in small, on the floor and on the relay: all that is sent arrives. What it
//! costs is not looked at.
#![cfg(target_os = "linux")]
// A test may panic, its helpers included.
#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sio_p2p_bench::{
    loads::{self, Load, Pairs, Phase, Room, Shape, Timing},
    swarm::Swarm,
};
use sio_p2p_server::{Config, serve};

struct Floor {
    child: Child,
    url: String,
}

impl Floor {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_floor"))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let url = url.strip_suffix("/socket.io/").unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Starts the relay on a thread of this process and gives its address.
fn relay() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let never = std::future::pending();
            serve(listener, Config::default(), never).await.unwrap();
        });
    });
    url
}

/// Runs a load until a moment has passed and everything has arrived.
fn arrives(mut load: impl Load, swarm: &mut Swarm) {
    let phase = Phase {
        pid: Some(std::process::id()),
        warm_up: Duration::from_millis(20),
        time: Duration::from_millis(100),
    };
    let figures = loads::run(&mut load, swarm, phase).unwrap();
    assert!(load.complete() && load.arrived() > 0);
    assert!(figures.processor.is_some());
}

fn everything_arrives(url: &str) {
    let plain = Shape {
        pairs: 3,
        window: 5,
        ..Shape::default()
    };
    let shapes = [
        plain,
        Shape {
            acked: true,
            ..plain
        },
        Shape {
            payload: 70_000,
            ..plain
        },
        Shape {
            timing: Timing::Timed,
            ..plain
        },
        Shape {
            timing: Timing::Paced(2_000.0),
            ..plain
        },
    ];
    for gather in [1, 64] {
        let mut swarm = Swarm::new(url, gather).unwrap();
        for (number, shape) in shapes.into_iter().enumerate() {
            // Those who were here before are idle then.
            let load = Pairs::open(&mut swarm, &format!("{number}-"), shape).unwrap();
            arrives(load, &mut swarm);
        }
        swarm.leave(0).unwrap();
        let room = Room::open(&mut swarm, 20, 3, 64).unwrap();
        arrives(room, &mut swarm);
        swarm.leave(0).unwrap();
    }
    let steps = [30, 60];
    let mut swarm = Swarm::new(url, 1).unwrap();
    let settle = Duration::from_millis(1);
    let memory = loads::cycle(&mut swarm, std::process::id(), &steps, settle, settle).unwrap();
    let clients: Vec<usize> = memory.steps.iter().map(|(clients, _)| *clients).collect();
    assert_eq!(clients, steps);
    assert!(swarm.clients().is_empty());
}

#[test]
fn on_the_floor_with_one_thread() {
    everything_arrives(&Floor::start(&[]).url);
}

#[test]
fn on_the_floor_with_two_threads_that_flush_late() {
    everything_arrives(&Floor::start(&["--threads=2", "--flush=late"]).url);
}

#[test]
fn on_the_relay() {
    everything_arrives(&relay());
}
