//! Which checks a run consists of.

use std::sync::Arc;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;
use wildmatch::WildMatchPattern;

use crate::player::peer::heartbeat::only_heartbeats;
use crate::player::play::check::Check;
use crate::scenario::body::Leaving;
use crate::scenario::lint::HEARTBEAT;
use crate::scenario::step::{Action, Step, Verb, walk};
use crate::scenario::{Capability, Scenario, TransportName};

/// What the user asks to be run, and what the server offers.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Dialects, in order.
    pub dialects: Vec<Dialect>,
    /// Engine.IO generations, in order.
    pub eio: Vec<EioVersion>,
    /// Transports, in order.
    pub transports: Vec<TransportName>,
    /// Whether the server is asked for no other transports than these.
    pub only_transports: bool,
    /// Patterns, any of which must match; none for everything.
    pub patterns: Vec<String>,
    /// Capabilities that the server declares.
    pub claims: Vec<Capability>,
    /// The revision that it is judged by.
    pub revision: u32,
    /// What it claims to speak, if it has said so: more than is asked for is untestable
    /// where it is needed.
    pub claimed: Option<(Vec<Dialect>, Vec<EioVersion>)>,
    /// What the client under test offers, if one is judged: the rest does not concern it.
    pub client: Option<Offer>,
}

/// What a client speaks, and how it connects: the hello of its driver says so.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Dialects.
    pub dialects: Vec<Dialect>,
    /// Engine.IO generations.
    pub eio: Vec<EioVersion>,
    /// Transports.
    pub transports: Vec<TransportName>,
}

impl Offer {
    /// What a check asks for that is not offered.
    fn lacks(&self, check: &Check) -> Option<String> {
        let (dialect, eio) = (check.dialect, check.eio.number());
        if !self.dialects.contains(&dialect) {
            Some(format!("dialect {dialect}"))
        } else if !self.eio.contains(&check.eio) {
            Some(format!("Engine.IO {eio}"))
        } else if !self.transports.contains(&check.transport) {
            Some(format!("transport {}", check.transport))
        } else {
            None
        }
    }
}

/// Why a check is not played as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplayed {
    /// It does not concern this server.
    NotApplicable(String),
    /// The server claims what it needs, and the run leaves it out.
    Untestable(String),
}

impl Selection {
    /// Every check that is asked for, in the order of the scenarios.
    pub fn checks(&self, scenarios: &[Arc<Scenario>]) -> Vec<Check> {
        let mut checks = Vec::new();
        let ways = self.eio.iter().flat_map(|&eio| {
            let transports = self.transports.iter();
            transports.map(move |&transport| (eio, transport))
        });
        for (eio, transport) in ways {
            for &dialect in &self.dialects {
                for scenario in scenarios {
                    let fits = scenario.dialects.contains(&dialect)
                        && (scenario.eio.is_empty() || scenario.eio.contains(&eio.number()))
                        && self.wants(scenario);
                    if fits {
                        checks.push(Check {
                            scenario: Arc::clone(scenario),
                            dialect,
                            eio,
                            transport,
                        });
                    }
                }
            }
        }
        checks
    }

    /// The transport by which a server is asked how it is.
    pub(super) fn transport(&self) -> TransportName {
        self.transports.first().copied().unwrap_or_default()
    }

    fn wants(&self, scenario: &Scenario) -> bool {
        self.patterns.is_empty()
            || self
                .patterns
                .iter()
                .any(|pattern| selects(pattern, scenario))
    }

