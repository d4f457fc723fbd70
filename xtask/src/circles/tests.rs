//! Small made-up crates, and the circles in them.

use std::collections::HashMap;
use std::path::Path;

use super::graph::{Circle, Graph};
use super::ledger::Ledger;
use super::modules;

/// The circles of a crate whose files are these. Every `mod.rs` gets an empty module, by
/// which it is that of a folder.
fn circles(files: &[(&str, &str)]) -> Vec<Circle> {
    let files: HashMap<_, _> = files.iter().copied().collect();
    circles_as_they_are(&|path| match files.get(path)? {
        text if path.ends_with("/mod.rs") => Some(format!("{text} mod leaf_file;")),
        text => Some((*text).to_owned()),
    })
}

/// The circles of a crate whose files are these and no others, but for empty ones.
fn circles_as_they_are(files: &dyn Fn(&str) -> Option<String>) -> Vec<Circle> {
    let read = |path: &Path| match path.to_str()? {
        empty if empty.ends_with("/leaf_file.rs") => Some(String::new()),
        path => files(path),
    };
    let modules = modules::read(Path::new("src/lib.rs"), &read).unwrap();
    Graph::of(&modules).circles()
}

/// The pairs of folders, as the list has them.
fn pairs(files: &[(&str, &str)]) -> Vec<String> {
    let pair = |circle: &Circle| format!("{} -> {}", circle.from, circle.to);
    circles(files).iter().map(pair).collect()
}

const LIB: (&str, &str) = ("src/lib.rs", "mod a; mod b;");
const BOTH_WAYS: [&str; 2] = ["src/a -> src/b", "src/b -> src/a"];

#[test]
fn one_direction_is_no_circle() {
    let files = [
        LIB,
        ("src/a/mod.rs", "use crate::b::B; struct A(B);"),
        ("src/b/mod.rs", "pub struct B;"),
    ];
    assert_eq!(pairs(&files), [""; 0]);
}

#[test]
fn two_folders_that_use_each_other_are_a_circle_both_ways() {
    let files = [
        LIB,
        ("src/a/mod.rs", "use crate::b::B; pub struct A(B);"),
        ("src/b/mod.rs", "use super::a::A; pub struct B(Box<A>);"),
    ];
    assert_eq!(pairs(&files), BOTH_WAYS);
}

#[test]
fn paths_in_bodies_and_in_macros_count() {
    for body in [
        "pub fn f() { crate::b::g(1) }",
        "pub fn f() { println!(\"{}\", crate::b::g(1)) }",
        "pub fn f() { let x: Vec<crate::b::B> = vec![]; }",
        "use crate::b; pub fn f() { b::g(1) }",
        "pub fn f() { use crate::b::g; g(1) }",
        "#[derive(crate::b::B)] pub struct A; pub fn f() {}",
    ] {
        let b = "pub struct B; pub fn g(x: u8) { crate::a::f() }";
        let files = [LIB, ("src/a/mod.rs", body), ("src/b/mod.rs", b)];
        assert_eq!(pairs(&files), BOTH_WAYS, "{body}");
    }
}

#[test]
fn tests_and_documentation_do_not_count() {
    for b in [
        "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }",
        "pub struct B; #[cfg(all(test, unix))] mod tests { use crate::a::A; }",
        "pub struct B; #[cfg(test)] fn of(a: crate::a::A) {}",
        "pub struct B; impl B { #[cfg(test)] fn of(a: crate::a::A) {} }",
        "/// See [`A`](crate::a::A).\npub struct B;",
        "pub struct B { pub(in crate::a) x: u8 }",
    ] {
        let a = "use crate::b::B; pub struct A(B);";
        let files = [LIB, ("src/a/mod.rs", a), ("src/b/mod.rs", b)];
        assert_eq!(pairs(&files), [""; 0], "{b}");
    }
    let any = "pub struct B; #[cfg(any(test, unix))] fn of(a: crate::a::A) {}";
    let a = "use crate::b::B; pub struct A(B);";
    let files = [LIB, ("src/a/mod.rs", a), ("src/b/mod.rs", any)];
    assert_eq!(pairs(&files), BOTH_WAYS);
}

#[test]
fn within_a_folder_circles_are_allowed() {
    let files = [
        ("src/lib.rs", "mod a;"),
        ("src/a/mod.rs", "mod x; mod y; pub struct A(x::X);"),
        ("src/a/x.rs", "use super::A; use super::y::Y; pub struct X;"),
        ("src/a/y.rs", "use super::x::X; pub struct Y;"),
    ];
    assert_eq!(pairs(&files), [""; 0]);
}

/// A file `a.rs` with a folder `a` is to that folder what a `mod.rs` would be.
#[test]
fn a_file_with_a_folder_of_its_name_counts_to_it() {
    let files = [
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "mod x; pub struct A(x::X);"),
        ("src/a/x.rs", "use super::A; pub struct X;"),
    ];
    assert_eq!(pairs(&files), [""; 0]);
    let below = [
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "mod x; pub struct A(x::X);"),
        ("src/a/x.rs", "mod y; pub struct X(y::Y);"),
        ("src/a/x/y.rs", "use crate::a::A; pub struct Y;"),
    ];
    assert_eq!(
        pairs(&below),
        ["src/a -> src/a/x", "src/a/x -> src/a"],
        "a folder and the one in it are two"
    );
}

