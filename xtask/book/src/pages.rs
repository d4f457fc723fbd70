//! The links of the built pages: each has to lead to a page and a place that exist.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Looks at every page below `built` and adds the links that lead nowhere to `wrong`. Gives
/// how many pages and links there are.
pub(crate) fn check(built: &Path, wrong: &mut Vec<String>) -> Result<(usize, usize)> {
    let mut pages = HashMap::new();
    read(built, &mut pages)?;
    let mut count = 0;
    for (path, page) in &pages {
        let folder = path.parent().unwrap_or(built);
        for link in &page.links {
            count += 1;
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                plain(&folder.join(file))
            };
            let found = match pages.get(&file) {
                Some(page) => place.is_empty() || page.places.contains(place),
                None => place.is_empty() && file.exists(),
            };
            if !found {
                let path = path.strip_prefix(built).unwrap_or(path);
                wrong.push(format!("{}: {link}", path.display()));
            }
        }
    }
    wrong.sort();
    Ok((pages.len(), count))
}

/// What a page links to, and the places in it that can be linked to.
struct Page {
    links: Vec<String>,
    places: HashSet<String>,
}

/// Reads all pages of a folder and of those in it.
fn read(folder: &Path, pages: &mut HashMap<PathBuf, Page>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, pages)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let local = |link: &String| !link.contains(':') && !link.starts_with('/');
            let page = Page {
                links: values(&text, "href").filter(local).collect(),
                places: values(&text, "id").collect(),
            };
            pages.insert(plain(&path), page);
        }
    }
    Ok(())
}

/// The values of an attribute, in the way mdBook writes it.
fn values<'a>(text: &'a str, attribute: &str) -> impl Iterator<Item = String> + use<'a> {
    let start = format!(" {attribute}=\"");
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.find(&start)? + start.len();
        let length = rest[from..].find('"')?;
        let value = rest[from..from + length].replace("&amp;", "&");
        rest = &rest[from + length..];
        Some(value)
    })
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(whole.pop()),
            std::path::Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_without_an_end_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let page =
            |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a page");
        page(
            "a.html",
            r##"<h2 id="x"><a href="b.html#y"></a><a href="#x"></a><a href="c.html">"##,
        );
        page(
            "b.html",
            r#"<h2 id="y"><a href="a.html#z"></a><a href="https://example.org">"#,
        );
        let mut wrong = Vec::new();
        let counts = check(folder.path(), &mut wrong).expect("two pages");
        assert_eq!(counts, (2, 4));
        assert_eq!(wrong, ["a.html: c.html", "b.html: a.html#z"]);
    }
}
