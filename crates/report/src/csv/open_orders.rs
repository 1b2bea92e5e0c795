//! `open_orders.csv`: ordered, not goods-issued. What can still be stopped.

use std::path::Path;

use chipwatch_records::{Chips, EntityId, KeptLine};

use super::country;
use crate::in_order::write_rows;
use crate::row::Row;
use crate::{Report, ReportError};

const HEADER: &str = "entity_id,name,country,file,line,document_no,line_no,order_date,\
part_number,model,quantity,chips_lo,chips_hi,channel";

/// Who ordered, and how many chips stand on the line.
pub(crate) struct OpenOrder {
    pub(crate) entity: Option<EntityId>,
    pub(crate) chips: Chips,
}

impl OpenOrder {
    pub(crate) fn new(report: &Report<'_>, line: &KeptLine) -> Self {
        let item = &report.book.items[line.item.index()];
        let lo = i64::from(line.quantity_lo) * i64::from(item.chips_min);
        let most = i64::from(line.quantity_hi) * i64::from(item.chips_max);
        let usual = i64::from(line.quantity_lo) * i64::from(item.chips_typical.unwrap_or(item.chips_min));
        let hi = most.max(lo);
        let who = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
        Self {
            entity: who.map(|party| report.book.entity_of(party)),
            chips: Chips { lo, best: usual.clamp(lo, hi), hi },
        }
    }
}

/// Writes `open_orders.csv`.
pub(super) fn write(report: &Report<'_>, folder: &Path) -> Result<(), ReportError> {
    let written = &report.book.written;
    write_rows(folder, "open_orders.csv", HEADER, report.lines.open().len(), |index, out| {
        let kept = &report.lines.open()[index];
        let line = &kept.line;
        let order = OpenOrder::new(report, kept);
        let particulars = written.particulars_of(line);
        let mut row = Row::new(out);
        match order.entity.map(|entity| report.book.entity(entity)) {
            Some(entity) => row.text(&entity.id).text(&entity.name).word(country(&entity.country)),
            None => row.ready(b",,"),
        };
        let item = &report.book.items[kept.item.index()];
        row.text(&written.files[line.file.index()].path)
            .number(i64::from(line.line))
            .text(
                &line
                    .document
                    .map_or_else(Default::default, |document| written.documents.number(document.id())),
            )
            .text(written.text(line.line_no))
            .day(particulars.order_date)
            .text(written.text(written.items[item.written.index()].part_number))
            .text(item.model.unwrap_or_default())
            .number(i64::from(line.quantity))
            .number(order.chips.lo)
            .number(order.chips.hi)
            .word(kept.channel.as_str())
            .end();
    })
}
