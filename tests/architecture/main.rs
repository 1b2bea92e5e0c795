//! The walls of the house: which crate may lean on which, what lives where, and what must not be there at all.

// `cfg(test)` tells clippy that these are tests, their shared parts too.
#[cfg(test)]
mod crates;
#[cfg(test)]
mod files;
#[cfg(test)]
mod pipelines;
#[cfg(test)]
mod readme;

#[cfg(test)]
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
