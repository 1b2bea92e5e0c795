//! Where the bytes are that a splitter looks at.

use wide::u8x16;

/// Puts the places of all delimiters, quotes, line feeds and carriage returns into `marks`, in order.
pub(crate) fn find_marks(bytes: &[u8], delimiter: u8, marks: &mut Vec<u32>) {
    marks.clear();
    let wanted = [delimiter, b'"', b'\n', b'\r'].map(u8x16::splat);
    let (blocks, rest) = bytes.as_chunks::<64>();
    for (index, block) in blocks.iter().enumerate() {
        let mut bits = 0_u64;
        for (quarter, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let [a, b, c, d] = wanted.map(|wanted| bytes.simd_eq(wanted));
            bits |= u64::from((a | b | c | d).to_bitmask()) << (16 * quarter);
        }
        let base = (index * 64) as u32;
        while bits != 0 {
            marks.push(base + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
    let base = blocks.len() * 64;
    let is_wanted = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
    marks.extend(
        rest.iter().enumerate().filter(|(_, byte)| is_wanted(**byte)).map(|(at, _)| (base + at) as u32),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn marks_are_those_of_a_plain_search(bytes in proptest::collection::vec(proptest::sample::select(b"abc;,\"\n\r\xe9".to_vec()), 0..300)) {
            let mut marks = vec![7];
            find_marks(&bytes, b';', &mut marks);
            let plain: Vec<u32> =
                (0..bytes.len()).filter(|at| b";\"\n\r".contains(&bytes[*at])).map(|at| at as u32).collect();
            proptest::prop_assert_eq!(marks, plain);
        }
    }
}
