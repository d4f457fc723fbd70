//! The mask of RFC 6455, section 5.3.

/// Takes the mask off a payload, or puts it on.
#[inline]
pub(super) fn unmask(payload: &mut [u8], key: [u8; 4]) {
    let short = u64::from(u32::from_ne_bytes(key));
    let wide = short | short << 32;
    // In words, because the compiler makes vector instructions of that also where it
    // would not of a loop over bytes.
    let (words, rest) = payload.as_chunks_mut();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(wide.to_ne_bytes()) {
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
