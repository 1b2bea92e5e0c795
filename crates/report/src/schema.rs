//! The JSON schema of `report.json`.

use crate::views::ReportView;

/// The JSON schema of `report.json`.
#[must_use]
pub fn report_schema() -> serde_json::Value {
    schemars::schema_for!(ReportView<'_>).to_value()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shape_of_the_report_is_a_promise() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&super::report_schema()).unwrap());
    }
}
