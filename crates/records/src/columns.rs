//! The columns of a shipment line, each declared once: name, kind and meaning.

/// What a cell of a column must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnKind {
    /// Any text, kept as written.
    Text,
    /// A number that names something (customer, document, line): leading zeros and a trailing `.0` say nothing.
    Identifier,
    /// A calendar day.
    Date,
    /// A whole number of items; negative for what comes back.
    Quantity,
    /// An amount of money.
    Money,
}

/// Declares the columns of a kind of table, each once.
macro_rules! columns {
    ($(#[$about:meta])* $type:ident: $($variant:ident $name:literal $kind:ident $doc:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $type { $(#[doc = $doc] $variant),* }

        impl $type {
            /// Every column, in the order of its declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its header in a table that uses chipwatch's own names.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What its cells must be.
            #[must_use]
            pub fn kind(self) -> $crate::columns::ColumnKind {
                match self { $(Self::$variant => $crate::columns::ColumnKind::$kind),* }
            }

            /// What it means.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),* }
            }
        }
    };
}
pub(crate) use columns;

columns! {
    /// A column of the canonical layout.
    Column:
    LineId "line_id" Text "The exporter's own key of the line.";
    ChannelLevel "channel" Text "sell_in, sell_through or customs; default: the source's.";
    DocumentStage "document_stage" Text "order, delivery or invoice; default: the layout's.";
    DocumentType "document_type" Text "sale, return, cancellation, …; default: sale.";
    DocumentNo "document_no" Identifier "Number of the document the line stands in.";
    LineNo "line_no" Identifier "Number of the line in its document.";
    ParentLineNo "parent_line_no" Identifier "Line of the kit this line is a part of.";
    BatchOfLineNo "batch_of_line_no" Identifier "Line whose quantity this line splits by batch (SAP UECHA).";
    ReferenceDocumentNo "reference_document_no" Identifier "Document this one follows, returns or cancels.";
    MasterDocumentNo "master_document_no" Identifier "Master bill that covers the goods of this one.";
    CustomerPo "customer_po" Text "The customer's purchase order number.";
    ReportPeriod "report_period" Text "Period a distributor's report is about.";
    ReportPurpose "report_purpose" Text "original, or replace: takes the place of the period's other files.";
    OrderDate "order_date" Date "Day of the order.";
    ShipDate "ship_date" Date "Day the goods left (actual goods issue); empty: not yet.";
    InvoiceDate "invoice_date" Date "Day of the invoice.";
    ChangedOn "changed_on" Date "Day the line was last changed in the source system.";
    SellerId "seller_id" Identifier "Seller's number.";
    SellerName "seller_name" Text "Who sold.";
    SellerAddress "seller_address" Text "Seller's address.";
    SellerCountry "seller_country" Text "Seller's country.";
    SoldToId "sold_to_id" Identifier "Buyer's customer number.";
    SoldToName "sold_to_name" Text "Who bought.";
    SoldToAddress "sold_to_address" Text "Buyer's address.";
    SoldToCountry "sold_to_country" Text "Buyer's country.";
    SoldToParentName "sold_to_parent_name" Text "Buyer's parent company.";
    SoldToParentCountry "sold_to_parent_country" Text "Country of the buyer's parent.";
    BillToId "bill_to_id" Identifier "Invoice recipient's customer number.";
    BillToName "bill_to_name" Text "Who receives the invoice; fills an absent buyer.";
    BillToAddress "bill_to_address" Text "Invoice recipient's address.";
    BillToCountry "bill_to_country" Text "Invoice recipient's country.";
    ShipToId "ship_to_id" Identifier "Goods recipient's customer number.";
    ShipToName "ship_to_name" Text "Who receives the goods.";
    ShipToAddress "ship_to_address" Text "Goods recipient's address.";
    ShipToCountry "ship_to_country" Text "Goods recipient's country.";
    ShipToParentName "ship_to_parent_name" Text "Goods recipient's parent company.";
    ShipToParentCountry "ship_to_parent_country" Text "Country of the goods recipient's parent.";
    IntermediateId "intermediate_id" Identifier "Intermediate consignee's number.";
    IntermediateName "intermediate_name" Text "Intermediate consignee.";
    IntermediateAddress "intermediate_address" Text "Intermediate consignee's address.";
    IntermediateCountry "intermediate_country" Text "Intermediate consignee's country.";
    EndUserId "end_user_id" Identifier "End customer's number.";
    EndUserName "end_user_name" Text "The named end customer.";
    EndUserAddress "end_user_address" Text "End customer's address.";
    EndUserCountry "end_user_country" Text "End customer's country.";
    EndUserParentName "end_user_parent_name" Text "End customer's parent company.";
    EndUserParentCountry "end_user_parent_country" Text "Country of the end customer's parent.";
    ForwarderId "forwarder_id" Identifier "Freight forwarder's number.";
    ForwarderName "forwarder_name" Text "Freight forwarder.";
    ForwarderAddress "forwarder_address" Text "Freight forwarder's address.";
    ForwarderCountry "forwarder_country" Text "Freight forwarder's country.";
    PayerId "payer_id" Identifier "Payer's customer number.";
    PayerName "payer_name" Text "Who paid.";
    PayerAddress "payer_address" Text "Payer's address.";
    PayerCountry "payer_country" Text "Payer's country.";
    ContactPhone "contact_phone" Text "Telephone of the contact.";
    ContactEmail "contact_email" Text "E-mail address of the contact.";
    PartNumber "part_number" Text "Manufacturer's part number.";
    Description "description" Text "Text of the item.";
    HsCode "hs_code" Text "Harmonised System code.";
    Eccn "eccn" Text "Export control classification as filed.";
    LicenceNo "licence_no" Text "Export licence cited.";
    Quantity "quantity" Quantity "How many items; negative: they came back.";
    UnitOfMeasure "unit_of_measure" Text "Unit the quantity is in.";
    SerialNumbers "serial_numbers" Text "Serial numbers, `;` between.";
    UnitPrice "unit_price" Money "Price of one item.";
    Amount "amount" Money "Value of the line.";
    Currency "currency" Text "ISO 4217 code.";
    GrossWeightKg "gross_weight_kg" Text "Gross weight in kilograms.";
    PortOfLading "port_of_lading" Text "Where the goods were loaded.";
    PortOfUnlading "port_of_unlading" Text "Where the goods were unloaded.";
    Route "route" Text "Country codes of the route, `>` between.";
}