    /// Why a check is not played, if it is not.
    pub fn unplayed(&self, check: &Check) -> Option<Unplayed> {
        let why = self.not_applicable(check)?;
        let Some((dialects, generations)) = &self.claimed else {
            return Some(Unplayed::NotApplicable(why));
        };
        let mut actors = check.scenario.actors.values().map(|(actor, _)| actor);
        let lacks_what_is_claimed = actors.any(|actor| {
            let left_out =
                |dialect: &Dialect| dialects.contains(dialect) && !self.dialects.contains(dialect);
            let number = |eio: &EioVersion| Some(eio.number()) == actor.eio;
            actor.dialect.as_ref().is_some_and(left_out)
                || (generations.iter().any(number) && !self.eio.iter().any(number))
        });
        let requires = &check.scenario.requires;
        if lacks_what_is_claimed && requires.iter().all(|cap| self.claims.contains(cap)) {
            return Some(Unplayed::Untestable(format!(
                "{why}, which is claimed and not part of this run"
            )));
        }
        Some(Unplayed::NotApplicable(why))
    }

    /// Whether a run may use a transport that a scenario fixes. An upgrade needs both others,
    /// and a run that upgrades has both.
    fn carries(&self, needed: TransportName) -> bool {
        use TransportName::{Polling, Upgrade, Websocket};
        let has = |transport| self.transports.contains(&transport);
        !self.only_transports
            || has(needed)
            || has(Upgrade)
            || (needed == Upgrade && has(Polling) && has(Websocket))
    }

    /// Why a check is not applicable to this server, if it is not.
    pub fn not_applicable(&self, check: &Check) -> Option<String> {
        let scenario = &check.scenario;
        if let Some(lack) = self.client.as_ref().and_then(|offer| offer.lacks(check)) {
            return Some(format!("the driver's hello names no {lack}"));
        }
        if let Some(missing) = scenario
            .requires
            .iter()
            .find(|cap| !self.claims.contains(cap))
        {
            return Some(format!("capability {missing} is not declared"));
        }
        let settings = Capability::Settings;
        let set_up = self.claims.contains(&settings);
        if !scenario.settings.is_empty() && !set_up && !only_heartbeats(&scenario.settings) {
            return Some(format!(
                "capability {settings} is not declared: the scenario states settings"
            ));
        }
        for (name, (actor, _)) in &scenario.actors {
            if let Some(dialect) = actor
                .dialect
                .filter(|dialect| !self.dialects.contains(dialect))
            {
                return Some(format!("actor {name} needs dialect {dialect}"));
            }
            let offered = |eio: u8| self.eio.iter().any(|offered| offered.number() == eio);
            if let Some(eio) = actor.eio.filter(|eio| !offered(*eio)) {
                return Some(format!("actor {name} needs Engine.IO {eio}"));
            }
        }
        for (name, (actor, _)) in &scenario.actors {
            if let Some(transport) = actor.transport.filter(|needed| !self.carries(*needed)) {
                return Some(format!(
                    "actor {name} needs transport {transport}, which is not part of this run"
                ));
            }
        }
        // A poll that breaks off is noticed at once, but a client that polls breaks off between
        // two polls if something arrives just then. A scenario that fixes the transport sees to
        // it that nothing does, or states how soon a silent client is missed.
        if scenario.settings.contains_key(HEARTBEAT) {
            return None;
        }
        let polls = |name: &str| {
            let fixed = scenario.actors.get(name);
            let fixed = fixed.is_some_and(|(actor, _)| actor.transport.is_some());
            !fixed && check.transport == TransportName::Polling
        };
        breaks_off(&scenario.steps, &polls).map(|name| {
            format!("actor {name} breaks off, perhaps between two polls, where nobody notices")
        })
    }
}

/// The first actor of some kind that leaves without a word.
fn breaks_off<'s>(steps: &'s [Step], of: &dyn Fn(&str) -> bool) -> Option<&'s str> {
    let mut found = None;
    walk(steps, &mut |step| {
        if let Verb::Do(Action::Disconnect(body)) = &step.verb
            && body.how == Leaving::Abrupt
            && of(&body.from)
        {
            found.get_or_insert(body.from.as_str());
        }
    });
    found
}

