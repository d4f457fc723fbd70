use crate::TypeFile;
use crate::catalogue::Catalogue;

pub(crate) fn files(_: &Catalogue) -> Vec<TypeFile> {
    Vec::new()
}
