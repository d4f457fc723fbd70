//! The schemas are proven by instances: every file of the repository fits, and files with
//! mistakes do not.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn validator(name: &str) -> jsonschema::Validator {
    let mut schemas = sio_p2p_conformance::schemas().into_iter();
    let (_, schema) = schemas.find(|(known, _)| *known == name).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files
}

fn all_fit(folder: &str, schema: &str, at_least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures")
        .join(folder);
    let validator = validator(schema);
    let files = json_files(&folder);
    assert!(files.len() >= at_least, "{}", folder.display());
    for file in files {
        let value: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
    }
}

#[test]
fn every_scenario_fits_its_schema() {
    all_fit("scenarios", "scenario.json", 5);
}

#[test]
fn every_case_file_fits_its_schema() {
    all_fit("hostile", "cases.json", 0);
}

#[test]
fn every_baseline_fits_its_schema() {
    all_fit("baselines", "baseline.json", 0);
}

#[test]
fn mistakes_do_not_fit() {
    let validator = validator("scenario.json");
    let good = json!({
        "id": "good", "title": "t", "clauses": ["SRV-CORE-F5"], "level": "must",
        "dialects": ["v1"], "actors": { "a": {} },
        "steps": [
            { "connect": ["a"] },
            { "any_of": [[{ "closed": { "at": "a", "by": "packet" } }], []] },
            { "repeat": { "times": 2, "steps": [{ "note": "x" }] } }
        ]
    });
    assert!(validator.is_valid(&good));
    let with = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        bad
    };
    for bad in [
        with("/id", json!("Not A Slug")),
        with("/level", json!("shall")),
        with("/dialects", json!(["v3"])),
        with("/dialects", json!([])),
        with("/clauses", json!([])),
        with("/actors/a", json!({ "colour": "red" })),
        with("/steps/0", json!({ "conect": ["a"] })),
        with("/steps/0", json!({ "connect": ["a"], "note": "two verbs" })),
        with("/steps/0", json!({})),
        with("/steps/1/any_of/0/0/closed/by", json!("accident")),
        with("/steps/2/repeat/steps/0", json!({ "note": 1 })),
        with("/steps", json!([])),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

#[test]
fn the_program_alone_knows_every_file_of_the_folder() {
    let files = sio_p2p_conformance::schema_files();
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for name in [
        "add-target.json",
        "accept/add-target.json",
        "draft-07/add-target.json",
        "draft-07/accept/add-target.json",
        "draft-07/driver.json",
        "instances/add-target.json",
        "catalogue.json",
        "vocabulary.json",
        "report.json",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each file once");
    let schemas = files
        .iter()
        .filter(|file| !file.name.starts_with("instances/"));
    for file in schemas {
        assert!(jsonschema::meta::is_valid(&file.schema), "{}", file.name);
    }
}
