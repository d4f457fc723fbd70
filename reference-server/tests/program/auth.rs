//! Real JavaScript clients prove who they are; see `tests/js/auth.js`.

use std::fs;
use std::path::Path;

use crate::node::Project;
use crate::process::Program;

#[test]
fn clients_are_known_by_tokens_that_others_sign() {
    let project = Project::install();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("auth-keys");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.to_str().unwrap();
    project.run("auth.js", &["keys", path]);
    for (algorithm, key) in [
        ("HS256", "own-hs256.key"),
        ("RS256", "own-rs256.pem"),
        ("EdDSA", "own-eddsa.pem"),
    ] {
        let server = Program::start(&[
            "--log=warn",
            "--set=auth.mode=jwt",
            &format!("--set=auth.jwt.algorithm={algorithm}"),
            &format!("--set=auth.jwt.key_file={path}/{key}"),
            "--set=auth.jwt.issuer=tests",
        ]);
        project.run("auth.js", &["try", path, algorithm, &server.url()]);
        assert_eq!(server.stopped(), "", "{algorithm}");
    }
}
