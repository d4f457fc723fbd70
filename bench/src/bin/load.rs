//! `load`: one load against a server that runs already, and what it cost.

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use sio_p2p_bench::{
    Problem,
    loads::{self, Memory, Pairs, Phase, Room, Shape, Timing},
    process,
    swarm::Swarm,
};

/// Loads a relay and says what one message cost it.
#[derive(Debug, Parser)]
struct Options {
    /// The address of the server, such as `ws://127.0.0.1:3000`.
    #[arg(long)]
    url: String,
    /// The server's process, to read its processor time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// How long the load runs before anything is measured.
    #[arg(long, default_value_t = 0.5, value_name = "SECONDS", global = true)]
    warm_up: f64,
    /// How long it is measured.
    #[arg(long, default_value_t = 3.0, value_name = "SECONDS", global = true)]
    seconds: f64,
    /// How many clients are connected beside it and do nothing.
    #[arg(long, default_value_t = 0, value_name = "NUMBER", global = true)]
    idle: usize,
    /// How many messages a client may hand to its socket in one write.
    #[arg(long, default_value_t = 1, value_name = "NUMBER", global = true)]
    gather: usize,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Messages without an ack, between pairs of clients.
    Plain(Pair),
    /// Messages whose ack is relayed back.
    Acked(Pair),
    /// One client publishes in a room with many members.
    Room {
        /// How many members.
        #[arg(long, default_value_t = 500)]
        members: usize,
        /// How many messages are under way to all of them.
        #[arg(long, default_value_t = 1)]
        window: u64,
        /// How long the text of a message is.
        #[arg(long, default_value_t = 64, value_name = "BYTES")]
        payload: usize,
    },
    /// Clients connect, do nothing, and leave; with the memory that the server has meanwhile.
    Cycle {
        /// How many clients.
        #[arg(long, default_values_t = [1_000, 10_000])]
        clients: Vec<usize>,
    },
}

#[derive(Debug, clap::Args)]
struct Pair {
    /// How many pairs.
    #[arg(long, default_value_t = 10)]
    pairs: usize,
    /// How many messages each pair keeps under way.
    #[arg(long, default_value_t = 64)]
    window: usize,
    /// How long the text of a message is.
    #[arg(long, default_value_t = 64, value_name = "BYTES")]
    payload: usize,
    /// Also take the time of each message.
    #[arg(long)]
    timed: bool,
    /// Send this many messages each second instead of as many as the window allows, and
    /// take the time of each since it was due.
    #[arg(long, value_name = "MESSAGES")]
    rate: Option<f64>,
}

impl Options {
    fn run(&self) -> Result<(), Problem> {
        process::raise_open_files();
        let mut swarm = Swarm::new(&self.url, self.gather)?;
        let phase = Phase {
            pid: self.pid,
            warm_up: Duration::from_secs_f64(self.warm_up),
            time: Duration::from_secs_f64(self.seconds),
        };
        swarm.open((0..self.idle).map(|client| format!("i{client}")))?;
        let figures = match &self.what {
            What::Plain(pair) => {
                let mut load = Pairs::open(&mut swarm, "p", pair.shape(false))?;
                loads::run(&mut load, &mut swarm, phase)?
            }
            What::Acked(pair) => {
                let mut load = Pairs::open(&mut swarm, "p", pair.shape(true))?;
                loads::run(&mut load, &mut swarm, phase)?
            }
            What::Room {
                members,
                window,
                payload,
            } => {
                let mut load = Room::open(&mut swarm, *members, *window, *payload)?;
                loads::run(&mut load, &mut swarm, phase)?
            }
            What::Cycle { clients } => {
                let pid = self.pid.ok_or(Problem::NoProcess)?;
                let memory = loads::cycle(&mut swarm, pid, clients, phase.time, phase.time)?;
                print_memory(&memory);
                return Ok(());
            }
        };
        print(&figures);
        Ok(())
    }
}

impl Pair {
    fn shape(&self, acked: bool) -> Shape {
        Shape {
            pairs: self.pairs,
            window: self.window,
            payload: self.payload,
            acked,
            timing: match self.rate {
                Some(rate) => Timing::Paced(rate),
                None if self.timed => Timing::Timed,
                None => Timing::Closed,
            },
        }
    }
}

fn print_memory(memory: &Memory) {
    println!("{} KiB at the start", memory.start);
    for (step, (clients, kib)) in memory.steps.iter().enumerate() {
        let each = memory.each(step).unwrap_or_default();
        println!("{kib} KiB with {clients} clients, {each:.1} for each");
    }
    let left = memory.left();
    println!("{} KiB after they left, {left:.2} of the start", memory.end);
}

fn print(figures: &loads::Figures) {
    if let Some(cost) = figures.cost() {
        print!("{cost:.2} us of the server per message, ");
    }
    println!(
        "{:.0} messages per second, {} in {:.2} s",
        figures.rate(),
        figures.messages,
        figures.seconds
    );
    if let Some((half, most)) = figures.latency(50).zip(figures.latency(99)) {
        println!("latency: p50 {half:.0} us, p99 {most:.0} us");
    }
}

fn main() -> ExitCode {
    match Options::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
