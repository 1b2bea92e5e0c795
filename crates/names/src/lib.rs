//! Company names and document numbers, folded so that two spellings of one thing become one text.
//!
//! The fold is for *matching* only: reports show the name as it was written. It brings spellings together
//! and never tells companies apart: equal keys are a reason to compare two parties further, and the country,
//! the address or a shared link decides.
//!
//! ```
//! use chipwatch_names::{fold, fold_number};
//! assert_eq!(fold("Alpha Pte. Ltd.").key, fold("ALPHA PRIVATE LIMITED").key);
//! assert_eq!(fold_number("0000012345"), "12345");
//! ```

mod fold;
mod legal_forms;
mod normal_text;
mod numbers;
mod words;

pub use fold::{FoldedName, fold};
pub use legal_forms::{TableError, check_tables};
pub use numbers::fold_number;
