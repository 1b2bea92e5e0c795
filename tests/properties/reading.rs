//! What may not matter: threads, the order of rows, the cut into files, a file given twice. And what must add up.

use chipwatch_records::{Channel, Chips};
use proptest::prelude::*;

use crate::chain::{InputFile, Settled, one_file_a_level, settle, settle_files, settle_in_slices};
use crate::lines::{Line, config, csv, lines};

/// The lines of each level in three files, dealt out by `places`.
fn cut(lines: &[Line], places: &[usize]) -> Vec<InputFile> {
    let mut files = Vec::new();
    for channel in [Channel::SellIn, Channel::SellThrough, Channel::Customs] {
        for piece in 0..3 {
            let mine = |(index, line): &(usize, &Line)| {
                line.channel == channel && places[index % places.len()] == piece
            };
            let of_piece: Vec<&Line> = lines.iter().enumerate().filter(mine).map(|(_, line)| line).collect();
            let name = format!("{}_{piece}.csv", channel.as_str());
            files.push(InputFile { channel, name, text: csv(&of_piece) });
        }
        if lines.iter().all(|line| line.channel != channel) {
            files.retain(|file| file.channel != channel);
        }
    }
    files
}

/// Whether two files with rows are the same byte for byte.
fn has_equal_pieces(files: &[InputFile]) -> bool {
    let has_rows = |file: &&InputFile| file.text.lines().filter(|line| !line.is_empty()).count() > 1;
    let mut texts: Vec<&str> = files.iter().filter(has_rows).map(|file| file.text.as_str()).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}

fn with_threads(threads: usize, run: impl FnOnce() -> Settled + Send) -> Settled {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(run)
}

fn must_be_same(a: &Settled, b: &Settled) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.values(), b.values());
    prop_assert_eq!(&a.accounts, &b.accounts);
    prop_assert_eq!(&a.flagged, &b.flagged);
    Ok(())
}

fn is_ordered(chips: Chips) -> bool {
    chips.lo <= chips.best && chips.best <= chips.hi
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn how_many_slices_there_are_changes_nothing(lines in lines(true)) {
        let files = one_file_a_level(&lines);
        let whole = settle_in_slices(&files, 1);
        for slices in [2, 7, 64] {
            let cut = settle_in_slices(&files, slices);
            prop_assert_eq!(&whole.entries, &cut.entries);
            must_be_same(&whole, &cut)?;
        }
    }

    #[test]
    fn one_thread_and_two_give_the_same_entries_from_the_same_places(
        lines in lines(true), places in proptest::collection::vec(0..3_usize, 14),
    ) {
        let files = cut(&lines, &places);
        let one = with_threads(1, || settle_files(&files));
        let two = with_threads(2, || settle_files(&files));
        prop_assert_eq!(&one.entries, &two.entries);
        must_be_same(&one, &two)?;
        prop_assert_eq!(one.books, two.books);
    }

    #[test]
    fn the_order_of_rows_and_their_cut_into_files_change_places_alone(
        (lines, shuffled) in lines(true).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        places in proptest::collection::vec(0..3_usize, 14),
    ) {
        let whole = settle(&lines);
        let other = settle(&shuffled);
        must_be_same(&whole, &other)?;
        prop_assert_eq!(&whole.books, &other.books);
        // An empty piece is a file with a header and no rows. Two pieces with the same bytes are one file twice.
        let pieces = cut(&shuffled, &places);
        prop_assume!(!has_equal_pieces(&pieces));
        let pieces = settle_files(&pieces);
        must_be_same(&whole, &pieces)?;
        prop_assert_eq!(&whole.books, &pieces.books);
    }

    #[test]
    fn a_file_given_twice_adds_to_read_and_duplicate_alone(
        lines in lines(true), which in 0..3_usize, before in any::<bool>(),
    ) {
        let mut files = one_file_a_level(&lines);
        let once = settle_files(&files);
        let which = which % files.len();
        let rows = (files[which].text.lines().count() - 1) as u64;
        let name = if before { "a_copy.csv" } else { "z_copy.csv" };
        files.push(InputFile { name: name.to_owned(), ..files[which].clone() });
        let twice = settle_files(&files);
        must_be_same(&once, &twice)?;
        prop_assert_eq!(once.books.rows.read + rows, twice.books.rows.read);
        prop_assert_eq!(once.books.rows.duplicate + rows, twice.books.rows.duplicate);
        prop_assert_eq!(once.books.rows.counted, twice.books.rows.counted);
    }

    #[test]
    fn rows_of_documents_that_stand_in_two_files_count_once(
        lines in lines(true), again in proptest::collection::vec(any::<bool>(), 14),
    ) {
        // Rows without a document may be two sales; all others are one and the same.
        let lines: Vec<Line> = lines.into_iter().filter(|line| line.document.is_some()).collect();
        prop_assume!(!lines.is_empty());
        let repeated: Vec<&Line> = lines.iter().zip(&again).filter(|(_, again)| **again).map(|(line, _)| line).collect();
        let once = settle(&lines);
        let mut files = one_file_a_level(&lines);
        for channel in [Channel::SellIn, Channel::SellThrough, Channel::Customs] {
            let of_level: Vec<&Line> = repeated.iter().copied().filter(|line| line.channel == channel).collect();
            if !of_level.is_empty() {
                files.push(InputFile { channel, name: format!("a_{}.csv", channel.as_str()), text: csv(&of_level) });
            }
        }
        let twice = settle_files(&files);
        must_be_same(&once, &twice)?;
        prop_assert_eq!(once.books.rows.read + repeated.len() as u64, twice.books.rows.read);
        prop_assert_eq!(once.books.rows.counted, twice.books.rows.counted);
    }

    #[test]
    fn rows_items_and_chips_are_conserved(lines in lines(true)) {
        let settled = settle(&lines);
        let books = &settled.books;
        prop_assert!(books.foot(), "{:?}", books);
        prop_assert_eq!(books.rows.read, lines.len() as u64);
        let units: u64 = lines.iter().map(|line| u64::from(line.quantity.unsigned_abs())).sum();
        prop_assert_eq!(books.units.read, units);
        for (entity, sums) in &settled.accounts {
            prop_assert!(sums.acquired.lo >= 0, "{} {:?}", entity, sums);
            prop_assert!(is_ordered(sums.acquired) && is_ordered(sums.gross), "{} {:?}", entity, sums);
            for end in [|chips: Chips| chips.lo, |chips: Chips| chips.best, |chips: Chips| chips.hi] {
                prop_assert_eq!(end(sums.acquired), end(sums.direct) + end(sums.indirect));
                prop_assert_eq!(end(sums.acquired), end(sums.gross) - end(sums.returned));
            }
        }
    }

    #[test]
    fn the_evidence_of_a_finding_sums_to_its_chips(lines in lines(true)) {
        for entity in settle(&lines).flagged {
            for finding in &entity.judged.findings {
                let lo: i64 = finding.evidence.iter().map(|row| row.chips_lo).sum();
                let hi: i64 = finding.evidence.iter().map(|row| row.chips_hi).sum();
                prop_assert_eq!((lo, hi), (finding.chips_lo, finding.chips_hi), "{:?}", finding);
                let lines: u64 = finding.evidence.iter().map(|row| u64::from(row.line_count)).sum();
                prop_assert_eq!(lines, finding.evidence_lines, "{:?}", finding);
                if finding.detector == "bulk-purchase" {
                    let acquired = entity.judged.purchases.acquired;
                    prop_assert_eq!((finding.chips_lo, finding.chips_hi), (acquired.lo, acquired.hi));
                }
            }
        }
    }
}
