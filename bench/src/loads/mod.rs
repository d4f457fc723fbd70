//! The loads, and what is measured while one runs.

mod idle;
mod pacer;
mod pairs;
mod room;

use std::time::{Duration, Instant};

pub use idle::{Memory, cycle};
pub use pairs::{Pairs, Shape, Timing};
pub use room::Room;

use crate::{Problem, process, swarm::Swarm};

/// How long a load runs, and on which process an eye is kept.
#[derive(Clone, Copy, Debug)]
pub struct Phase {
    /// The server's process. Without it only messages are counted.
    pub pid: Option<u32>,
    /// How long the load runs before anything is measured.
    pub warm_up: Duration,
    /// How long it is measured.
    pub time: Duration,
}

/// What a load found.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// How many messages arrived while it was measured.
    pub messages: u64,
    /// How long that took.
    pub seconds: f64,
    /// Processor time of the server meanwhile, in seconds, if its process is known.
    pub processor: Option<f64>,
    /// Time from when each message was due to when it had arrived, in nanoseconds, in
    /// order of size.
    pub latencies: Vec<u64>,
}

impl Figures {
    /// Processor time of the server for each message, in microseconds.
    pub fn cost(&self) -> Option<f64> {
        Some(self.processor? * 1e6 / self.messages as f64)
    }

    /// Messages that arrived in one second.
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.seconds
    }

    /// The latency in microseconds that so many of a hundred messages did not exceed.
    pub fn latency(&self, percent: usize) -> Option<f64> {
        let last = self.latencies.len().checked_sub(1)?;
        let latency = self.latencies.get(last * percent / 100)?;
        Some(*latency as f64 / 1e3)
    }
}

/// Something that keeps a server busy.
pub trait Load {
    /// Starts sending.
    fn start(&mut self, swarm: &mut Swarm) -> Result<(), Problem>;
    /// Waits for the server once, and reacts to what came.
    fn turn(&mut self, swarm: &mut Swarm) -> Result<(), Problem>;
    /// How many messages have arrived so far.
    fn arrived(&self) -> u64;
    /// Sends nothing more from now on.
    fn stop(&mut self);
    /// Whether everything that was sent has arrived.
    fn complete(&self) -> bool;
    /// Forgets latencies, and gives them.
    fn latencies(&mut self) -> Vec<u64> {
        Vec::new()
    }
}

/// Runs a load for the given times, then checks that all its messages arrive.
pub fn run(load: &mut impl Load, swarm: &mut Swarm, phase: Phase) -> Result<Figures, Problem> {
    load.start(swarm)?;
    go_on(load, swarm, phase.warm_up)?;
    load.latencies();
    let before = phase.pid.map(process::processor_time).transpose()?;
    let (arrived, start) = (load.arrived(), Instant::now());
    go_on(load, swarm, phase.time)?;
    let seconds = start.elapsed().as_secs_f64();
    let messages = load.arrived() - arrived;
    let after = phase.pid.map(process::processor_time).transpose()?;
    let mut latencies = load.latencies();
    latencies.sort_unstable();
    load.stop();
    let late = Instant::now() + crate::swarm::PATIENCE;
    while !load.complete() {
        load.turn(swarm)?;
        if Instant::now() > late {
            return Err(Problem::Late("waiting for the last messages"));
        }
    }
    Ok(Figures {
        messages,
        seconds,
        processor: after
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before).as_secs_f64()),
        latencies,
    })
}

fn go_on(load: &mut impl Load, swarm: &mut Swarm, time: Duration) -> Result<(), Problem> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        load.turn(swarm)?;
    }
    Ok(())
}
