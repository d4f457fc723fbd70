//! Files, who imports whom, and the circles in that.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::path::{Path, PathBuf};

use super::modules::Modules;
use super::resolve::{Target, resolve};

/// The imports between the files of one crate.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    modules: &'a Modules,
    edges: BTreeMap<&'a Path, BTreeSet<&'a Path>>,
}

/// A circle in which one folder imports another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Circle {
    /// The folder that imports.
    pub(super) from: String,
    /// The folder that is imported.
    pub(super) to: String,
    /// The imports from one to the other that are part of circles.
    pub(super) imports: Vec<(PathBuf, PathBuf)>,
    /// The shortest way back from the end of the first of them.
    pub(super) way_back: Vec<PathBuf>,
}

impl<'a> Graph<'a> {
    /// Draws the graph of a crate.
    pub(super) fn of(modules: &'a Modules) -> Self {
        let mut edges: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (path, module) in modules.iter() {
            let used = module.imports.used.iter().filter_map(|words| {
                match resolve(modules, path, words)? {
                    Target::Item(file) | Target::Module(file, false) => Some(file),
                    Target::Module(_, true) => None,
                }
            });
            let globs = module.imports.globs.iter();
            let globs = globs.filter_map(|words| match resolve(modules, path, words)? {
                Target::Item(file) | Target::Module(file, _) => Some(file),
            });
            let others = used.chain(globs).filter(|file| **file != module.file);
            let own: &Path = &module.file;
            edges.entry(own).or_default().extend(others);
        }
        Self { modules, edges }
    }

    /// Every pair of folders with an import between them that is part of a circle.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let mut circles: BTreeMap<_, Circle> = BTreeMap::new();
        for (&from, targets) in &self.edges {
            for &to in targets {
                let pair = [from, to].map(|file| shown(self.modules.folder(file)));
                if pair[0] == pair[1] {
                    continue;
                }
                let Some(way_back) = self.way(to, from) else {
                    continue;
                };
                let [from_folder, to_folder] = pair.clone();
                let circle = circles.entry(pair).or_insert_with(|| Circle {
                    from: from_folder,
                    to: to_folder,
                    imports: Vec::new(),
                    way_back,
                });
                circle.imports.push((from.to_path_buf(), to.to_path_buf()));
            }
        }
        circles.into_values().collect()
    }

    /// The shortest way along imports, both ends included.
    fn way(&self, from: &'a Path, to: &'a Path) -> Option<Vec<PathBuf>> {
        let mut came_from = HashMap::from([(from, from)]);
        let mut next = VecDeque::from([from]);
        while let Some(file) = next.pop_front() {
            if file == to {
                let step = |file: &&'a Path| {
                    let before = came_from.get(*file).copied();
                    before.filter(|before| before != file)
                };
                let mut way: Vec<_> = std::iter::successors(Some(to), step)
                    .map(Path::to_path_buf)
                    .collect();
                way.reverse();
                return Some(way);
            }
            for &target in self.edges.get(file).into_iter().flatten() {
                if !came_from.contains_key(target) {
                    came_from.insert(target, file);
                    next.push_back(target);
                }
            }
        }
        None
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)?;
        for (from, to) in &self.imports {
            write!(f, "\n    {} imports {}", shown(from), shown(to))?;
        }
        let way: Vec<_> = self.way_back.iter().map(|file| shown(file)).collect();
        write!(f, "\n    and back: {}", way.join(" -> "))
    }
}

/// A path with forward slashes.
fn shown(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}
