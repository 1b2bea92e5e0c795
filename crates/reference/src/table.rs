//! Reading a table: tab-separated columns under a header, `#` lines are remarks.

use thiserror::Error;

/// A reference table that breaks its own rules. Lines count from one.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TableError {
    /// The header is not the declared one.
    #[error("{table}: the header is not `{expected}`")]
    Header {
        /// File name of the table.
        table: &'static str,
        /// The declared columns.
        expected: String,
    },
    /// A line has too few or too many cells.
    #[error("{table}:{line}: {found} cells, {expected} expected")]
    Cells {
        /// File name of the table.
        table: &'static str,
        /// Where.
        line: usize,
        /// Cells found.
        found: usize,
        /// Cells declared.
        expected: usize,
    },
    /// A cell does not hold what its column declares.
    #[error("{table}:{line}: `{value}` is no {column}")]
    Value {
        /// File name of the table.
        table: &'static str,
        /// Where.
        line: usize,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A key stands in the table twice.
    #[error("{table}:{line}: `{key}` is listed twice")]
    Repeated {
        /// File name of the table.
        table: &'static str,
        /// Where, for the second time.
        line: usize,
        /// The key.
        key: String,
    },
}

/// One row: its cells under the declared columns.
pub(crate) struct Row {
    table: &'static str,
    /// Physical line, from one.
    pub(crate) line: usize,
    columns: &'static [&'static str],
    cells: Vec<&'static str>,
}

/// The rows of a table whose header is `columns`.
pub(crate) fn rows(
    table: &'static str,
    text: &'static str,
    columns: &'static [&'static str],
) -> Result<Vec<Row>, TableError> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let header: Vec<_> = lines.next().map_or_else(Vec::new, |(_, line)| line.split('\t').collect());
    if header != columns {
        return Err(TableError::Header { table, expected: columns.join(" ") });
    }
    lines
        .map(|(line, text)| {
            let cells: Vec<_> = text.split('\t').collect();
            if cells.len() == columns.len() {
                Ok(Row { table, line, columns, cells })
            } else {
                Err(TableError::Cells { table, line, found: cells.len(), expected: columns.len() })
            }
        })
        .collect()
}

impl Row {
    /// The cell under `column`; empty for a column the table does not have.
    pub(crate) fn text(&self, column: &'static str) -> &'static str {
        self.columns.iter().position(|name| *name == column).map_or("", |index| self.cells[index])
    }

    /// The cell under `column`, which must not be empty.
    pub(crate) fn filled(&self, column: &'static str) -> Result<&'static str, TableError> {
        Some(self.text(column)).filter(|text| !text.is_empty()).ok_or_else(|| self.wrong(column))
    }

    /// The cell under `column` read with `read`.
    pub(crate) fn read<T>(
        &self,
        column: &'static str,
        read: impl Fn(&'static str) -> Option<T>,
    ) -> Result<T, TableError> {
        read(self.text(column)).ok_or_else(|| self.wrong(column))
    }

    /// The cell under `column` read with `read`, or nothing where it is empty.
    pub(crate) fn optional<T>(
        &self,
        column: &'static str,
        read: impl Fn(&'static str) -> Option<T>,
    ) -> Result<Option<T>, TableError> {
        if self.text(column).is_empty() { Ok(None) } else { self.read(column, read).map(Some) }
    }

    /// The parts of a `;` list; none for an empty cell.
    pub(crate) fn list(&self, column: &'static str) -> Vec<&'static str> {
        self.text(column).split(';').filter(|part| !part.is_empty()).collect()
    }

    /// The error for the cell under `column`.
    pub(crate) fn wrong(&self, column: &'static str) -> TableError {
        TableError::Value { table: self.table, line: self.line, column, value: self.text(column).to_owned() }
    }

    /// The error for a key that stands in the table already.
    pub(crate) fn repeated(&self, key: &str) -> TableError {
        TableError::Repeated { table: self.table, line: self.line, key: key.to_owned() }
    }
}
