//! Writes the types of every language below a folder: `cargo run --example write -- DIR`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use sio_p2p_protocol::Dialect;
use sio_p2p_types::{Language, files};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder")?;
    for language in Language::ALL {
        for file in files(language, &[Dialect::V1, Dialect::V2])? {
            let path = PathBuf::from(&folder)
                .join(language.as_str())
                .join(file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, file.text)?;
        }
    }
    Ok(())
}
