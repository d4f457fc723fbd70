//! The mask of RFC 6455, section 5.3.

/// How many bytes are unmasked at a time: a multiple of the key and of any vector
/// register, so that the compiler makes vector instructions of the loop.
const WIDE: usize = 64;

/// Takes the mask off a payload, or puts it on.
#[inline]
pub(super) fn unmask(payload: &mut [u8], key: [u8; 4]) {
    let mut wide = [0; WIDE];
    for part in wide.as_chunks_mut().0 {
        *part = key;
    }
    let (blocks, rest) = payload.as_chunks_mut::<WIDE>();
    for block in blocks {
        for (byte, mask) in block.iter_mut().zip(&wide) {
            *byte ^= mask;
        }
    }
    for (byte, mask) in rest.iter_mut().zip(&wide) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_octet_wise_rule_of_the_rfc(
            payload: Vec<u8>,
            more in 0_usize..200,
            key: [u8; 4],
        ) {
            let mut payload = payload;
            payload.resize(payload.len() + more, 0xa5);
            let expected: Vec<u8> = payload
                .iter()
                .enumerate()
                .map(|(i, byte)| byte ^ key[i % 4])
                .collect();
            unmask(&mut payload, key);
            prop_assert_eq!(payload, expected);
        }
    }
}
