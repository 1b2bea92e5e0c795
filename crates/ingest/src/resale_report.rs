//! The 867, product transfer and resale report: what its segments say of each quantity.
//!
//! Facts of the heading hold for every detail (PTD), those of a detail for each of its quantities (QTY); the inner word
//! wins. Mandatory segments are those of a distributor's published guide (D&H, X12 004010); qualifiers beyond it are
//! unconfirmed. What the codes mean for a count is the layout's to say.

use std::collections::BTreeMap;

use crate::x12::SegmentRows;

/// The columns of the table that a report becomes: elements by their names, dates and references by their qualifiers.
pub(crate) const COLUMNS: [&str; 40] = [
    "BPT01",
    "DTM_PERIOD",
    "PTD01",
    "REF_IV",
    "LIN01",
    "REF_OI",
    "REF_PO",
    "DTM_004",
    "DTM_003",
    "DTM_LEFT",
    "QTY01",
    "QTY02",
    "QTY03",
    "LIN_PART",
    "PID05",
    "UIT02",
    "CUR02",
    "REF_SE",
    "BPT02",
    "ST02",
    "N1_DS",
    "N1_DS_ID",
    "N1_DS_ADDRESS",
    "N1_DS_COUNTRY",
    "N1_BY",
    "N1_BY_ID",
    "N1_BY_ADDRESS",
    "N1_BY_COUNTRY",
    "N1_BT",
    "N1_BT_ID",
    "N1_BT_ADDRESS",
    "N1_BT_COUNTRY",
    "N1_ST",
    "N1_ST_ID",
    "N1_ST_ADDRESS",
    "N1_ST_COUNTRY",
    "N1_EU",
    "N1_EU_ID",
    "N1_EU_ADDRESS",
    "N1_EU_COUNTRY",
];

/// Distributor, buyer, bill-to, ship-to, end user: the parties that a row has.
const PARTIES: [&str; 5] = ["DS", "BY", "BT", "ST", "EU"];

/// What the segments of one level said, by column.
#[derive(Clone, Default)]
struct Facts {
    by_column: BTreeMap<String, String>,
    /// The party that names and addresses belong to.
    party: Option<&'static str>,
    /// Number of the segment that opened the level.
    opened: u32,
    /// Whether a row was written of it.
    has_row: bool,
    /// Whether it lost a segment, so that nothing of it can be trusted.
    is_damaged: bool,
}

/// The report that is being read, if one is.
#[derive(Default)]
pub(crate) struct ResaleReport {
    /// Whether any report was there.
    pub(crate) was_seen: bool,
    heading: Option<Facts>,
    detail: Option<Facts>,
    quantity: Option<Facts>,
    /// Segments of the set so far, and whether the interchange is open.
    segments: u32,
    is_open: bool,
}

impl ResaleReport {
    /// Takes the next segment: its elements, its name first, or nothing where it is no text.
    pub(crate) fn put(
        &mut self,
        number: u32,
        elements: Option<Vec<&str>>,
        component: u8,
        rows: &mut SegmentRows,
    ) -> Result<(), String> {
        self.segments += 1;
        let Some(elements) = elements else {
            // What was lost may have opened the next detail: all that is open is damaged, but not what was said for all.
            let inner = self.detail.as_mut().or(self.heading.as_mut());
            inner.into_iter().chain(self.quantity.as_mut()).for_each(|level| level.is_damaged = true);
            return Ok(());
        };
        let element = |index: usize| elements.get(index).copied().unwrap_or_default();
        match element(0) {
            "ISA" => {
                self.end(number, rows)?;
                self.is_open = true;
            }
            "IEA" => {
                self.end_set(number, rows)?;
                self.is_open = false;
            }
            "ST" => {
                self.end_set(number, rows)?;
                self.segments = 1;
                if element(1) == "867" {
                    self.was_seen = true;
                    self.heading = Some(Facts { opened: number, ..Facts::default() });
                    self.fact("ST02", element(2));
                } else if !matches!(element(1), "997" | "999") {
                    rows.write(number, [format!("transaction set {} is not read, only 867", element(1))])?;
                }
            }
            "SE" if self.heading.is_some() => {
                self.end_detail(rows)?;
                self.heading = None;
                if element(1).parse() != Ok(self.segments) {
                    let counts = format!("SE counts {} segments, there are {}", element(1), self.segments);
                    rows.write(number, [counts])?;
                }
            }
            "CTT" => self.end_detail(rows)?,
            "PTD" if self.heading.is_some() => {
                self.end_detail(rows)?;
                self.detail = Some(Facts { opened: number, ..Facts::default() });
                self.fact("PTD01", element(1));
                self.reference(element(2), element(3));
                self.reference(element(4), element(5));
            }
            "QTY" if self.detail.is_some() => {
                self.end_quantity(rows)?;
                self.quantity = Some(Facts { opened: number, ..Facts::default() });
                let unit = element(3).split(char::from(component)).next().unwrap_or_default();
                self.fact("QTY01", element(1));
                self.fact("QTY02", element(2));
                self.fact("QTY03", unit);
            }
            _ if self.heading.is_some() => self.put_fact(&elements),
            _ => {}
        }
        Ok(())
    }

