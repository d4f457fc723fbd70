//! The step that has stock tools read the schemas: each takes every instance that is sent and
//! refuses broken ones.
//!
//! typify is not here: it makes Rust, which `cargo test` compiles (`fixtures/schema-tools/rust`).

use std::fs;

use crate::{
    node, python,
    workspace::{Problem, Workspace, run},
};

/// Where the checks and their lock files are.
const FOLDER: &str = "fixtures/schema-tools";

/// What the Python tools need.
pub(super) const PYTHON_REQUIREMENTS: &str = "fixtures/schema-tools/requirements.txt";

/// Checks for Node, by file name.
const CHECKS: [&str; 3] = ["ajv", "typescript", "quicktype"];

/// Has ajv, json-schema-to-typescript, quicktype, jsonschema and datamodel-code-generator read
/// what is in `spec/schema`.
pub(crate) fn schemas(workspace: &Workspace) -> Result<String, Problem> {
    node::require()?;
    node::install(workspace, &workspace.path(FOLDER))?;
    let python = python::environment(workspace, &workspace.path(PYTHON_REQUIREMENTS))?;
    let scratch = workspace.scratch()?.join("schemas");
    fs::create_dir_all(&scratch).map_err(|error| Problem::io("create", &scratch, &error))?;
    for check in CHECKS {
        let mut command = workspace.command("node");
        run(command.arg(format!("{FOLDER}/{check}.mjs")).arg(&scratch))?;
    }
    let mut command = workspace.command(&python.to_string_lossy());
    run(command.arg(format!("{FOLDER}/check.py")).arg(&scratch))?;
    Ok("ajv, tsc, quicktype, jsonschema and pydantic agree with the instances".to_owned())
}