impl Column {
    /// The column of a canonical header name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

/// What a party is on a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Who sold.
    Seller,
    /// Who bought.
    SoldTo,
    /// Who receives the invoice.
    BillTo,
    /// Who receives the goods.
    ShipTo,
    /// Intermediate consignee.
    Intermediate,
    /// The named end customer.
    EndUser,
    /// Freight forwarder.
    Forwarder,
    /// Who paid.
    Payer,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[
        Self::Seller,
        Self::SoldTo,
        Self::BillTo,
        Self::ShipTo,
        Self::Intermediate,
        Self::EndUser,
        Self::Forwarder,
        Self::Payer,
    ];

    /// The role's columns: number, name, address, country, parent's name, parent's country.
    #[must_use]
    pub fn columns(self) -> [Option<Column>; 6] {
        use Column as C;
        let four = |a, b, c, d| [Some(a), Some(b), Some(c), Some(d), None, None];
        match self {
            Self::Seller => four(C::SellerId, C::SellerName, C::SellerAddress, C::SellerCountry),
            Self::SoldTo => [
                Some(C::SoldToId),
                Some(C::SoldToName),
                Some(C::SoldToAddress),
                Some(C::SoldToCountry),
                Some(C::SoldToParentName),
                Some(C::SoldToParentCountry),
            ],
            Self::BillTo => four(C::BillToId, C::BillToName, C::BillToAddress, C::BillToCountry),
            Self::ShipTo => [
                Some(C::ShipToId),
                Some(C::ShipToName),
                Some(C::ShipToAddress),
                Some(C::ShipToCountry),
                Some(C::ShipToParentName),
                Some(C::ShipToParentCountry),
            ],
            Self::Intermediate => {
                four(C::IntermediateId, C::IntermediateName, C::IntermediateAddress, C::IntermediateCountry)
            }
            Self::EndUser => [
                Some(C::EndUserId),
                Some(C::EndUserName),
                Some(C::EndUserAddress),
                Some(C::EndUserCountry),
                Some(C::EndUserParentName),
                Some(C::EndUserParentCountry),
            ],
            Self::Forwarder => {
                four(C::ForwarderId, C::ForwarderName, C::ForwarderAddress, C::ForwarderCountry)
            }
            Self::Payer => four(C::PayerId, C::PayerName, C::PayerAddress, C::PayerCountry),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn column_names_are_unique_and_found() {
        let names: BTreeSet<_> = Column::ALL.iter().map(|column| column.name()).collect();
        assert_eq!(names.len(), Column::ALL.len());
        assert_eq!(Column::from_name("ship_to_name"), Some(Column::ShipToName));
        assert_eq!(Column::from_name("SHIP_TO_NAME"), None);
    }

    #[test]
    fn a_role_owns_the_columns_that_carry_its_name() {
        for (role, prefix) in
            [(Role::SoldTo, "sold_to_"), (Role::EndUser, "end_user_"), (Role::Payer, "payer_")]
        {
            for column in role.columns().into_iter().flatten() {
                assert!(column.name().starts_with(prefix), "{}", column.name());
            }
        }
    }
}
