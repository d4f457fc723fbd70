//! Claims: what an implementation says it is, in a small file beside it.
//!
//! An implementation is judged on what it claims: by the scenarios of the dialects,
//! capabilities and revision that it names, at the levels that it names. What it claims
//! and the run cannot try is untestable, and not silently left out.

use std::sync::Arc;

use serde::Deserialize;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;
use toml::Spanned;

use crate::requirements;
use crate::scenario::{Capability, Level, TransportName};
use crate::source::{Problem, Source};

/// What an implementation claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Its name.
    pub implementation: String,
    /// Its version.
    pub version: Option<String>,
    /// The revision of the protocol that it implements.
    pub revision: u32,
    /// The dialects that it speaks.
    pub dialects: Vec<Dialect>,
    /// The Engine.IO generations that it speaks.
    pub eio: Vec<EioVersion>,
    /// The transports that it offers.
    pub transports: Vec<TransportName>,
    /// It says itself which these are, so it is asked for no others.
    pub only_transports: bool,
    /// What it offers beyond what everybody has to.
    pub capabilities: Vec<Capability>,
    /// The mildest level that it wants to be held to: with `should`, a broken `should` is
    /// a failure, with `may` everything is.
    pub held_to: Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    implementation: Spanned<String>,
    #[serde(default)]
    version: Option<String>,
    revision: Spanned<u32>,
    dialects: Spanned<Vec<Dialect>>,
    #[serde(default)]
    eio: Option<Spanned<Vec<u8>>>,
    #[serde(default)]
    transports: Option<Spanned<Vec<TransportName>>>,
    #[serde(default)]
    capabilities: Vec<Spanned<Capability>>,
    #[serde(default)]
    levels: Option<Spanned<Vec<Level>>>,
}

/// What a capability rests on.
enum Rests {
    /// The server speaks this dialect.
    On(Dialect),
    /// The server has this capability as well.
    With(Capability),
}

/// What has to be claimed together.
const PREREQUISITES: &[(Capability, Rests)] = &[
    (Capability::ClientAllow, Rests::On(Dialect::V1)),
    (Capability::Topic, Rests::On(Dialect::V1)),
    (Capability::Service, Rests::On(Dialect::V2)),
    (Capability::ServerService, Rests::On(Dialect::V1)),
    (
        Capability::ServerTopic,
        Rests::With(Capability::ServerService),
    ),
    (Capability::ServerApi, Rests::With(Capability::Service)),
    (Capability::ServerStream, Rests::With(Capability::ServerApi)),
    (Capability::ServerStream, Rests::With(Capability::Stream)),
    (Capability::ServerEmit, Rests::With(Capability::ServerApi)),
    (Capability::Persistence, Rests::With(Capability::ServerApi)),
];

