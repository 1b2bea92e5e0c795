//! The whole program, from files to files: every trap and every counting rule with its exact numbers.

// `cfg(test)` tells clippy that these are tests, their shared parts too.
#[cfg(test)]
mod cache;
#[cfg(test)]
mod customs_headers;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod master_bills;
#[cfg(test)]
mod measures;
#[cfg(test)]
mod near_repeats;
#[cfg(test)]
mod other_tables;
#[cfg(test)]
mod report;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod thresholds;
#[cfg(test)]
mod traps_counting;
#[cfg(test)]
mod traps_goods;
#[cfg(test)]
mod traps_identity;
#[cfg(test)]
mod traps_inputs;
#[cfg(test)]
mod traps_returns;
#[cfg(test)]
mod versions;
#[cfg(test)]
mod world;
