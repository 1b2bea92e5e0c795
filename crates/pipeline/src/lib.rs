//! The stages of a run in their order: plan, read, merge, enrich, count, detect, assess, report.
//!
//! What `cli`, a worker or an engine calls. It knows no command line and no clock, and holds no rule of the trade.

mod as_of;
mod bookkeeping;
mod error;
mod file;
mod prepare;
mod run;
mod stamp;
mod store;

pub use error::{PipelineError, RunError};
pub use file::{Loaded, PipelineFile, load, pipeline_schema};
pub use prepare::{AsOf, InputOverride, Prepared, default_out, prepare};
pub use run::{Outcome, Progress, RunRequest, Silent, TopEntity, run};
pub use store::MemoryStore;
