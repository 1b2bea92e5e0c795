//! Which measures of which entities a kept line adds to.

use chipwatch_records::{
    Channel, DocumentType, EntityId, EvidenceRole, KeptLine, Measure, PartyId, ShipmentLines,
};

use super::repeats::is_return;
use crate::parties::Parties;

/// What a line does to one measure of one entity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Share {
    pub(crate) entity: EntityId,
    pub(crate) measure: Measure,
    pub(crate) role: EvidenceRole,
    /// 1 adds, -1 takes away.
    pub(crate) sign: i8,
    /// Whether it only adds to the higher count.
    pub(crate) hi_only: bool,
}

/// The shares of a kept line, at most one an entity and measure.
pub(crate) fn shares(lines: &ShipmentLines, parties: &Parties, kept: &KeptLine, into: &mut Vec<Share>) {
    into.clear();
    let entity = |party: Option<PartyId>| party.map(|party| parties.party_entities[party.index()]);
    let (buyer, receiver, user) =
        (entity(kept.line.sold_to), entity(kept.line.ship_to), entity(kept.line.end_user));
    if kept.channel == Channel::Customs {
        let consignee = buyer.or(receiver).or(user);
        into.extend(consignee.map(|entity| share(entity, Measure::CustomsOnly, EvidenceRole::Consignee, 1)));
        return;
    }
    match kept.kind {
        DocumentType::Loan | DocumentType::ConsignmentFillup => on_loan(buyer, user, receiver, 1, into),
        DocumentType::LoanReturn | DocumentType::ConsignmentPickup => {
            on_loan(buyer, user, receiver, -1, into)
        }
        DocumentType::ConsignmentIssue => {
            acquired(buyer, user, 1, into);
            on_loan(buyer, user, receiver, -1, into);
        }
        DocumentType::ConsignmentReturn => {
            acquired(buyer, user, -1, into);
            on_loan(buyer, user, receiver, 1, into);
        }
        // Without a lessee the buyer rents and the seller keeps the title.
        DocumentType::Lease if user.is_none() => on_loan(buyer, user, receiver, 1, into),
        DocumentType::Return
            if user.is_none() && lines.particulars_of(&kept.line).kind == DocumentType::Lease =>
        {
            on_loan(buyer, user, receiver, -1, into)
        }
        kind => {
            let sign = if kind == DocumentType::Return { -1 } else { 1 };
            acquired(buyer, user, sign, into);
            handled(lines, parties, kept, [buyer, receiver, user], sign, into);
        }
    }
}

/// The share of the buyer of a line that is not goods-issued.
pub(crate) fn open_share(parties: &Parties, line: &KeptLine) -> Option<Share> {
    let holder = line.line.sold_to.or(line.line.end_user).or(line.line.ship_to);
    let sign = if is_return(line.kind) { -1 } else { 1 };
    holder
        .map(|party| share(parties.party_entities[party.index()], Measure::Open, EvidenceRole::SoldTo, sign))
}

fn share(entity: EntityId, measure: Measure, role: EvidenceRole, sign: i8) -> Share {
    Share { entity, measure, role, sign, hi_only: false }
}

fn on_loan(
    buyer: Option<EntityId>,
    user: Option<EntityId>,
    receiver: Option<EntityId>,
    sign: i8,
    into: &mut Vec<Share>,
) {
    let holder = buyer.or(user).or(receiver);
    into.extend(holder.map(|entity| share(entity, Measure::OnLoan, EvidenceRole::SoldTo, sign)));
}

fn acquired(buyer: Option<EntityId>, user: Option<EntityId>, sign: i8, into: &mut Vec<Share>) {
    into.extend(buyer.map(|entity| share(entity, Measure::Direct, EvidenceRole::SoldTo, sign)));
    let user = user.filter(|user| Some(*user) != buyer);
    into.extend(user.map(|entity| share(entity, Measure::Indirect, EvidenceRole::EndUser, sign)));
}

/// Parties that neither bought nor are named as end customer.
fn handled(
    lines: &ShipmentLines,
    parties: &Parties,
    kept: &KeptLine,
    [buyer, receiver, user]: [Option<EntityId>; 3],
    sign: i8,
    into: &mut Vec<Share>,
) {
    let particulars = lines.particulars_of(&kept.line);
    let is_new = |entity: EntityId, into: &Vec<Share>| into.iter().all(|share| share.entity != entity);
    if let Some(receiver) = receiver.filter(|receiver| is_new(*receiver, into)) {
        let resold = buyer.is_some_and(|buyer| parties.resells(buyer));
        // A drop shipment of a reseller, no end user named: the receiver may be the customer, or may not.
        let drop_shipped = resold && user.is_none() && sign > 0;
        let measure = if drop_shipped { Measure::Indirect } else { Measure::Received };
        into.push(Share { hi_only: drop_shipped, ..share(receiver, measure, EvidenceRole::ShipTo, sign) });
    }
    for party in [particulars.intermediate, particulars.forwarder].into_iter().flatten() {
        let entity = parties.party_entities[party.index()];
        if is_new(entity, into) {
            into.push(share(entity, Measure::Received, EvidenceRole::Intermediate, sign));
        }
    }
}
