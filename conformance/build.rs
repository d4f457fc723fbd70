//! Puts the scenarios and the hostile inputs into the binary: a table of paths and texts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let fixtures = manifest.join("../fixtures");
    let mut table = String::from("&[\n");
    for folder in ["scenarios", "hostile"] {
        let folder = fixtures.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        files.sort();
        for file in files {
            let name: Vec<_> = file
                .strip_prefix(&fixtures)
                .unwrap_or(&file)
                .iter()
                .map(|part| part.to_string_lossy())
                .collect();
            let path = file.display().to_string();
            let _ = writeln!(table, "    ({:?}, include_str!({path:?})),", name.join("/"));
        }
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), table)
}

/// Every JSON file below a folder; none if there is no such folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // A folder that gains a file has to be looked at again.
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}
