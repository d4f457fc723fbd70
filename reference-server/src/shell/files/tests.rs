use hyper::Request;
use tempfile::TempDir;

use super::*;

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn ask(files: &ClientFiles, method: Method, below: &str, tag: &str) -> Option<Response<Bytes>> {
    let request = Request::builder().method(method).header(IF_NONE_MATCH, tag);
    let (head, ()) = request.body(()).unwrap().into_parts();
    files.answer(&head, below)
}

fn get(files: &ClientFiles, below: &str) -> Option<Response<Bytes>> {
    ask(files, Method::GET, below, "")
}

#[test]
fn files_of_the_client_are_served_with_their_kind() {
    let folder = folder(&[("socket.io.min.js", "min"), ("socket.io.min.js.map", "{}")]);
    let files = ClientFiles::load(Some(folder.path())).unwrap();
    for (below, content, kind) in [
        ("/socket.io.min.js", "min", "application/javascript"),
        ("/socket.io.min.js.map", "{}", "application/json"),
    ] {
        let answer = get(&files, below).unwrap();
        assert_eq!(
            (answer.status(), &answer.body()[..]),
            (StatusCode::OK, content.as_bytes())
        );
        let told = answer.headers()[CONTENT_TYPE].to_str().unwrap();
        assert!(told.starts_with(kind), "{told}");
    }
    let head = ask(&files, Method::HEAD, "/socket.io.min.js", "").unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    let answer = get(&files, "/socket.io.js").unwrap();
    assert_eq!(
        (answer.status(), &answer.body()[..]),
        (StatusCode::NOT_FOUND, NOT_THERE.as_bytes())
    );
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let load = |content| {
        let folder = folder(&[("socket.io.js", content)]);
        ClientFiles::load(Some(folder.path())).unwrap()
    };
    let (files, other) = (load("one"), load("two"));
    let tag = get(&files, "/socket.io.js").unwrap().headers()[ETAG].clone();
    let tag = tag.to_str().unwrap();
    for (asked, fresh) in [
        (tag.to_owned(), false),
        (format!("W/{tag}"), false),
        (format!("\"x\", {tag}"), false),
        ("*".to_owned(), false),
        ("\"x\"".to_owned(), true),
        (tag.trim_matches('"').to_owned(), true),
    ] {
        let answer = ask(&files, Method::GET, "/socket.io.js", &asked).unwrap();
        let expected = if fresh {
            StatusCode::OK
        } else {
            StatusCode::NOT_MODIFIED
        };
        assert_eq!(answer.status(), expected, "{asked}");
        assert_eq!(answer.body().is_empty(), !fresh, "{asked}");
        assert_eq!(answer.headers()[ETAG], tag);
    }
    let answer = ask(&other, Method::GET, "/socket.io.js", tag).unwrap();
    assert_eq!(&answer.body()[..], b"two");
}

/// Only names of the client library are looked for, so nothing else can be read.
#[test]
fn nothing_else_is_served() {
    let folder = folder(&[("socket.io.js", ""), ("secret.js", "secret")]);
    let files = ClientFiles::load(Some(folder.path())).unwrap();
    for below in [
        "",
        "/",
        "/secret.js",
        "/../socket.io.js",
        "/socket.io.js/",
        "/./socket.io.js",
        "/%2e%2e/secret.js",
        "/..%2fsecret.js",
        "/socket.io.js/../secret.js",
        "//socket.io.js",
        "/socket.io.jsx",
        "/socket.io.css",
    ] {
        assert!(get(&files, below).is_none(), "{below}");
    }
    assert!(ask(&files, Method::POST, "/socket.io.js", "").is_none());
}

#[test]
fn without_a_folder_a_sentence_says_so() {
    let files = ClientFiles::load(None).unwrap();
    let answer = get(&files, "/socket.io.esm.min.js").unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(&answer.body()[..], NOT_SERVED.as_bytes());
    assert!(get(&files, "/").is_none());
}

#[test]
fn a_folder_that_cannot_be_served_is_an_error() {
    let empty = folder(&[("other.js", "")]);
    let file = empty.path().join("other.js");
    let missing = empty.path().join("missing");
    for (path, expected) in [
        (
            empty.path(),
            "which holds no socket.io.js or other build of the client",
        ),
        (&file, "which is no folder"),
        (&missing, "which is no folder"),
    ] {
        let error = ClientFiles::load(Some(path)).unwrap_err().to_string();
        assert_eq!(error, format!("names {}, {expected}", path.display()));
    }
    // A folder where a file should be.
    std::fs::create_dir(empty.path().join("socket.io.js")).unwrap();
    let error = ClientFiles::load(Some(empty.path()))
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be read: "), "{error}");
}