    /// A segment that says something of the level it stands in.
    fn put_fact(&mut self, elements: &[&str]) {
        let element = |index: usize| elements.get(index).copied().unwrap_or_default();
        match element(0) {
            "BPT" => {
                self.fact("BPT01", element(1));
                self.fact("BPT02", element(2));
            }
            "CUR" => self.fact("CUR02", element(2)),
            "DTM" => self.date(element(1), element(2), element(5), element(6)),
            "REF" => self.reference(element(1), element(2)),
            "PRF" => self.fact("REF_PO", element(1)),
            "N1" => {
                let party = PARTIES.into_iter().find(|party| *party == element(1));
                self.level().party = party;
                self.party("", element(2));
                self.party("_ID", element(4));
            }
            "N2" => self.party("", element(1)),
            "N3" => elements.iter().skip(1).for_each(|line| self.party("_ADDRESS", line)),
            "N4" => {
                elements.iter().skip(1).take(3).for_each(|line| self.party("_ADDRESS", line));
                self.party("_COUNTRY", element(4));
            }
            "LIN" => {
                self.fact("LIN01", element(1));
                let pairs = || elements[2.min(elements.len())..].chunks_exact(2);
                let part = ["MG", "VP"].iter().find_map(|kind| pairs().find(|pair| pair[0] == *kind));
                self.fact("LIN_PART", part.map_or("", |pair| pair[1]));
            }
            "UIT" => self.fact("UIT02", element(2)),
            "PID" => self.more("PID05", element(5), " "),
            _ => {}
        }
    }

    fn date(&mut self, qualifier: &str, day: &str, format: &str, range: &str) {
        match qualifier {
            _ if format == "RD8" && self.detail.is_none() => self.fact("DTM_PERIOD", range),
            "011" => self.fact("DTM_011", day),
            "003" => self.fact("DTM_003", day),
            "004" => self.fact("DTM_004", day),
            "090" | "091" if self.detail.is_none() => self.more("DTM_PERIOD", day, "-"),
            _ => {}
        }
    }

    fn reference(&mut self, qualifier: &str, number: &str) {
        match qualifier {
            "SE" => self.more("REF_SE", number, ";"),
            "IV" => self.fact("REF_IV", number),
            "OI" => self.fact("REF_OI", number),
            "PO" => self.fact("REF_PO", number),
            _ => {}
        }
    }

    /// What a party's segment says, under `N1_`, its code and this ending; further lines follow behind a blank.
    fn party(&mut self, ending: &str, text: &str) {
        if let Some(party) = self.level().party {
            self.more(&format!("N1_{party}{ending}"), text, " ");
        }
    }

    fn fact(&mut self, column: &str, text: &str) {
        if !text.is_empty() {
            self.level().by_column.insert(column.to_owned(), text.to_owned());
        }
    }

    fn more(&mut self, column: &str, text: &str, between: &str) {
        if text.is_empty() {
            return;
        }
        let cell = self.level().by_column.entry(column.to_owned()).or_default();
        if !cell.is_empty() {
            cell.push_str(between);
        }
        cell.push_str(text);
    }

    /// The innermost level that is open.
    fn level(&mut self) -> &mut Facts {
        let inner = self.quantity.as_mut().or(self.detail.as_mut());
        inner.unwrap_or_else(|| self.heading.get_or_insert_default())
    }

    /// Writes the row of the quantity that ends here.
    fn end_quantity(&mut self, rows: &mut SegmentRows) -> Result<(), String> {
        let Some(quantity) = self.quantity.take() else { return Ok(()) };
        self.detail.iter_mut().for_each(|detail| detail.has_row = true);
        self.write(&quantity, self.detail.as_ref(), rows)
    }

    /// A detail without a quantity is a row all the same, which is refused for that.
    fn end_detail(&mut self, rows: &mut SegmentRows) -> Result<(), String> {
        self.end_quantity(rows)?;
        match self.detail.take() {
            Some(detail) if !detail.has_row => self.write(&detail, None, rows),
            _ => Ok(()),
        }
    }

    fn write(&self, inner: &Facts, outer: Option<&Facts>, rows: &mut SegmentRows) -> Result<(), String> {
        let levels = [Some(inner), outer, self.heading.as_ref()].into_iter().flatten();
        if levels.clone().any(|level| level.is_damaged) {
            return rows.write(inner.opened, ["a segment holds bytes that are no character"]);
        }
        let fact = |column: &str| {
            levels.clone().find_map(|level| level.by_column.get(column)).map_or("", String::as_str)
        };
        let left = || if fact("DTM_011").is_empty() { fact("DTM_003") } else { fact("DTM_011") };
        rows.write(
            inner.opened,
            COLUMNS.map(|column| if column == "DTM_LEFT" { left() } else { fact(column) }),
        )
    }

    fn end_set(&mut self, number: u32, rows: &mut SegmentRows) -> Result<(), String> {
        self.end_detail(rows)?;
        match self.heading.take() {
            Some(_) => rows.write(number, ["a report ends without its SE: segments are missing"]),
            None => Ok(()),
        }
    }

    /// Takes the end of the file, or of what should have been an interchange.
    pub(crate) fn end(&mut self, number: u32, rows: &mut SegmentRows) -> Result<(), String> {
        let was_cut = self.heading.is_some();
        self.end_set(number, rows)?;
        match std::mem::take(&mut self.is_open) {
            true if !was_cut => rows.write(number, ["the interchange ends without its IEA"]),
            _ => Ok(()),
        }
    }
}
