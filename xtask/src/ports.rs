//! Go, Java and Ruby, in which some of the suite's drivers are written: are they there, and
//! what starts a driver in each.
//!
//! What is built goes below `target/`. On a system without them they are installed through
//! apt if this process may do so; otherwise the problem names the driver that was not judged.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    apt,
    workspace::{Problem, Workspace, run_quietly},
};

/// Where the drivers are.
const DRIVERS: &str = "conformance/drivers";
/// Where Debian has the sources of Go's libraries.
const GO_PATH: &str = "/usr/share/gocode";
/// The WebSocket library of the driver in Go.
const GORILLA: &str = "/usr/share/gocode/src/github.com/gorilla/websocket";
/// The JSON library of the driver in Java, and of the types for it.
pub(crate) const JACKSON: &str = "/usr/share/java/jackson-databind.jar:/usr/share/java/jackson-core.jar:\
     /usr/share/java/jackson-annotations.jar";
/// What loads all classes that a connection needs, so that the archive has them: nobody listens
/// at that port.
const REHEARSAL: &str = r#"{"id":1,"do":"connect","url":"http://127.0.0.1:1","client_id":"x","dialect":"v1","eio":3,"transport":"websocket"}"#;

/// Installs what is missing of all three.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<(), Problem> {
    require_go(workspace)?;
    require_java(workspace)?;
    require_ruby(workspace)
}

/// What starts the driver in Go, which is built first.
pub(crate) fn go(workspace: &Workspace) -> Result<String, Problem> {
    require_go(workspace)?;
    let program = workspace.scratch()?.join("driver-go");
    run_quietly(
        Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(workspace.path(&format!("{DRIVERS}/go")))
            // The libraries are those of the system, and none is fetched.
            .env("GO111MODULE", "off")
            .env("GOPATH", GO_PATH)
            .env("GOFLAGS", ""),
    )?;
    Ok(program.display().to_string())
}

/// What starts the driver in Java, which is built first. A machine of Java starts for each client
/// of each scenario, so its classes are kept in an archive that is mapped and not read.
pub(crate) fn java(workspace: &Workspace) -> Result<String, Problem> {
    require_java(workspace)?;
    let folder = workspace.scratch()?.join("driver-java");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Problem::io("remove", &folder, &error))?;
    }
    let classes = folder.join("classes");
    fs::create_dir_all(&classes).map_err(|error| Problem::io("create", &classes, &error))?;
    let sources = workspace.path(&format!("{DRIVERS}/java"));
    let mut compile = workspace.command("javac");
    compile.args(["-Xlint:all", "-Werror", "-cp", JACKSON, "-d"]);
    run_quietly(compile.arg(&classes).args(sources_in(&sources)?))?;
    let jar = folder.join("driver.jar");
    let mut pack = workspace.command("jar");
    pack.arg("cf").arg(&jar).arg("-C").arg(&classes).arg(".");
    run_quietly(&mut pack)?;
    // Authorities are not asked on this machine, and are long in reading.
    let usual = format!(
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djavax.net.ssl.trustStore=NONE -cp {}:{JACKSON} Driver",
        jar.display()
    );
    let archive = folder.join("driver.jsa");
    rehearse(workspace, &folder, &archive, &usual)?;
    Ok(format!(
        "java -XX:SharedArchiveFile={} {usual}",
        archive.display()
    ))
}

/// What starts the driver in Ruby.
pub(crate) fn ruby(workspace: &Workspace) -> Result<String, Problem> {
    require_ruby(workspace)?;
    Ok(format!("ruby {DRIVERS}/ruby/driver.rb"))
}

/// The sources of Java in a folder.
fn sources_in(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let read = |error| Problem::io("read", folder, &error);
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|end| end == "java") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

/// Starts the driver once, and keeps the classes that it has loaded.
fn rehearse(
    workspace: &Workspace,
    folder: &Path,
    archive: &Path,
    usual: &str,
) -> Result<(), Problem> {
    let script = folder.join("rehearsal.txt");
    fs::write(&script, format!("{REHEARSAL}\n"))
        .map_err(|error| Problem::io("write", &script, &error))?;
    let input = File::open(&script).map_err(|error| Problem::io("read", &script, &error))?;
    let mut start = workspace.command("java");
    start
        .arg(format!("-XX:ArchiveClassesAtExit={}", archive.display()))
        .arg("-Xlog:disable")
        .args(usual.split(' '))
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match start.status() {
        Ok(status) if status.success() && archive.exists() => Ok(()),
        Ok(_) => Err(Problem::new(
            "the driver in Java does not start: run it by hand",
        )),
        Err(error) => Err(Problem::start("java", &error)),
    }
}

fn require_go(workspace: &Workspace) -> Result<(), Problem> {
    let present = || says_version("go", "version") && Path::new(GORILLA).exists();
    let packages = ["golang", "golang-github-gorilla-websocket-dev"];
    require(workspace, "Go", &packages, present)
}

fn require_java(workspace: &Workspace) -> Result<(), Problem> {
    let libraries = || JACKSON.split(':').all(|jar| Path::new(jar).exists());
    let present = || says_version("javac", "--version") && libraries();
    let packages = ["default-jdk-headless", "libjackson2-databind-java"];
    require(workspace, "Java", &packages, present)
}

fn require_ruby(workspace: &Workspace) -> Result<(), Problem> {
    let present = || says_version("ruby", "--version");
    require(workspace, "Ruby", &["ruby"], present)
}

/// Installs what is missing of the languages that have types of their own, Java and Go.
pub(crate) fn require_compilers(workspace: &Workspace) -> Result<(), Problem> {
    require_java(workspace)?;
    require_go(workspace)
}

/// Checks that a language is there; installs it through apt when it is missing and this process
/// may do so.
fn require(
    workspace: &Workspace,
    language: &str,
    packages: &[&str],
    present: impl Fn() -> bool,
) -> Result<(), Problem> {
    if present() {
        return Ok(());
    }
    if apt::may_be_used() {
        println!("{language} or a library for it is missing; asking apt-get, as this is root");
        apt::install(workspace, packages)?;
        if present() {
            return Ok(());
        }
    }
    Err(Problem::new(format!(
        "what is written in {language} was not checked, because the language or a library for it \
         is missing: install it (Debian and Ubuntu: apt-get install {})",
        packages.join(" ")
    )))
}

fn says_version(program: &str, how: &str) -> bool {
    Command::new(program)
        .arg(how)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
