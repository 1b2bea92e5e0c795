//! The detectors: one file each, beside the page that `explain` prints.

pub(crate) mod bulk_purchase;
pub(crate) mod integrity;
pub(crate) mod open_order_hold;
