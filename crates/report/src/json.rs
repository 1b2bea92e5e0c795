//! `report.json` and the digest of its content.
//!
//! A benchmark has 35,000 entities with 20 rows each: entities are rendered in parallel, their rows by hand, and spliced
//! into the objects that serde writes. A test holds the result against the plain serialisation of the views.

use std::ops::Range;
use std::path::Path;

use chipwatch_records::{Finding, FlaggedEntity, ModelQuarter};
use serde::Serialize;

use crate::in_order::{in_order, ranges};
use crate::large_file::LargeFile;
use crate::row::{Cells, Numbers, push_number};
use crate::{Report, ReportError, Standing};

/// At most so many rows of a finding stand in `report.json`; the others in `evidence.csv`.
pub const EVIDENCE_ROWS: usize = 20;

/// What no report of this kind can see.
pub(crate) static DISCLOSURES: &[&str] = &[
    "Remote use is not visible: who rents computing time on chips that stand elsewhere.",
    "Tenants are not visible: whose equipment stands in a bought or rented data centre.",
    "Onward moves without records are not visible: a chip that left by a way that no file shows.",
];

const FILE: &str = "report.json";
const ENTITIES_PER_PIECE: usize = 64;

/// Writes `report.json` where a folder is given, and returns the content digest in any case.
pub(crate) fn write(report: &Report<'_>, folder: Option<&Path>) -> Result<String, ReportError> {
    let mut file = folder.map(|folder| LargeFile::create(folder, FILE)).transpose()?;
    let mut put = |bytes: &mut Vec<u8>| {
        if let Some(file) = &mut file {
            file.put(bytes);
        }
    };
    let mut digest = blake3::Hasher::new();

    let head = members(&report.head())?;
    digest.update(&head);
    let books = to_bytes(report.books)?;
    put(&mut [b"{\n", head.as_slice(), b",\n\"books\":", &books].concat());
    let files = Cells::new(&report.book.written.files, |out, file| {
        out.extend_from_slice(serde_json::Value::from(file.path.as_str()).to_string().as_bytes());
    });
    for (name, standing) in [
        ("entities", Standing::Flagged),
        ("near_misses", Standing::NearMiss),
        ("record_doubts", Standing::RecordDoubt),
    ] {
        let entities: Vec<&FlaggedEntity> = report.standing_as(standing).collect();
        digest.update(name.as_bytes());
        put(&mut format!(",\n\"{name}\":[").into_bytes());
        in_order(
            &ranges(entities.len(), ENTITIES_PER_PIECE),
            |range, piece: &mut Piece| piece.render(report, &files, &entities, range.clone()),
            |piece| {
                if let Some(why) = &piece.failed {
                    return Err(json_error(serde::ser::Error::custom(why)));
                }
                digest.update(&piece.content);
                put(&mut piece.json);
                Ok(())
            },
        )?;
        put(&mut b"\n]".to_vec());
    }
    let tail = members(&report.tail())?;
    digest.update(&tail);
    let content_digest = digest.finalize().to_hex().to_string();
    let end = format!(",\n\"content_digest\":\"{content_digest}\"\n}}\n");
    put(&mut [b",\n", tail.as_slice(), end.as_bytes()].concat());
    file.map_or(Ok(()), LargeFile::finish)?;
    Ok(content_digest)
}

/// Some entities as JSON, and as that part of it that the digest covers.
#[derive(Default)]
struct Piece {
    json: Vec<u8>,
    content: Vec<u8>,
    failed: Option<String>,
}

impl Piece {
    fn render(
        &mut self,
        report: &Report<'_>,
        files: &Cells,
        entities: &[&FlaggedEntity],
        range: Range<usize>,
    ) {
        self.json.clear();
        self.content.clear();
        for index in range {
            self.json.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            if let Err(why) = self.entity(report, files, entities[index]) {
                self.failed = Some(why.to_string());
            }
        }
    }

