//! Which entries the run asks about: those of the listed countries, where the question lists some.

use crate::slice::{Account, Posting, Slice};
use chipwatch_records::{
    Book, Column, CountryCode, CountryOf, Entry, Ledger, NotEvaluated, RunContext, Threshold,
};

/// The entries of one entity that count under the threshold's countries.
pub(crate) fn counted<'e>(
    slice: &'e Slice<'_>,
    ctx: &'e RunContext,
    account: Account<'e>,
) -> impl Iterator<Item = Posting<'e>> + Clone {
    let threshold = &ctx.threshold;
    let every = threshold.countries.is_empty();
    account.postings().filter(move |entry| every || country_counts(slice.ledger(), threshold, entry))
}

/// The entries of one entity that count and add to the headline.
pub(crate) fn acquired<'e>(
    slice: &'e Slice<'_>,
    ctx: &'e RunContext,
    account: Account<'e>,
) -> impl Iterator<Item = Posting<'e>> + Clone {
    counted(slice, ctx, account).filter(|entry| entry.measure.is_acquired())
}

/// Whether an entry takes chips away.
pub(crate) fn is_return(entry: &Entry) -> bool {
    // An unmatched return lowers lo alone; a return of chips that only hi counts lowers hi alone.
    entry.chips_lo < 0 || entry.chips_best < 0 || entry.chips_hi < 0
}

fn country_counts(ledger: &Ledger<'_>, threshold: &Threshold, entry: &Entry) -> bool {
    country_of(ledger, threshold.country_of, entry)
        .is_some_and(|country| threshold.countries.contains(&country))
}

fn country_of(ledger: &Ledger<'_>, which: CountryOf, entry: &Entry) -> Option<CountryCode> {
    if which == CountryOf::Headquarters {
        let entity = ledger.book.entity(entry.entity);
        return entity.headquarters.or(entity.country);
    }
    let line = &ledger.line(entry).line;
    ledger.country(match which {
        CountryOf::ShipTo => line.ship_to,
        CountryOf::EndUser => line.end_user,
        CountryOf::SoldTo | CountryOf::Headquarters => line.sold_to,
    })
}

/// How the list of countries reads in a sentence: empty, or a phrase that starts with a comma.
pub(crate) fn countries_in_words(threshold: &Threshold) -> String {
    if threshold.countries.is_empty() {
        return String::new();
    }
    let who = match threshold.country_of {
        CountryOf::SoldTo => "purchases by buyers in",
        CountryOf::ShipTo => "goods shipped to",
        CountryOf::EndUser => "goods for end customers in",
        CountryOf::Headquarters => "firms with headquarters in",
    };
    let mut countries: Vec<_> = threshold.countries.iter().map(CountryCode::as_str).collect();
    countries.sort_unstable();
    countries.dedup();
    format!(", counting only {who} {}", countries.join(", "))
}

/// Whether every source of the run lacks a column. Sources that say nothing about their columns may have it.
pub(crate) fn is_absent(book: &Book, ctx: &RunContext, column: Column) -> bool {
    let absent = &ctx.absent_columns;
    !absent.is_empty()
        && absent.len() >= book.written.sources.len()
        && absent.values().all(|columns| columns.contains(&column))
}

/// What cannot be evaluated because every source lacks all of some columns that stand in for one another.
pub(crate) fn missing(book: &Book, ctx: &RunContext, what: &str, columns: &[Column]) -> Option<NotEvaluated> {
    let absent = columns.iter().all(|column| is_absent(book, ctx, *column));
    absent.then(|| NotEvaluated {
        what: what.to_owned(),
        missing: columns.iter().map(|column| column.name().to_owned()).collect(),
    })
}

/// A list of countries asks for a country column.
pub(crate) fn missing_countries(book: &Book, ctx: &RunContext, detector: &str) -> Option<NotEvaluated> {
    let columns: &[Column] = match ctx.threshold.country_of {
        CountryOf::SoldTo => &[Column::SoldToCountry, Column::BillToCountry],
        CountryOf::ShipTo => &[Column::ShipToCountry],
        CountryOf::EndUser => &[Column::EndUserCountry],
        CountryOf::Headquarters => return None,
    };
    (!ctx.threshold.countries.is_empty()).then(|| missing(book, ctx, detector, columns)).flatten()
}
