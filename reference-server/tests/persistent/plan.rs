//! What happens when: numbers from a seed, so that a run can be repeated as far as
//! processes allow.

use std::env;

/// How much is sent, and how often the server is killed meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Messages to all receivers together.
    pub(crate) messages: u32,
    pub(crate) kills: u32,
    pub(crate) seed: u32,
}

impl Plan {
    /// The short run, unless the environment asks for another.
    pub(crate) fn from_environment() -> Self {
        let number = |name: &str, default| {
            let value = env::var(name).ok();
            value.map_or(default, |value| value.parse().expect(name))
        };
        Self {
            messages: number("P2P_MESSAGES", 2_000),
            kills: number("P2P_KILLS", 12),
            seed: number("P2P_SEED", 7),
        }
    }
}

/// A generator that everybody knows (xorshift).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u32) -> Self {
        Self(u64::from(seed) ^ 0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("it is less than a usize")
    }

    /// Something near `mean`: from a fifth of it up to seven fifths.
    pub(crate) fn around(&mut self, mean: usize) -> usize {
        mean / 5 + self.below(mean * 6 / 5 + 1)
    }
}
