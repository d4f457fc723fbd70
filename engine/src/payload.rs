//! Stub.
use std::borrow::Cow;
use http::header::HeaderValue;
use crate::Generation;
use crate::packet::{Packet, PacketError};
use crate::session::Item;
pub(crate) fn answer(_g: Generation, _b64: bool, _j: Option<u32>, items: &[Item]) -> (Vec<u8>, HeaderValue) {
    let mut out = Vec::new();
    for (i, item) in items.iter().enumerate() { if i > 0 { out.push(0x1e) } match item { Item::Text(t) => out.extend_from_slice(t), Item::Binary(_) => {} } }
    (out, HeaderValue::from_static("text/plain; charset=UTF-8"))
}
pub(crate) fn form(body: &[u8]) -> Cow<'_, [u8]> { Cow::Borrowed(body) }
pub(crate) struct P<'a>(Packet<'a>, usize);
impl<'a> P<'a> { pub(crate) fn len(&self) -> usize { self.1 } pub(crate) fn get(&self) -> Packet<'a> { self.0 } }
pub(crate) fn packets(_g: Generation, _binary: bool, body: &[u8]) -> impl Iterator<Item = Result<P<'_>, PacketError>> {
    body.split(|b| *b == 0x1e).map(|b| { let t = std::str::from_utf8(b).map_err(|_| PacketError)?; Ok(P(Packet::parse_text(t)?, b.len())) })
}
