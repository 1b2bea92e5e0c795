//! What the fuzz targets share: each gives a body of `chipwatch_ingest::fuzz_bodies` to libFuzzer.

use std::panic;
use std::thread;

#[doc(hidden)]
pub use chipwatch_ingest::fuzz_bodies as bodies;
#[doc(hidden)]
pub use libfuzzer_sys;

/// Lets panics of other people's readers pass, which ingest catches in threads of this name: libFuzzer's own hook ends
/// the process at every panic, caught or not.
pub fn pass_guarded_panics() {
    let ends_process = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(chipwatch_ingest::intake::GUARDED) {
            ends_process(panic);
        }
    }));
}

/// A fuzz target with the body of this name.
#[macro_export]
macro_rules! target {
    ($body:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::pass_guarded_panics(), |data: &[u8]| {
            $crate::bodies::$body(data);
        });
    };
}