/// Whether a pattern selects a scenario: by its id (a scenario's name selects its cases,
/// too), by a clause, or by its family. `*` stands for any characters.
pub fn selects(pattern: &str, scenario: &Scenario) -> bool {
    let parent = scenario.id.split('/').next().unwrap_or_default();
    glob(pattern, &scenario.id)
        || glob(pattern, parent)
        || glob(pattern, &scenario.family)
        || scenario
            .clauses
            .iter()
            .any(|(clause, _)| glob(pattern, clause))
}

/// Matches with `*` for any characters, `/` included, and no other wildcard.
fn glob(pattern: &str, text: &str) -> bool {
    WildMatchPattern::<'*', '\0'>::new(pattern).matches(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("message-with-ack", "message-with-ack", true),
            ("message", "message-with-ack", false),
            ("message*", "message-with-ack", true),
            ("*ack", "message-with-ack", true),
            ("*with*", "message-with-ack", true),
            ("m*-*k", "message-with-ack", true),
            ("*x*", "message-with-ack", false),
            ("a*a", "a", false),
            ("hostile/*", "hostile/no-args", true),
            ("*", "", true),
            ("", "a", false),
            ("a?k", "ack", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    fn selection(pattern: &str) -> Selection {
        Selection {
            dialects: Dialect::ALL.to_vec(),
            eio: vec![EioVersion::V4],
            transports: vec![TransportName::default()],
            only_transports: true,
            patterns: vec![pattern.to_owned()],
            claims: Vec::new(),
            revision: 1,
            claimed: None,
            client: None,
        }
    }

    /// A run over one transport needs no other.
    #[test]
    fn a_transport_that_is_not_part_of_the_run_is_not_asked_for() {
        use TransportName::{Polling, Upgrade, Websocket};
        let library = crate::scenario::Library::embedded();
        for (transports, only, applicable) in [
            (&[Websocket][..], true, false),
            (&[Polling], true, false),
            (&[Upgrade], true, true),
            (&[Websocket, Polling], true, true),
            (&[Websocket], false, true),
        ] {
            let selection = Selection {
                transports: transports.to_vec(),
                only_transports: only,
                ..selection("transports-meet")
            };
            let why = selection.not_applicable(&selection.checks(&library.scenarios)[0]);
            assert_eq!(why.is_none(), applicable, "{transports:?}: {why:?}");
        }
    }

    /// A client is not asked for what the hello of its driver does not name.
    #[test]
    fn what_a_client_does_not_offer_is_not_applicable() {
        let library = crate::scenario::Library::embedded();
        let mut selection = selection("client-emit");
        let offer = |transport| Offer {
            dialects: vec![Dialect::V2],
            eio: vec![EioVersion::V4],
            transports: vec![transport],
        };
        let mut whys = |offer| {
            selection.client = Some(offer);
            let checks = selection.checks(&library.scenarios);
            let why = checks.iter().map(|check| selection.not_applicable(check));
            why.collect::<Vec<_>>()
        };
        let v1 = Some("the driver's hello names no dialect v1".to_owned());
        assert_eq!(whys(offer(TransportName::Websocket)), [v1.clone(), None]);
        let carried = Some("the driver's hello names no transport websocket".to_owned());
        assert_eq!(whys(offer(TransportName::Polling)), [v1, carried]);
        let mut older = offer(TransportName::Websocket);
        older.eio = vec![EioVersion::V3];
        let generation = Some("the driver's hello names no Engine.IO 4".to_owned());
        assert_eq!(whys(older)[1], generation);
    }

    /// Nobody but the runner can start a server with the settings of a scenario.
    #[test]
    fn settings_are_for_servers_that_claim_them() {
        let library = crate::scenario::Library::embedded();
        let mut selection = selection("limit-rooms");
        let checks = selection.checks(&library.scenarios);
        assert_eq!(checks.len(), 2, "one for each dialect");
        let why = selection.not_applicable(&checks[0]).unwrap();
        assert_eq!(
            why,
            "capability settings is not declared: the scenario states settings"
        );
        selection.claims.push(Capability::Settings);
        assert_eq!(selection.not_applicable(&checks[0]), None);
    }
}
