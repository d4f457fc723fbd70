//! Who may be listed: on a server that nobody else uses, the clients of this program alone.

use std::collections::BTreeSet;

use parking_lot::Mutex;

use crate::player::peer::Peers;
use crate::player::play::stop::Stop;

/// The ids by which this program has connected anywhere.
static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Somebody is about to connect by this id.
pub(crate) fn introduce(id: &str) {
    KNOWN.lock().insert(id.to_owned());
}

impl Peers {
    /// Nobody who is listed is a stranger. A server that is running already may have other
    /// users; on one that was started for this run they are an invention.
    pub(crate) fn no_strangers(&self, listed: &[String]) -> Result<(), Stop> {
        if !self.road.own_server {
            return Ok(());
        }
        let known = KNOWN.lock();
        let Some(stranger) = listed.iter().find(|id| !known.contains(*id)) else {
            return Ok(());
        };
        let stop = Stop::broken("the list of clients has one that never connected");
        Err(stop.comparing(
            "clients of this run alone",
            format!("{stranger} among {}", listed.len()),
        ))
    }
}
