//! Frames as a client makes them.

use super::mask::unmask;

/// A masked frame. `first` has the FIN bit, the reserved bits and the opcode.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![first];
    match payload.len() {
        len @ 0..=125 => frame.push(0x80 | u8::try_from(len).unwrap()),
        len @ 126..=0xffff => {
            frame.push(0xfe);
            frame.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            frame.push(0xff);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(key);
    let start = frame.len();
    frame.extend(payload);
    unmask(&mut frame[start..], key);
    frame
}
