//! The packages of the JavaScript tests, installed when they are missing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a machine without Node.js is told.
const NODE_IS_NEEDED: &str =
    "this test needs Node.js 18 or later with npm: install it and put `node` and `npm` on the PATH";

/// The folder `tests/js` with all packages that its lock file names.
#[derive(Debug)]
pub(crate) struct Project {
    path: PathBuf,
}

impl Project {
    /// Installs the packages unless exactly these are there already. Tests in
    /// other processes wait meanwhile.
    pub(crate) fn install() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js");
        assert!(runs("node") && runs("npm"), "{NODE_IS_NEEDED}");

        let guard = File::create(path.join("install.lock")).expect("the folder is writable");
        guard.lock().expect("files can be locked");
        // The packages keep a copy of the lock file that they were installed by.
        let wanted = fs::read(path.join("package-lock.json")).expect("the lock file is committed");
        let installed = path.join("node_modules/.installed-by.json");
        if fs::read(&installed).ok().as_ref() != Some(&wanted) {
            let output = Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(&path)
                .output()
                .expect(NODE_IS_NEEDED);
            assert!(
                output.status.success(),
                "npm cannot install the packages of {}:\n{}",
                path.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            fs::write(&installed, wanted).expect("the folder is writable");
        }
        Self { path }
    }

    /// Node.js in this folder, still without arguments.
    pub(crate) fn node(&self) -> Command {
        let mut node = Command::new("node");
        node.current_dir(&self.path);
        node
    }

    /// Runs a script of the folder and returns what it printed. Panics with that
    /// if the script does not end well.
    pub(crate) fn run(&self, script: &str, arguments: &[&str]) -> String {
        Self::finish(self.node().arg(script).args(arguments))
    }

    /// Runs a prepared command like a script.
    pub(crate) fn finish(command: &mut Command) -> String {
        let output = command.output();
        let output = output.expect("node is there, it has just installed packages");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{printed}{errors}");
        printed
    }
}

fn runs(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}
