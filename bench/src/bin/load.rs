//! `load`: one load against a server that runs already, and what it cost.

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use sio_p2p_bench::{
    Problem,
    loads::{self, Pairs, Phase, Timing},
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
    Plain(PairOptions),
    /// Messages whose ack is relayed back.
    Acked(PairOptions),
}

#[derive(Debug, clap::Args)]
struct PairOptions {
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
        match &self.what {
            What::Plain(options) => options.run(&mut swarm, phase, false),
            What::Acked(options) => options.run(&mut swarm, phase, true),
        }
    }
}

impl PairOptions {
    fn run(&self, swarm: &mut Swarm, phase: Phase, acked: bool) -> Result<(), Problem> {
        let (pairs, window) = (self.pairs, self.window);
        let load = Pairs::open(swarm, "p", pairs, window, self.payload, acked)?;
        let timing = if self.timed {
            Timing::Timed
        } else {
            Timing::Closed
        };
        let figures = loads::run(&mut load.timing(timing), swarm, phase)?;
        print(&figures);
        Ok(())
    }
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
    if let Some((half, most)) = figures.latency(0.5).zip(figures.latency(0.99)) {
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
