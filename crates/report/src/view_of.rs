//! From the types of the run to the views of `report.json`.

use std::collections::BTreeSet;

use chipwatch_records::{
    CountryOf, Entity, Finding, FlaggedEntity, InventoryRow, ItemId, Licence, ModelQuarter, Operator, Subject,
};

use crate::Report;
use crate::json::DISCLOSURES;
use crate::views::{
    EntityHead, FindingHead, InventoryView, IsoDay, LevelTotal, LicenceView, NotEvaluatedView, ReportHead,
    ReportTail, SCHEMA_VERSION, ThresholdView, WindowView,
};

impl<'a> Report<'a> {
    pub(crate) fn head(&self) -> ReportHead<'a> {
        let threshold = &self.context.threshold;
        ReportHead {
            schema_version: SCHEMA_VERSION,
            tool_version: self.tool_version,
            pipeline: self.pipeline,
            as_of: IsoDay(self.as_of),
            threshold: ThresholdView {
                chips: threshold.chips,
                operator: match threshold.operator {
                    Operator::Gt => "gt",
                    Operator::Ge => "ge",
                },
                in_words: threshold.in_words(threshold.chips),
                since: IsoDay(threshold.since),
                countries: threshold.countries.iter().map(|country| country.as_str()).collect(),
                country_of: country_of(threshold.country_of),
            },
            scope: self.scope,
        }
    }

    pub(crate) fn tail(&self) -> ReportTail<'a> {
        ReportTail {
            level_totals: self
                .level_totals
                .iter()
                .map(|(channel, chips)| LevelTotal { channel: channel.as_str(), chips: *chips })
                .collect(),
            not_evaluated: self
                .not_evaluated
                .iter()
                .map(|one| NotEvaluatedView { what: &one.what, missing: &one.missing })
                .collect(),
            inventory: self.inventory(),
            licences: self.book.others.licences.iter().map(licence).collect(),
            disclosures: DISCLOSURES,
            notes: self.notes,
        }
    }

    /// The snapshots of stock in sum; `None` where none was given.
    pub(crate) fn inventory(&self) -> Option<InventoryView> {
        let rows = &self.book.others.inventory;
        let holder = |row: &'a InventoryRow| {
            if row.holder.is_empty() { ("", row.location.as_str()) } else { (row.holder.as_str(), "") }
        };
        let holders: BTreeSet<_> = rows.iter().map(holder).collect();
        let days = || rows.iter().map(|row| row.on);
        Some(InventoryView {
            rows: rows.len(),
            holders: holders.len(),
            first_day: IsoDay(days().min()?),
            last_day: IsoDay(days().max()?),
        })
    }

    /// Without its quarters: they make up most of a large `report.json`, and are written by hand.
    pub(crate) fn entity_head(&self, flagged: &'a FlaggedEntity) -> EntityHead<'a> {
        let entity = self.book.entity(flagged.entity);
        let bought = &flagged.purchases;
        EntityHead {
            entity_id: &entity.id,
            name: &entity.name,
            aliases: self.aliases(entity),
            country: entity.country.as_ref().map(|country| country.as_str()),
            headquarters_country: entity.headquarters.as_ref().map(|country| country.as_str()),
            entity_class: &entity.class,
            entity_class_source: &entity.class_source,
            parent: &entity.parent,
            why_one_entity: &entity.why,
            basis: flagged.basis,
            bulk_status: flagged.bulk_status,
            tier: flagged.tier,
            chips_lo: bought.acquired.lo,
            chips_best: bought.acquired.best,
            chips_hi: bought.acquired.hi,
            direct: bought.direct,
            indirect: bought.indirect,
            received: bought.received,
            on_loan: bought.on_loan,
            open: bought.open,
            gross: bought.gross,
            returned: bought.returned,
            customs_only: bought.customs_only,
            by_model_and_quarter: Vec::new(),
            first_ship_date: flagged.first_ship_date.map(IsoDay),
            last_ship_date: flagged.last_ship_date.map(IsoDay),
        }
    }

    /// The quarters of an entity, model by model.
    pub(crate) fn by_model(&self, flagged: &'a FlaggedEntity) -> impl Iterator<Item = &'a [ModelQuarter]> {
        flagged.by_model_and_quarter.chunk_by(|a, b| self.model(a.item) == self.model(b.item))
    }

    /// The model of an item.
    pub(crate) fn model(&self, item: ItemId) -> &'static str {
        self.book.items[item.index()].model_name()
    }

    /// The other names of an entity, each once, in their order.
    fn aliases(&self, entity: &'a Entity) -> Vec<&'a str> {
        let written = &self.book.written;
        let mut names: Vec<_> =
            entity.parties.iter().map(|party| written.parties[party.index()].name).collect();
        names.sort_unstable();
        names.dedup();
        let names = names.into_iter().map(|name| written.text(name));
        names.filter(|name| !name.is_empty() && *name != entity.name).collect()
    }

    pub(crate) fn finding_head(&self, finding: &'a Finding) -> FindingHead<'a> {
        let Subject::Entity(subject) = finding.subject;
        FindingHead {
            finding_id: &finding.id,
            detector: finding.detector,
            subject: &self.book.entity(subject).id,
            window: WindowView {
                rule: &finding.window.rule,
                from: IsoDay(finding.window.from),
                to: IsoDay(finding.window.to),
            },
            chips_lo: finding.chips_lo,
            chips_hi: finding.chips_hi,
            severity: finding.severity,
            sentence: &finding.sentence,
            facts: &finding.facts,
            innocent_explanations: &finding.innocent_explanations,
            exculpatory: &finding.exculpatory,
            peer_rate: &finding.peer_rate,
            first_visible: finding.first_visible.map(IsoDay),
            assumptions: &finding.assumptions,
            evidence_lines: finding.evidence_lines,
        }
    }
}

fn licence(licence: &Licence) -> LicenceView<'_> {
    LicenceView {
        licence_no: &licence.number,
        kind: &licence.kind,
        licensee_name: &licence.licensee,
        end_user_name: &licence.end_user,
        destination: &licence.destination,
        model: &licence.model,
        chips: licence.chips,
        value_usd: licence.value_usd,
        valid_from: licence.valid_from.map(IsoDay),
        valid_to: licence.valid_to.map(IsoDay),
    }
}

pub(crate) fn country_of(which: CountryOf) -> &'static str {
    match which {
        CountryOf::SoldTo => "sold_to",
        CountryOf::ShipTo => "ship_to",
        CountryOf::EndUser => "end_user",
        CountryOf::Headquarters => "headquarters",
    }
}
