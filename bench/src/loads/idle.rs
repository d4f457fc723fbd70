//! Clients that do nothing, and the memory they take.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{Problem, process, swarm::Swarm};

/// How often memory is looked at while it settles.
const LOOK: Duration = Duration::from_millis(100);

/// Resident memory of a server while idle clients come and go, in KiB.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Before they came, after ten others had come and gone.
    pub start: u64,
    /// How many had come, and the memory then: once for each number asked for.
    pub steps: Vec<(usize, u64)>,
    /// After all had left.
    pub end: u64,
}

impl Memory {
    /// KiB for each client at one of the steps.
    pub fn each(&self, step: usize) -> Option<f64> {
        let &(clients, memory) = self.steps.get(step)?;
        Some((memory as f64 - self.start as f64) / clients as f64)
    }

    /// Memory at the end as a multiple of that at the start.
    pub fn left(&self) -> f64 {
        self.end as f64 / self.start as f64
    }
}

/// Lets idle clients connect until there are as many as each step says, then leave.
///
/// `settle` is how long the server gets after each step, and `leave` how long it gets to give
/// back what it no longer needs, after all have left.
pub fn cycle(
    swarm: &mut Swarm,
    pid: u32,
    steps: &[usize],
    settle: Duration,
    leave: Duration,
) -> Result<Memory, Problem> {
    // The code and the tables that any client needs are not what one client costs.
    swarm.open((0..10).map(|client| format!("first{client}")))?;
    swarm.leave(0)?;
    let mut memory = Memory {
        start: settled(swarm, pid, settle)?,
        ..Memory::default()
    };
    for &count in steps {
        let there = swarm.clients().len();
        swarm.open((there..count).map(|client| format!("i{client}")))?;
        memory.steps.push((count, settled(swarm, pid, settle)?));
    }
    swarm.leave(0)?;
    memory.end = settled(swarm, pid, leave)?;
    Ok(memory)
}

/// The least memory that is seen while the server has nothing to do.
fn settled(swarm: &mut Swarm, pid: u32, settle: Duration) -> Result<u64, Problem> {
    let end = Instant::now() + settle;
    let mut least = process::resident(pid)?;
    while Instant::now() < end {
        thread::sleep(LOOK);
        // Heartbeats are answered.
        swarm.turn(Some(Duration::ZERO), &mut |_, client, text| {
            Err(Problem::unexpected(client, text, "nothing, as it is idle"))
        })?;
        least = least.min(process::resident(pid)?);
    }
    Ok(least)
}
