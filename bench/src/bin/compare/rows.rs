//! The rows of the tables: the loads, and what the relay is to reach.

use std::time::Duration;

use clap::ValueEnum;
use sio_p2p_bench::{
    Problem,
    loads::{self, Figures, Memory, Pairs, Phase, Room, Shape, Timing},
    swarm::Swarm,
};

use super::servers::Server;

/// One load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Row {
    /// 64 bytes, 10 pairs, window 64.
    Plain,
    /// The same with acks.
    Acked,
    /// One message at a time between two clients.
    One,
    /// 16 KiB, 10 pairs, window 8.
    Large,
    /// A room of 500, one message at a time.
    Room,
    /// A room of 500, eight messages under way.
    #[value(name = "room-8")]
    Room8,
    /// Half of what Bun can do, for the latency.
    Half,
    /// `plain` without, with 1,000 and with 10,000 idle clients beside it.
    Beside,
    /// Memory while 1,000 and 10,000 clients come, idle and leave.
    Memory,
}

/// How much is done.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
    pub(crate) members: usize,
    pub(crate) idle: [usize; 2],
    pub(crate) settle: Duration,
    /// How long a server may take to give memory back.
    pub(crate) leave: Duration,
}

/// What one row gave on one server in one round.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Load(Figures),
    /// Without idle clients, and with as many as [`Scale::idle`] says.
    Beside([Figures; 3]),
    Memory(Memory),
}

impl Row {
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Plain => "plain 64 B window 64",
            Self::Acked => "acked 64 B window 64",
            Self::One => "plain 64 B window 1",
            Self::Large => "plain 16K window 8",
            Self::Room => "room of 500, one",
            Self::Room8 => "room of 500, eight",
            Self::Half => "half of Bun's most",
            Self::Beside => "with idle clients",
            Self::Memory => "memory",
        }
    }

    /// At most how often the floor, and at least how often in Bun.
    pub(crate) const fn targets(self) -> (Option<f64>, Option<f64>) {
        match self {
            Self::Plain => (Some(1.2), Some(7.0)),
            Self::Acked => (None, Some(8.0)),
            Self::One => (Some(1.1), None),
            Self::Large => (Some(1.15), Some(4.0)),
            Self::Room | Self::Room8 => (Some(1.0), None),
            Self::Half | Self::Beside | Self::Memory => (None, None),
        }
    }

    /// Runs the load. `rate` is what [`Row::Half`] sends each second.
    pub(crate) fn run(self, server: &Server, scale: &Scale, rate: f64) -> Result<Outcome, Problem> {
        // Each client writes one message at a time, as programs that emit do.
        let mut swarm = Swarm::new(&server.url, 1)?;
        let swarm = &mut swarm;
        let phase = Phase {
            pid: Some(server.pid()),
            warm_up: scale.warm_up,
            time: scale.time,
        };
        let plain = Shape::default();
        let shape = match self {
            Self::Plain | Self::Beside => plain,
            Self::Acked => Shape {
                acked: true,
                ..plain
            },
            Self::One => Shape {
                pairs: 1,
                window: 1,
                timing: Timing::Timed,
                ..plain
            },
            Self::Large => Shape {
                window: 8,
                payload: 16 * 1024,
                ..plain
            },
            Self::Half => Shape {
                timing: Timing::Paced(rate),
                ..plain
            },
            Self::Room | Self::Room8 => {
                let window = if self == Self::Room { 1 } else { 8 };
                let mut room = Room::open(swarm, scale.members, window, 64)?;
                return loads::run(&mut room, swarm, phase).map(Outcome::Load);
            }
            Self::Memory => {
                let memory =
                    loads::cycle(swarm, server.pid(), &scale.idle, scale.settle, scale.leave);
                return memory.map(Outcome::Memory);
            }
        };
        let mut pairs = Pairs::open(swarm, "p", shape)?;
        let alone = loads::run(&mut pairs, swarm, phase)?;
        if self != Self::Beside {
            return Ok(Outcome::Load(alone));
        }
        let mut beside = |count: usize| {
            let there = swarm.clients().len();
            swarm.open((there..count).map(|client| format!("i{client}")))?;
            loads::run(&mut pairs, swarm, phase)
        };
        let [some, many] = scale.idle;
        Ok(Outcome::Beside([alone, beside(some)?, beside(many)?]))
    }
}
