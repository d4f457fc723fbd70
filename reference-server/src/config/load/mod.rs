//! From files, environment and flags to one value, without forgetting where each
//! part of it came from.
//!
//! Each source is read into assignments of values to settings ([`file`],
//! [`text`]), those are laid over each other ([`layers`]), and what comes out is
//! read as a [`Config`]. Everything that is wrong is told with its place.

mod error;
mod file;
mod layers;
mod print;
mod text;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

pub use self::error::{LoadError, Misfit};
pub use self::layers::Origin;
use self::layers::{Assignment, Layers};
use super::schema::{self, Kind};
use super::{Config, Preset, Problem};

/// The setting that is not part of [`Config`]: which defaults to start from.
const PRESET: &str = "preset";

/// Gathers the settings of a server from where people keep them.
///
/// What is more specific wins: built-in defaults, then the preset, the file, the
/// environment, and at last the flags, of which the later beats the earlier.
///
/// ```
/// use sio_p2p_server::config::{Loader, Origin};
///
/// let loaded = Loader::default()
///     .text("p2p.toml", "[engine]\nping_interval_ms = 5000\n")
///     .environment([("P2P_SERVER_ENGINE__PING_TIMEOUT_MS".into(), "4000".into())])
///     .set("--max-message", "engine.max_message", "65536")
///     .load()?;
/// assert_eq!(loaded.config.engine.ping_interval.as_secs(), 5);
/// assert_eq!(loaded.config.engine.ping_timeout.as_secs(), 4);
/// assert_eq!(loaded.config.engine.max_message, 65_536);
/// assert_eq!(loaded.origin("queue.packets"), &Origin::Default);
/// # Ok::<(), sio_p2p_server::config::LoadError>(())
/// ```
#[derive(Clone, Default)]
pub struct Loader {
    file: Option<PathBuf>,
    text: Option<(String, String)>,
    environment: Vec<(OsString, OsString)>,
    flags: Vec<(String, String, String)>,
}

/// What the values are stays untold: there may be secrets among them.
impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader").finish_non_exhaustive()
    }
}

/// The settings that hold, and where each of them comes from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings, validated.
    pub config: Config,
    /// The defaults that they started from.
    pub preset: Preset,
    layers: Layers,
}

impl Loader {
    /// Reads a TOML file when loading.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Takes the content of a TOML file; `name` is what problems call it.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, content: impl Into<String>) -> Self {
        self.text = Some((name.into(), content.into()));
        self
    }

    /// Takes environment variables, such as those of [`std::env::vars_os`]. Only
    /// the ones that begin with `P2P_SERVER_` are looked at.
    #[must_use]
    pub fn environment(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Sets one value from text, as a flag does; `flag` is what problems call it.
    ///
    /// A text is taken as it is; everything else is written as in TOML.
    #[must_use]
    pub fn set(
        mut self,
        flag: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.flags.push((flag.into(), key.into(), value.into()));
        self
    }

    /// Reads everything.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, if a source names a setting that does not
    /// exist, or if a value is impossible. All unknown settings are told at once.
    pub fn load(self) -> Result<Loaded, LoadError> {
        let mut problems = Vec::new();
        let mut assignments = Vec::new();
        if let Some(path) = &self.file {
            let name = path.display().to_string();
            match fs::read_to_string(path) {
                Ok(content) => {
                    // Some editors begin files with a byte order mark.
                    let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
                    file::read(&name, content, &mut assignments, &mut problems);
                }
                Err(source) => return Err(LoadError::Unreadable { file: name, source }),
            }
        }
        if let Some((name, content)) = &self.text {
            file::read(name, content, &mut assignments, &mut problems);
        }
        text::environment(&self.environment, &mut assignments, &mut problems);
        text::flags(&self.flags, &mut assignments, &mut problems);
        if !problems.is_empty() {
            return Err(LoadError::Misfits(problems));
        }
        combine(assignments)
    }
}

impl Loaded {
    /// Where the value of a setting comes from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.layers.origin(key)
    }

    /// What is wrong with a setting, together with the place where it was set.
    pub fn misfit(&self, problem: &Problem) -> Misfit {
        Misfit::new(self.origin(&problem.key), problem.to_string())
    }
}

/// Lays the assignments over the defaults, the later over the earlier.
fn combine(assignments: Vec<Assignment>) -> Result<Loaded, LoadError> {
    let preset = preset(&assignments)?;
    let mut layers = Layers::of(preset);
    for assignment in assignments {
        layers.assign(assignment);
    }
    let config: Config = serde_path_to_error::deserialize(layers.config()).map_err(|error| {
        // Positions in lists are written as in the origins: `auth.tokens[0].token`.
        let path = error.path().to_string();
        let complaint = complaint(&path, layers.value(&path), &error.into_inner().to_string());
        LoadError::from(Misfit::new(layers.origin(&path), complaint))
    })?;
    config.validate().map_err(|invalid| {
        let misfits = invalid.0.iter();
        LoadError::Misfits(
            misfits
                .map(|problem| Misfit::new(layers.origin(&problem.key), problem.to_string()))
                .collect(),
        )
    })?;
    Ok(Loaded {
        config,
        preset,
        layers,
    })
}

/// The preset that the sources ask for; of several the last.
fn preset(assignments: &[Assignment]) -> Result<Preset, LoadError> {
    let Some(chosen) = assignments.iter().rfind(|one| one.key == PRESET) else {
        return Ok(Preset::default());
    };
    let misfit = |complaint: String| LoadError::from(Misfit::new(&chosen.origin, complaint));
    let Some(name) = chosen.value.as_str() else {
        return Err(misfit("`preset` is no text".to_owned()));
    };
    name.parse()
        .map_err(|unknown: super::UnknownPreset| misfit(unknown.to_string()))
}

/// What is wrong with a value that cannot be read, without showing secrets.
fn complaint(path: &str, found: &Value, told: &str) -> String {
    let Some(setting) = schema::setting(path) else {
        // Inside of a list. What stands before the expectation may quote a secret.
        let expected = match told.split_once(", expected ") {
            Some((_, expected)) if told.starts_with("invalid") => format!("expected {expected}"),
            _ => told.to_owned(),
        };
        return format!("`{path}`: {expected}");
    };
    let expected = setting.expected();
    match setting.kind {
        Kind::Secret if found.is_string() => format!("`{path}`: {told}"),
        Kind::Secret => format!("`{path}` is no text"),
        // The items may hold secrets.
        Kind::List => format!("`{path}` is not what it should be, expected {expected}"),
        _ => format!("`{path}` is {found}, expected {expected}"),
    }
}

#[cfg(test)]
mod tests;
