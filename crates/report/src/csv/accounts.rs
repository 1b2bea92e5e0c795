//! `entities.csv`: the measures of every entity, whether it is listed or not.

use std::path::Path;

use super::country;
use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

const HEADER: &str = "entity_id,name,country,entity_class,chips_lo,chips_best,chips_hi,direct_lo,direct_hi,\
indirect_lo,indirect_hi,received_lo,received_hi,on_loan_lo,on_loan_hi,open_lo,open_hi,gross,returned,\
customs_only_lo,customs_only_hi";

/// Writes every entity that has a measure. `gross` and `returned` are chips as usually sold.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    write_rows(folder, "entities.csv", HEADER, report.accounts.len(), |index, out| {
        let (entity, bought) = &report.accounts[index];
        let entity = report.book.entity(*entity);
        let mut row = Row::new(out);
        row.text(&entity.id).text(&entity.name).word(country(&entity.country)).text(&entity.class);
        row.number(bought.acquired.lo).number(bought.acquired.best).number(bought.acquired.hi);
        for measure in [bought.direct, bought.indirect, bought.received, bought.on_loan, bought.open] {
            row.number(measure.lo).number(measure.hi);
        }
        row.number(bought.gross.best).number(bought.returned.best);
        row.number(bought.customs_only.lo).number(bought.customs_only.hi).end();
    })
}
