//! Links that leave the book. The book is read without the repository, so they become the
//! name of the file that they mean.

use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The text of a chapter, in which each link that leaves `spec/` names its file instead. The
/// error lists the links whose file does not exist.
pub(crate) fn outside_as_text(
    content: &str,
    chapter: &Path,
    root: &Path,
) -> Result<String, Vec<String>> {
    let folder = chapter.parent().unwrap_or(Path::new(""));
    let mut text = String::with_capacity(content.len());
    let mut copied = 0;
    let mut broken = Vec::new();
    let mut open = None;
    for (event, range) in Parser::new_ext(content, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                open = outside(folder, &dest_url).map(|file| (file, range, None));
            }
            Event::End(TagEnd::Link) => {
                let Some((file, link, Some(label))) = open.take() else {
                    continue;
                };
                if !root.join(&file).exists() {
                    broken.push(format!(
                        "{}: {} does not exist",
                        chapter.display(),
                        file.display()
                    ));
                }
                text.push_str(&content[copied..link.start]);
                text.push_str(&named(&content[label], &file));
                copied = link.end;
            }
            _ => {
                if let Some((_, _, label)) = &mut open {
                    let so_far: &mut Option<std::ops::Range<usize>> = label;
                    let start = so_far.as_ref().map_or(range.start, |label| label.start);
                    *so_far = Some(start..range.end);
                }
            }
        }
    }
    text.push_str(&content[copied..]);
    if broken.is_empty() {
        Ok(text)
    } else {
        Err(broken)
    }
}

/// A link as text: what it says, and the file that it means, unless that is the same.
fn named(label: &str, file: &Path) -> String {
    let file = file.display().to_string();
    if label.trim_matches('`') == file {
        format!("`{file}`")
    } else {
        format!("{label} (`{file}`)")
    }
}

/// The file in the repository that a link of a chapter means, if it is not in the book.
fn outside(folder: &Path, link: &str) -> Option<PathBuf> {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with('#') {
        return None;
    }
    let path = link.split('#').next().unwrap_or(link);
    let mut whole = PathBuf::from("spec");
    whole.push(folder);
    let mut parts: Vec<Component<'_>> = whole.components().collect();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    let file: PathBuf = parts.iter().collect();
    (!file.starts_with("spec")).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_inside_stay_and_links_outside_name_their_file() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::write(root.path().join("SECURITY.md"), "").expect("a file");
        let text = "See [how](../wire.md#a), [web](https://example.org) and [to report](../../SECURITY.md).";
        assert_eq!(
            outside_as_text(text, Path::new("guide/a.md"), root.path()),
            Ok("See [how](../wire.md#a), [web](https://example.org) and to report (`SECURITY.md`).".to_owned())
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(
            outside_as_text("[`b`](../b)", Path::new("a.md"), root.path()),
            Err(vec!["a.md: b does not exist".to_owned()])
        );
    }
}
