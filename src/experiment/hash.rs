//! Buckets by 32-bit FNV-1a, compatible with GrowthBook.

const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// 32-bit FNV-1a.
pub fn fnv1a(bytes: &[u8]) -> u32 {
    extend(OFFSET, bytes)
}

fn extend(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME))
}

/// Returns a number in 0..1 in steps of 1/10,000, uniform over units and independent between seeds (hash version 2).
pub fn bucket(seed: &str, unit: &str) -> f64 {
    bucket_bytes(seed.as_bytes(), unit.as_bytes())
}

/// [`bucket`] without an allocation: the decimal text between the two hashes is written on the stack.
pub fn bucket_bytes(seed: &[u8], unit: &[u8]) -> f64 {
    let mut rest = extend(extend(OFFSET, seed), unit);
    let mut decimal = [b'0'; 10];
    let mut start = decimal.len();
    loop {
        start -= 1;
        decimal[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    f64::from(fnv1a(&decimal[start..]) % 10_000) / 10_000.0
}

/// Hash version 1: one hash of the unit and then the seed, in steps of 1/1,000. Biased between seeds; for checking old assignments.
pub fn bucket_v1(seed: &str, unit: &str) -> f64 {
    f64::from(extend(extend(OFFSET, unit.as_bytes()), seed.as_bytes()) % 1_000) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        assert_eq!(fnv1a(b"a"), 0xe40c_292c);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
        assert_eq!(bucket_v1("", "a"), 0.22);
        assert_eq!(bucket_v1("b", "a"), 0.946);
        for (seed, unit, expect) in [
            ("foo", "ab", 0.2575),
            ("seed", "a", 0.0505),
            ("seed", "b", 0.2696),
            ("exit-10", "visitor-1", 0.6725),
            ("exit-10", "visitor-2", 0.8452),
            ("exit-10", "visitor-3", 0.2420),
        ] {
            assert_eq!(bucket(seed, unit), expect, "{seed} {unit}");
        }
    }

    #[test]
    fn the_stack_buffer_equals_formatting() {
        for n in 0..5_000_u32 {
            let unit = (n * 7_919).to_string();
            let slow = f64::from(fnv1a(fnv1a(format!("s{unit}").as_bytes()).to_string().as_bytes()) % 10_000) / 10_000.0;
            assert_eq!(bucket("s", &unit), slow);
        }
    }
}
