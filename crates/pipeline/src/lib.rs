//! The stages of a run in their order: plan, read, merge, enrich, count, detect, assess, report.
//!
//! What `cli`, a worker or an engine calls. It knows no command line and no clock, and holds no rule of the trade.

mod as_of;
mod bookkeeping;
mod count;
mod error;
mod file;
mod inspect;
mod line_folder;
mod other_files;
mod outcome;
mod prepare;
mod proposed_file;
mod run;
mod sources;
mod stamp;
mod store;
mod told;

pub use error::{PipelineError, RunError};
pub use file::{Loaded, PipelineFile, load, pipeline_schema};
pub use inspect::{Inspected, ProposedSource, Trial, inspect};
pub use other_files::{OtherFiles, OtherFilesTable};
pub use outcome::{CacheUse, Outcome, Progress, RunRequest, Silent, TopEntity};
pub use prepare::{AsOf, InputOverride, Prepared, default_out, prepare};
pub use proposed_file::{Answer, Question};
pub use run::run;
pub use store::{FolderStore, MemoryStore};
