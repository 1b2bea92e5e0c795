//! Promises about every input, held against many small ones: what must not change a count, a flag or a rank, and what
//! must always add up. `reading` and `ledger` go through the crates, `program` runs the whole command once a promise.

// `cfg(test)` tells clippy that these are tests, their shared parts too.
#[cfg(test)]
mod chain;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod masked;
#[cfg(test)]
mod pinned;
#[cfg(test)]
mod program;
#[cfg(test)]
mod reading;