impl Claims {
    /// Reads a file of claims.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Vec<Problem>> {
        let document: Document =
            toml::from_str(&source.text).map_err(|error| vec![source.toml_problem(&error)])?;
        let mut problems = Vec::new();
        let mut problem = |span: std::ops::Range<usize>, message: String| {
            problems.push(source.problem(span.start, message));
        };
        if document.implementation.get_ref().trim().is_empty() {
            let span = document.implementation.span();
            problem(span, "the name of the implementation is empty".into());
        }
        let newest = requirements::current();
        let revision = *document.revision.get_ref();
        if !(1..=newest).contains(&revision) {
            let message =
                format!("there is no revision {revision}; this suite knows 1 to {newest}");
            problem(document.revision.span(), message);
        }
        if document.dialects.get_ref().is_empty() {
            let message = "an implementation speaks a dialect: v1, v2 or both".into();
            problem(document.dialects.span(), message);
        }
        let eio = document.eio.map_or_else(
            || vec![EioVersion::V4],
            |numbers| {
                let versions = numbers.get_ref().iter().map(|number| match number {
                    3 => Ok(EioVersion::V3),
                    4 => Ok(EioVersion::V4),
                    other => Err(format!("Engine.IO {other} is not 3 or 4")),
                });
                versions
                    .collect::<Result<Vec<_>, _>>()
                    .unwrap_or_else(|message| {
                        problem(numbers.span(), message);
                        Vec::new()
                    })
            },
        );
        let claimed: Vec<_> = document.capabilities.iter().map(|c| *c.get_ref()).collect();
        for capability in &document.capabilities {
            for (_, rests) in PREREQUISITES
                .iter()
                .filter(|(c, _)| c == capability.get_ref())
            {
                let missing = match rests {
                    Rests::On(dialect) if !document.dialects.get_ref().contains(dialect) => {
                        format!("dialect {dialect}")
                    }
                    Rests::With(other) if !claimed.contains(other) => {
                        format!("capability {other}")
                    }
                    _ => continue,
                };
                let message = format!(
                    "{} needs {missing}, which is not claimed",
                    capability.get_ref()
                );
                problem(capability.span(), message);
            }
        }
        let held_to = document.levels.map_or(Level::Must, |levels| {
            let mut sorted = levels.get_ref().clone();
            sorted.sort_unstable();
            sorted.dedup();
            if sorted.first() != Some(&Level::Must) || sorted == [Level::Must, Level::May] {
                let message =
                    "levels are [\"must\"], [\"must\", \"should\"] or all three".to_owned();
                problem(levels.span(), message);
            }
            sorted.last().copied().unwrap_or(Level::Must)
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            implementation: document.implementation.into_inner(),
            version: document.version,
            revision,
            dialects: document.dialects.into_inner(),
            eio,
            only_transports: document.transports.is_some(),
            transports: document
                .transports
                .map_or_else(|| vec![TransportName::default()], Spanned::into_inner),
            capabilities: claimed,
            held_to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Claims, String> {
        let source = Source::new("claims.toml", text);
        Claims::parse(&source).map_err(|problems| {
            let lines = problems.iter().map(|p| format!("{}: {}", p.at, p.message));
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    const SMALL: &str = "implementation = \"x\"\nrevision = 1\ndialects = [\"v2\"]\n";

    #[test]
    fn what_is_left_out_is_the_least() {
        let claims = read(SMALL).unwrap();
        assert_eq!(claims.eio, [EioVersion::V4]);
        assert_eq!(claims.transports, [TransportName::Websocket]);
        assert_eq!(claims.capabilities, []);
        assert_eq!(claims.held_to, Level::Must);
        let more = format!("{SMALL}levels = [\"should\", \"must\"]\neio = [3, 4]\n");
        let claims = read(&more).unwrap();
        assert_eq!(claims.held_to, Level::Should);
        assert_eq!(claims.eio, [EioVersion::V3, EioVersion::V4]);
    }

    #[test]
    fn mistakes_are_located() {
        let text = "implementation = \" \"
revision = 99
dialects = []
eio = [5]
levels = [\"should\"]
capabilities = [
  \"topic\",
  \"server-api\",
]
";
        insta::assert_snapshot!(read(text).unwrap_err(), @r#"
        claims.toml:1:18: the name of the implementation is empty
        claims.toml:2:12: there is no revision 99; this suite knows 1 to 2
        claims.toml:3:12: an implementation speaks a dialect: v1, v2 or both
        claims.toml:4:7: Engine.IO 5 is not 3 or 4
        claims.toml:7:3: topic needs dialect v1, which is not claimed
        claims.toml:8:3: server-api needs capability service, which is not claimed
        claims.toml:5:10: levels are ["must"], ["must", "should"] or all three
        "#);
        for (text, place) in [
            ("implementation = 1", "claims.toml:1:18: "),
            (
                &format!("{SMALL}capability = []\n"),
                "claims.toml:4:1: unknown field",
            ),
            (
                &format!("{SMALL}capabilities = [\"flying\"]\n"),
                "claims.toml:4:17: unknown variant",
            ),
            (&format!("{SMALL}levels = [must]\n"), "claims.toml:4:11: "),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.starts_with(place), "{told}");
        }
    }

    /// The files of this repository, which its own runs use.
    #[test]
    fn the_committed_claims_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/claims");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                read(&text).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
                count += 1;
            }
        }
        assert!(count >= 4, "{count}");
    }
}
