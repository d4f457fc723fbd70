//! Which faults are on, and whether it is time for one.

use fastrand::Rng;

use super::list::Fault;
use super::spec::{FaultSpec, Rate};

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    on: Vec<Switch>,
    random: Rng,
}

#[derive(Debug)]
struct Switch {
    spec: FaultSpec,
    /// How often it has happened.
    happened: u64,
}

impl Switches {
    pub(super) fn new(specs: &[FaultSpec], seed: u64) -> Self {
        let switch = |spec: &FaultSpec| Switch {
            spec: *spec,
            happened: 0,
        };
        Self {
            on: specs.iter().map(switch).collect(),
            random: Rng::with_seed(seed),
        }
    }

    /// True if nothing ever goes wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.on.is_empty()
    }

    /// Asks on an occasion for a fault whether it shall happen, and counts it.
    pub(crate) fn hit(&mut self, fault: Fault) -> bool {
        let random = &mut self.random;
        // Of several entries for one fault, any may let it happen.
        self.on
            .iter_mut()
            .filter(|switch| switch.spec.fault == fault)
            .any(|switch| {
                let hit = match switch.spec.rate {
                    Rate::Always => true,
                    Rate::First(count) => switch.happened < count,
                    Rate::Probability(probability) => random.f64() < probability,
                };
                switch.happened += u64::from(hit);
                if hit {
                    tracing::info!(%fault, times = switch.happened, "a fault");
                }
                hit
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switches(specs: &[&str], seed: u64) -> Switches {
        let specs: Vec<_> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
        Switches::new(&specs, seed)
    }

    #[test]
    fn a_count_is_that_of_the_first_occasions() {
        let mut switches = switches(&["drop-ack:2", "swap-events"], 0);
        let hits = [(); 4].map(|()| switches.hit(Fault::DropAck));
        assert_eq!(hits, [true, true, false, false]);
        assert!((0..9).all(|_| switches.hit(Fault::SwapEvents)));
        assert!(!switches.hit(Fault::DropEvent));
    }

    #[test]
    fn the_same_seed_gives_the_same_occasions() {
        let run = |seed| {
            let mut switches = switches(&["drop-ack:p=0.1"], seed);
            (0..1_000)
                .map(|_| switches.hit(Fault::DropAck))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let hits = run(7).into_iter().filter(|hit| *hit).count();
        assert!((50..200).contains(&hits), "{hits} of 1000");
    }
}
