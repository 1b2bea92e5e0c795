//! Runs of small numbers, as Parquet packs levels and places in a dictionary: one value repeated, or values of so many bits
//! one behind the other. The `parquet` crate has a decoder of its own, but shows it only together with all of Arrow.

use bytes::Bytes;

/// The values of one page that are not read yet.
pub(super) struct Runs {
    bytes: Bytes,
    /// Where the next run starts.
    at: usize,
    /// Bits of a value.
    width: usize,
    run: Run,
}

enum Run {
    Repeated { value: u32, left: usize },
    Packed { bit: usize, left: usize },
}

/// The bytes end before the values do, or say what cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Damaged;

impl Runs {
    /// Runs of values of up to 32 bits.
    pub(super) fn new(bytes: Bytes, width: u8) -> Result<Self, Damaged> {
        if width > 32 {
            return Err(Damaged);
        }
        // Values of no bits need no bytes.
        let left = if width == 0 { usize::MAX } else { 0 };
        Ok(Self { bytes, at: 0, width: usize::from(width), run: Run::Repeated { value: 0, left } })
    }

    /// Bits without any runs: the old way to write levels.
    pub(super) fn of_bits(bytes: Bytes, count: usize) -> Self {
        let left = count.min(bytes.len() * 8);
        Self { at: bytes.len(), bytes, width: 1, run: Run::Packed { bit: 0, left } }
    }

    /// Whether the next values, so many, are all this one; if so they are read.
    pub(super) fn pass_repeated(&mut self, wanted: u32, count: usize) -> bool {
        if self.left() == 0 && self.next_run().is_err() {
            return false;
        }
        match &mut self.run {
            Run::Repeated { value, left } if *value == wanted && *left >= count => {
                *left -= count;
                true
            }
            _ => false,
        }
    }

    /// Reads as many values as there is room for.
    pub(super) fn fill(&mut self, mut values: &mut [u32]) -> Result<(), Damaged> {
        while !values.is_empty() {
            if self.left() == 0 {
                self.next_run()?;
                continue;
            }
            let (now, later) = values.split_at_mut(values.len().min(self.left()));
            match &mut self.run {
                Run::Repeated { value, left } => {
                    now.fill(*value);
                    *left -= now.len();
                }
                Run::Packed { bit, left } => {
                    unpack(&self.bytes, *bit, self.width, now);
                    *bit += self.width * now.len();
                    *left -= now.len();
                }
            }
            values = later;
        }
        Ok(())
    }

    fn left(&self) -> usize {
        match &self.run {
            Run::Repeated { left, .. } | Run::Packed { left, .. } => *left,
        }
    }

    fn next_run(&mut self) -> Result<(), Damaged> {
        let header = self.header()?;
        let count = (header >> 1) as usize;
        if header & 1 == 0 {
            let bytes = self.width.div_ceil(8);
            let value = self.bytes.get(self.at..self.at + bytes).ok_or(Damaged)?;
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            self.at += bytes;
            self.run = Run::Repeated { value, left: count };
            return Ok(());
        }
        // Some writers cut the last group short.
        let bytes = (count * self.width).min(self.bytes.len() - self.at);
        self.run = Run::Packed { bit: self.at * 8, left: (count * 8).min(bytes * 8 / self.width) };
        self.at += bytes;
        Ok(())
    }

    /// A number of seven bits a byte, the lowest first.
    fn header(&mut self) -> Result<u32, Damaged> {
        let mut header = 0_u32;
        for shift in (0..32).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or(Damaged)?;
            self.at += 1;
            header |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(header);
            }
        }
        Err(Damaged)
    }
}

/// Values of up to 32 bits each: with what stands in front of it in its first byte, one is never in more than eight bytes.
fn unpack(bytes: &[u8], mut bit: usize, width: usize, values: &mut [u32]) {
    let mask = ((1_u64 << width) - 1) as u32;
    for value in values {
        let rest = bytes.get(bit / 8..).unwrap_or_default();
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        *value = (word >> (bit % 8)) as u32 & mask;
        bit += width;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Packs values as the format says, bit by bit.
    fn packed(values: &[u32], width: u8) -> Vec<u8> {
        let groups = values.len().div_ceil(8);
        let mut bytes = vec![0_u8; groups * usize::from(width)];
        for (place, value) in values.iter().enumerate() {
            for bit in 0..usize::from(width) {
                let at = place * usize::from(width) + bit;
                bytes[at / 8] |= ((value >> bit & 1) as u8) << (at % 8);
            }
        }
        let header = groups as u8 * 2 + 1;
        [vec![header], bytes].concat()
    }

    fn repeated(value: u32, count: u8, width: u8) -> Vec<u8> {
        let bytes = &value.to_le_bytes()[..usize::from(width).div_ceil(8)];
        [&[count << 1], bytes].concat()
    }

    proptest! {
        #[test]
        fn what_was_packed_is_read_in_steps_of_any_length(
            width in 1_u8..=32,
            runs in proptest::collection::vec((any::<bool>(), any::<u32>(), 1_u8..60), 1..8),
            step in 1_usize..40,
        ) {
            let (mut bytes, mut values) = (Vec::new(), Vec::new());
            for (is_packed, seed, count) in runs {
                let value = |n: u32| seed.wrapping_mul(n.wrapping_mul(2_654_435_761) | 1) >> (32 - width);
                if is_packed {
                    let of_run: Vec<u32> = (0..u32::from(count.div_ceil(8)) * 8).map(value).collect();
                    bytes.extend(packed(&of_run, width));
                    values.extend(of_run);
                } else {
                    bytes.extend(repeated(value(1), count, width));
                    values.extend(std::iter::repeat_n(value(1), usize::from(count)));
                }
            }
            let mut runs = Runs::new(Bytes::from(bytes), width).unwrap();
            let mut read = Vec::new();
            while read.len() < values.len() {
                let mut now = vec![0; step.min(values.len() - read.len())];
                if runs.pass_repeated(values[read.len()], now.len()) {
                    now.fill(values[read.len()]);
                } else {
                    prop_assert_eq!(runs.fill(&mut now), Ok(()));
                }
                read.extend(now);
            }
            prop_assert_eq!(&read, &values);
            prop_assert_eq!(runs.fill(&mut [0]), Err(Damaged));
        }

        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..40), width in 0_u8..=40) {
            if let Ok(mut runs) = Runs::new(Bytes::from(bytes), width) {
                let _ = runs.fill(&mut [0; 500]);
            }
        }
    }
}
