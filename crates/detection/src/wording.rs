//! Numbers in sentences.

/// `604`, or `between 604 and 700`.
pub(crate) fn between(lo: i64, hi: i64) -> String {
    if lo == hi { lo.to_string() } else { format!("between {} and {}", lo.min(hi), lo.max(hi)) }
}

/// `300`, or `300 to 400`.
pub(crate) fn range(lo: i64, hi: i64) -> String {
    if lo == hi { lo.to_string() } else { format!("{} to {}", lo.min(hi), lo.max(hi)) }
}

/// `1 line`, `2 lines`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("{n} {one}") } else { format!("{n} {many}") }
}