    fn entity(
        &mut self,
        report: &Report<'_>,
        files: &Cells,
        entity: &FlaggedEntity,
    ) -> Result<(), serde_json::Error> {
        self.open_object(&report.entity_head(entity), "findings", |json| quarters(report, entity, json))?;
        for (index, finding) in entity.findings.iter().enumerate() {
            if index > 0 {
                self.json.push(b',');
            }
            self.open_object(&report.finding_head(finding), "evidence", |_| ())?;
            self.evidence(report, files, finding);
            self.json.extend_from_slice(b"]}");
        }
        self.json.extend_from_slice(b"]}");
        self.content.push(b'\n');
        Ok(())
    }

    /// Writes an object, has it completed, leaves it open and opens the array that is its last member.
    fn open_object(
        &mut self,
        head: &impl Serialize,
        array: &str,
        complete: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), serde_json::Error> {
        let start = self.json.len();
        serde_json::to_writer(&mut self.json, head)?;
        self.json.pop();
        complete(&mut self.json);
        self.content.extend_from_slice(&self.json[start..]);
        self.json.extend_from_slice(b",\"");
        self.json.extend_from_slice(array.as_bytes());
        self.json.extend_from_slice(b"\":[");
        Ok(())
    }

    fn evidence(&mut self, report: &Report<'_>, files: &Cells, finding: &Finding) {
        let rows = &finding.evidence[..finding.evidence.len().min(EVIDENCE_ROWS)];
        // A loop of its own: lines lie far apart in memory, and the processor waits for all of them at once.
        let mut lines = [None; EVIDENCE_ROWS];
        for (place, row) in lines.iter_mut().zip(rows) {
            *place = row.line.map(|line| &report.lines[line].line).map(|line| (line.file, line.line));
        }
        for (index, (row, line)) in rows.iter().zip(lines).enumerate() {
            let json = &mut self.json;
            json.extend_from_slice(if index == 0 { b"{\"file\":" } else { b",{\"file\":" });
            if let Some((file, line)) = line {
                json.extend_from_slice(files.get(file.index()));
                json.extend_from_slice(b",\"line\":");
                push_number(json, i64::from(line));
            } else {
                json.extend_from_slice(b"null,\"line\":null");
            }
            let content = json.len();
            json.extend_from_slice(b",\"role\":\"");
            json.extend_from_slice(row.role.as_str().as_bytes());
            json.extend_from_slice(b"\",\"chips_lo\":");
            push_number(json, row.chips_lo);
            json.extend_from_slice(b",\"chips_hi\":");
            push_number(json, row.chips_hi);
            json.push(b'}');
            self.content.extend_from_slice(&json[content..]);
        }
    }
}

/// Fills the empty list of quarters of an entity: the last empty list, since only dates stand behind it.
fn quarters(report: &Report<'_>, entity: &FlaggedEntity, json: &mut Vec<u8>) {
    let Some(place) = json.windows(2).rposition(|two| two == b"[]") else { return };
    let behind = json.split_off(place + 1);
    for (index, quarters) in report.by_model(entity).enumerate() {
        json.extend_from_slice(if index == 0 { b"{\"model\":" } else { b",{\"model\":" });
        let model = serde_json::Value::from(report.model(quarters[0].item));
        json.extend_from_slice(model.to_string().as_bytes());
        json.extend_from_slice(b",\"quarters\":");
        for (index, ModelQuarter { quarter, chips, .. }) in quarters.iter().enumerate() {
            json.extend_from_slice(if index == 0 { b"[[\"" } else { b",[\"" });
            let letters = quarter.letters();
            let row = letters.iter().fold(Numbers::new(), |row, letter| row.byte(*letter)).byte(b'"');
            row.cell(chips.lo).cell(chips.best).cell(chips.hi).byte(b']').append(json);
        }
        json.extend_from_slice(b"]}");
    }
    json.extend_from_slice(&behind);
}

fn json_error(source: serde_json::Error) -> ReportError {
    ReportError::Json { file: FILE, source }
}

fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    serde_json::to_vec(value).map_err(json_error)
}

