//! Bodies of the verbs about the API registry of `v2`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;

/// Body of `check_api`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckApi {
    /// Who asks.
    pub from: String,
    /// The name in question; `${room:x}` is a name generated for this run.
    pub api: Text,
    /// The expected answer.
    pub exists: bool,
}

/// Body of `create_api`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApi {
    /// The provider.
    pub from: String,
    /// The name.
    pub api: Text,
}

/// Body of `destroy_api`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestroyApi {
    /// The provider, or who pretends to be.
    pub from: String,
    /// The name. Without it every API of the sender.
    #[serde(default)]
    pub api: Option<Text>,
}

/// Body of `use_api`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseApi {
    /// The caller.
    pub from: String,
    /// The name.
    pub api: Text,
    /// The arguments. No dialect adds a source id to them.
    #[serde(default)]
    pub args: Vec<Pattern>,
    /// Ask for an ack under this name.
    #[serde(default)]
    pub r#as: Option<Text>,
}
