//! Accepted shipment lines: fixed-width rows over tables of distinct values.

use std::num::NonZeroI64;

use crate::day::Day;
use crate::documents::Documents;
use crate::ids::{DocumentId, FileId, ParticularsId, PartyId, SourceId, TextId, WrittenItemId};
use crate::texts::Texts;
use rapidhash::v3::rapidhash_v3;

/// The level of the trade a source reports on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Channel {
    /// The maker's own sales.
    #[default]
    SellIn,
    /// Sales of distributors and resellers.
    SellThrough,
    /// Customs declarations: never summed with sales.
    Customs,
}

/// What step of a sale a document is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum DocumentStage {
    /// Ordered.
    Order,
    /// Goods moved.
    #[default]
    Delivery,
    /// Billed.
    Invoice,
}

/// What a document does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum DocumentType {
    /// A sale.
    #[default]
    Sale,
    /// Goods came back.
    Return,
    /// Takes away the document it cites.
    Cancellation,
    /// Money alone.
    ValueAdjustment,
    /// Replacement under a return authorisation.
    RmaReplacement,
    /// Delivered without charge.
    FreeOfCharge,
    /// Lent for evaluation.
    Loan,
    /// A loan came back.
    LoanReturn,
    /// Stock put at the customer's, still the seller's.
    ConsignmentFillup,
    /// The customer took from consignment stock.
    ConsignmentIssue,
    /// Unused consignment stock fetched back.
    ConsignmentPickup,
    /// Issued consignment goods came back into consignment stock.
    ConsignmentReturn,
    /// A lease: the buyer is the lessor, the end user the lessee.
    Lease,
    /// Between plants of the seller.
    StockTransfer,
    /// Between companies of the seller's group.
    Intercompany,
    /// An item the seller rejected before delivery.
    RejectedItem,
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name that files use.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The value a file's name stands for, in any case.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(name))
            }
        }
    };
}

names!(Channel { SellIn = "sell_in", SellThrough = "sell_through", Customs = "customs" });
names!(DocumentStage { Order = "order", Delivery = "delivery", Invoice = "invoice" });
names!(DocumentType {
    Sale = "sale",
    Return = "return",
    Cancellation = "cancellation",
    ValueAdjustment = "value_adjustment",
    RmaReplacement = "rma_replacement",
    FreeOfCharge = "free_of_charge",
    Loan = "loan",
    LoanReturn = "loan_return",
    ConsignmentFillup = "consignment_fillup",
    ConsignmentIssue = "consignment_issue",
    ConsignmentPickup = "consignment_pickup",
    ConsignmentReturn = "consignment_return",
    Lease = "lease",
    StockTransfer = "stock_transfer",
    Intercompany = "intercompany",
    RejectedItem = "rejected_item",
});

/// A price in ten-thousandths of its currency; never negative. `Option<UnitPrice>` costs no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UnitPrice(NonZeroI64);

impl UnitPrice {
    /// A price of so many ten-thousandths; the sign of a credit is dropped.
    #[must_use]
    pub fn from_ten_thousandths(value: i64) -> Option<Self> {
        value.checked_abs()?.checked_add(1).and_then(NonZeroI64::new).map(Self)
    }

    /// The price in ten-thousandths.
    #[must_use]
    pub fn ten_thousandths(self) -> i64 {
        self.0.get() - 1
    }

    /// The price in whole units of its currency.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.ten_thousandths() as f64 / 10_000.0
    }
}

/// A party as one export wrote it. All cells trimmed, otherwise untouched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PartyAsWritten {
    /// The system within which `number` is unique.
    pub system: TextId,
    /// Customer number, folded (no leading zeros).
    pub number: TextId,
    /// Name.
    pub name: TextId,
    /// Address.
    pub address: TextId,
    /// Country as written.
    pub country: TextId,
    /// Parent company's name.
    pub parent_name: TextId,
    /// Parent company's country.
    pub parent_country: TextId,
}

/// An item as one export wrote it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ItemAsWritten {
    /// Part number.
    pub part_number: TextId,
    /// Description.
    pub description: TextId,
    /// Harmonised System code.
    pub hs_code: TextId,
}