/// The members of an object, without its braces.
fn members(value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    let mut bytes = to_bytes(value)?;
    bytes.pop();
    bytes.remove(0);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, Sample, lines};
    use crate::views::{
        EntityHead, EntityView, EvidenceView, FindingView, ModelQuartersView, QuarterName, ReportView,
    };

    fn written(sample: &Sample) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let digest = write(&sample.report(), Some(folder.path())).unwrap();
        (std::fs::read_to_string(folder.path().join(FILE)).unwrap(), digest)
    }

    /// The same report by plain serialisation.
    fn view<'a>(report: &'a Report<'a>, content_digest: String) -> ReportView<'a> {
        let finding = |finding: &'a Finding| FindingView {
            head: report.finding_head(finding),
            evidence: finding
                .evidence
                .iter()
                .take(EVIDENCE_ROWS)
                .map(|row| {
                    let line = row.line.map(|line| &report.lines[line].line);
                    EvidenceView {
                        file: line.map(|line| report.book.written.files[line.file.index()].path.as_str()),
                        line: line.map(|line| line.line),
                        role: row.role.as_str(),
                        chips_lo: row.chips_lo,
                        chips_hi: row.chips_hi,
                    }
                })
                .collect(),
        };
        let of_model = |quarters: &'a [ModelQuarter]| ModelQuartersView {
            model: report.model(quarters[0].item),
            quarters: quarters
                .iter()
                .map(|one| (QuarterName(one.quarter), one.chips.lo, one.chips.best, one.chips.hi))
                .collect(),
        };
        let entities = |standing| {
            report
                .standing_as(standing)
                .map(|entity| EntityView {
                    head: EntityHead {
                        by_model_and_quarter: report.by_model(entity).map(of_model).collect(),
                        ..report.entity_head(entity)
                    },
                    findings: entity.findings.iter().map(finding).collect(),
                })
                .collect()
        };
        ReportView {
            head: report.head(),
            books: report.books,
            entities: entities(Standing::Flagged),
            near_misses: entities(Standing::NearMiss),
            record_doubts: entities(Standing::RecordDoubt),
            tail: report.tail(),
            content_digest,
        }
    }

    #[test]
    fn the_spliced_file_is_what_serde_would_write() {
        for sample in [Sample::plain(), Sample::hostile()] {
            let (text, digest) = written(&sample);
            let report = sample.report();
            let plain = serde_json::to_string(&view(&report, digest)).unwrap();
            assert_eq!(text.replace('\n', ""), plain);
        }
    }

    #[test]
    fn a_small_report_reads_well() {
        let (text, _) = written(&Sample::plain());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn names_survive_as_they_were_written_and_no_control_character_is_raw() {
        let (text, _) = written(&Sample::hostile());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["entities"][0]["name"], HOSTILE[0].0);
        assert_eq!(value["record_doubts"][0]["name"], HOSTILE[3].0);
        assert!(text.chars().all(|c| !c.is_control() || c == '\n'));
    }

    #[test]
    fn the_digest_covers_the_content_and_neither_file_nor_line_nor_books() {
        let (plain, digest) = written(&Sample::plain());
        let mut moved = Sample::plain();
        moved.book.written.files[0].path = "elsewhere.csv".to_owned();
        moved.lines = lines(9);
        moved.books.rows.read += 5;
        moved.books.rows.duplicate += 5;
        let (text, same) = written(&moved);
        assert_ne!(text, plain);
        assert_eq!(same, digest);

        for change in [
            (|sample| sample.entities[0].purchases.open.hi += 1) as fn(&mut Sample),
            |sample| sample.entities[1].findings[0].evidence[0].chips_hi += 1,
            |sample| sample.entities[1].findings[0].evidence.truncate(1),
            |sample| sample.book.entities[2].name.push('x'),
            |sample| sample.entities.swap(0, 1),
            |sample| sample.notes.clear(),
        ] {
            let mut other = Sample::plain();
            change(&mut other);
            assert_ne!(written(&other).1, digest);
        }
    }

    #[test]
    fn at_most_twenty_rows_of_a_finding_are_told() {
        let mut sample = Sample::plain();
        let finding = &mut sample.entities[0].findings[0];
        finding.evidence = vec![finding.evidence[0]; 30];
        let value: serde_json::Value = serde_json::from_str(&written(&sample).0).unwrap();
        assert_eq!(value["entities"][0]["findings"][0]["evidence"].as_array().unwrap().len(), 20);
    }

    #[test]
    fn the_digest_needs_no_file() {
        let sample = Sample::plain();
        assert_eq!(write(&sample.report(), None).unwrap(), written(&sample).1);
    }
}