/// With its tests in a file of their own, a module does not become a folder.
#[test]
fn a_mod_rs_without_modules_counts_to_the_folder_above() {
    let files = [
        ("src/lib.rs", "mod a;"),
        ("src/a/mod.rs", "mod x; pub struct A(x::X);"),
        (
            "src/a/x/mod.rs",
            "use super::A; pub struct X; #[cfg(test)] mod tests;",
        ),
    ];
    let files: HashMap<_, _> = files.into();
    let read = |path: &str| files.get(path).map(|text| (*text).to_owned());
    assert_eq!(circles_as_they_are(&read), []);
}

#[test]
fn re_exports_are_followed_and_are_no_imports_themselves() {
    let files = [
        LIB,
        (
            "src/a/mod.rs",
            "mod x; mod y; pub use self::x::X; pub use crate::b::B as Other;",
        ),
        ("src/a/x.rs", "pub struct X;"),
        ("src/a/y.rs", "use super::Other; struct Y(Other);"),
        ("src/b/mod.rs", "use crate::a::X; pub struct B(X);"),
    ];
    // `b` uses `x`, and `y` uses `b`: nothing leads from `x` to anywhere.
    assert_eq!(pairs(&files), [""; 0]);
    let used = [
        LIB,
        ("src/a/mod.rs", "pub use crate::b::B; pub struct A(B);"),
        ("src/b/mod.rs", "use crate::a::A; pub struct B;"),
    ];
    assert_eq!(pairs(&used), BOTH_WAYS, "a name that is used as well");
}

#[test]
fn a_glob_and_a_module_in_a_file_lead_to_the_file() {
    let files = [
        LIB,
        ("src/a/mod.rs", "use crate::b::*; pub enum A { X }"),
        ("src/b/mod.rs", "mod inner { use crate::a::A::X; }"),
    ];
    assert_eq!(pairs(&files), BOTH_WAYS);
}

/// What is used of it may be a method or a name in a text.
#[test]
fn a_file_that_is_brought_in_as_a_module_is_imported() {
    let files = [
        LIB,
        ("src/a/mod.rs", "use crate::b::x; pub struct A;"),
        ("src/b/mod.rs", "mod x;"),
        ("src/b/x.rs", "use crate::a::A;"),
    ];
    assert_eq!(pairs(&files), BOTH_WAYS);
}

#[test]
fn a_module_may_share_its_name_with_a_function() {
    let files = [
        (
            "src/lib.rs",
            "mod a; mod serve; pub use serve::{serve, Bound};",
        ),
        ("src/a/mod.rs", "use crate::serve; pub fn f() { serve() }"),
        (
            "src/serve/mod.rs",
            "pub fn serve() { crate::a::f() } pub struct Bound;",
        ),
    ];
    assert_eq!(pairs(&files), ["src/a -> src/serve", "src/serve -> src/a"]);
}

#[test]
fn files_can_be_elsewhere() {
    let files = [
        ("src/lib.rs", "mod a; #[path = \"../other/b.rs\"] mod b;"),
        ("src/a/mod.rs", "use crate::b::B; pub struct A(B);"),
        ("other/b.rs", "use crate::a::A; pub struct B;"),
    ];
    assert_eq!(pairs(&files), ["other -> src/a", "src/a -> other"]);
}

#[test]
fn a_circle_shows_its_imports_and_the_way_back() {
    let files = [
        ("src/lib.rs", "mod a; mod b; mod c;"),
        ("src/a/mod.rs", "use crate::b::B; pub struct A(B);"),
        ("src/b/mod.rs", "use crate::c::C; pub struct B(C);"),
        ("src/c/mod.rs", "use crate::a::A; pub struct C(A);"),
    ];
    let circles = circles(&files);
    assert_eq!(circles.len(), 3);
    assert_eq!(
        circles[0].to_string(),
        "src/a -> src/b
    src/a/mod.rs imports src/b/mod.rs
    and back: src/b/mod.rs -> src/c/mod.rs -> src/a/mod.rs"
    );
}

#[test]
fn what_is_not_listed_is_new_and_what_is_not_there_is_stale() {
    let files = [
        LIB,
        ("src/a/mod.rs", "use crate::b::B; pub struct A(B);"),
        ("src/b/mod.rs", "use super::a::A; pub struct B(Box<A>);"),
    ];
    let found = circles(&files);
    let whole = Ledger::of(&found);
    assert_eq!(Ledger::read(&whole.to_string()), Ok(Ledger::of(&found)));
    let verdict = whole.compare(&found);
    assert!(verdict.new.is_empty() && verdict.stale.is_empty());

    let listed = Ledger::read("# why\n\nsrc/a -> src/b\nsrc/a -> src/c\n").unwrap();
    let verdict = listed.compare(&found);
    assert_eq!(verdict.new, [&found[1]]);
    assert_eq!(verdict.stale, [("src/a".to_owned(), "src/c".to_owned())]);

    let wrong = Ledger::read("src/a, src/b");
    assert_eq!(
        wrong,
        Err("`src/a, src/b` is not of the form `from -> to`".to_owned())
    );
}

#[test]
fn a_file_that_is_missing_or_no_rust_is_named() {
    for (text, sentence) in [
        ("mod a;", "src/a/mod.rs: there is no such file"),
        ("fn", "src/lib.rs: unexpected end of input"),
    ] {
        let read = |path: &Path| (path == Path::new("src/lib.rs")).then(|| text.to_owned());
        let problem = modules::read(Path::new("src/lib.rs"), &read).unwrap_err();
        assert!(problem.to_string().starts_with(sentence), "{problem}");
    }
}