/// The less common columns of a line, one row a distinct combination.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Particulars {
    /// Where the line was read.
    pub source: SourceId,
    /// Level of the trade.
    pub channel: Channel,
    /// Step of the sale.
    pub stage: DocumentStage,
    /// What the document does.
    pub kind: DocumentType,
    /// Who sold: a name or number, or the source's `seller`, or its system.
    pub seller: TextId,
    /// Country of the seller as written.
    pub seller_country: TextId,
    /// Invoice recipient.
    pub bill_to: Option<PartyId>,
    /// Intermediate consignee.
    pub intermediate: Option<PartyId>,
    /// Freight forwarder.
    pub forwarder: Option<PartyId>,
    /// Payer.
    pub payer: Option<PartyId>,
    /// The kit this line is part of.
    pub parent_line_no: TextId,
    /// The line that this one splits by batch.
    pub batch_of_line_no: TextId,
    /// The document this one follows, returns or cancels.
    pub reference_document_no: TextId,
    /// The master bill that covers the goods of this one.
    pub master_document_no: TextId,
    /// Customer's purchase order.
    pub customer_po: TextId,
    /// Period of a distributor's report.
    pub report_period: TextId,
    /// Whether the report replaces the period's other files.
    pub replaces: bool,
    /// Day of the order.
    pub order_date: Option<Day>,
    /// Day of the invoice.
    pub invoice_date: Option<Day>,
    /// Day of the last change in the source system.
    pub changed_on: Option<Day>,
    /// ECCN as filed.
    pub eccn: TextId,
    /// Licence cited.
    pub licence_no: TextId,
    /// Unit of the quantity.
    pub unit_of_measure: TextId,
    /// Serial numbers as written.
    pub serial_numbers: TextId,
    /// Currency of the price.
    pub currency: TextId,
    /// Everything else that was in the row's optional columns, joined: it tells rows apart, no rule reads it.
    pub rest: TextId,
}

/// The document of a line. The digest is at hand wherever lines are compared; the number is asked for when a line is cited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineDocument {
    /// In two halves: so a line needs no room to align it.
    digest: [u32; 2],
    id: DocumentId,
}

impl LineDocument {
    /// A row of [`Documents`] and its digest.
    #[must_use]
    pub fn new(digest: u64, id: DocumentId) -> Self {
        Self { digest: [digest as u32, (digest >> 32) as u32], id }
    }

    /// Digest of seller and document number: equal for equal documents.
    #[must_use]
    pub fn digest(self) -> u64 {
        u64::from(self.digest[1]) << 32 | u64::from(self.digest[0])
    }

    /// Its row in [`Documents`].
    #[must_use]
    pub fn id(self) -> DocumentId {
        self.id
    }
}

/// One accepted line. 64 bytes; whatever repeats is an id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShipmentLine {
    /// Price of one item in the line's currency, where the row has one.
    pub price: Option<UnitPrice>,
    /// Who bought.
    pub sold_to: Option<PartyId>,
    /// Who received.
    pub ship_to: Option<PartyId>,
    /// The named end customer.
    pub end_user: Option<PartyId>,
    /// The item.
    pub item: WrittenItemId,
    /// The other columns.
    pub particulars: ParticularsId,
    /// The document, where the row names one.
    pub document: Option<LineDocument>,
    /// The line's number in its document.
    pub line_no: TextId,
    /// Actual goods issue; `None` means open.
    pub ship_date: Option<Day>,
    /// Pieces, with sign: as written, packs multiplied out.
    pub quantity: i32,
    /// The file it was read from.
    pub file: FileId,
    /// The physical line in that file.
    pub line: u32,
}

/// Digest of a seller and a document number whose padding is gone: equal for equal documents, wherever they stand.
#[must_use]
pub fn document_digest(seller: &str, folded_number: &str) -> u64 {
    rapidhash_v3(folded_number.as_bytes()) ^ rapidhash_v3(seller.as_bytes()).rotate_left(31)
}

/// A `[[source]]` of the pipeline, as far as lines need it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Level of its lines that do not say.
    pub channel: Channel,
    /// The system its customer numbers belong to.
    pub system: String,
    /// Whether a column `document_no` is mapped.
    pub columns: Vec<crate::columns::Column>,
}

/// An input file, as the glob gave it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputFile {
    /// Path with `/`.
    pub path: String,
    /// The source it belongs to.
    pub source: SourceId,
    /// blake3 of its bytes, in hexadecimal digits.
    pub blake3: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// Lines that were read and typed, in partitions that keep each document together, and the tables they refer to.
#[derive(Clone, Default, Debug)]
pub struct ShipmentLines {
    /// Distinct texts.
    pub texts: Texts,
    /// Distinct parties.
    pub parties: Vec<PartyAsWritten>,
    /// Distinct items.
    pub items: Vec<ItemAsWritten>,
    /// Distinct combinations of the other columns.
    pub particulars: Vec<Particulars>,
    /// Documents.
    pub documents: Documents,
    /// The sources.
    pub sources: Vec<Source>,
    /// The files, in the order of their paths.
    pub files: Vec<InputFile>,
}

impl ShipmentLines {
    /// The text of an id.
    #[must_use]
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id)
    }

    /// The particulars of a line.
    #[must_use]
    pub fn particulars_of(&self, line: &ShipmentLine) -> &Particulars {
        &self.particulars[line.particulars.index()]
    }
}
