//! The pipeline file as it is written: the one place where its keys, defaults and meanings stand.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{PipelineError, locate};
use crate::other_files::OtherFiles;

/// A pipeline: what to read, what to ask, where to write. Relative paths are relative to the file.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineFile {
    /// Version of this format: 1.
    pub version: u32,
    /// The day the report speaks for: a date, `latest-shipment`, or `today`.
    #[serde(default = "latest_shipment")]
    pub as_of: String,
    /// The question.
    #[serde(default)]
    pub threshold: ThresholdTable,
    /// What counts as an AI chip.
    #[serde(default)]
    pub scope: ScopeTable,
    /// What is read.
    #[serde(default)]
    pub source: Vec<SourceTable>,
    /// Side extracts that fill empty cells of lines.
    #[serde(default)]
    pub lookup: Vec<LookupTable>,
    /// The exporter's own companies: what they buy from one another is own stock.
    #[serde(default)]
    pub own_companies: OwnCompaniesTable,
    /// Files the user keeps, read by every run.
    #[serde(default)]
    pub overrides: OverridesTable,
    /// Screening lists.
    #[serde(default)]
    pub lists: ListsTable,
    /// Imported manufacturers' tables.
    #[serde(default)]
    pub reference: ReferenceTable,
    /// US dollars for one unit of a currency.
    #[serde(default)]
    pub rates: BTreeMap<String, f64>,
    /// Which detectors run, and their parameters as `[detect.<id>]`.
    #[serde(default)]
    pub detect: DetectTable,
    /// What is written.
    #[serde(default)]
    pub report: ReportTable,
}

fn latest_shipment() -> String {
    "latest-shipment".to_owned()
}

/// `[threshold]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThresholdTable {
    /// Chips.
    pub chips: i64,
    /// `gt` (more than) or `ge` (at least).
    pub operator: OperatorName,
    /// First day that counts.
    pub since: String,
    /// Only purchases of these countries; empty: all.
    pub countries: Vec<String>,
    /// Which country is meant.
    pub country_of: CountryOfName,
}

impl Default for ThresholdTable {
    fn default() -> Self {
        Self {
            chips: chipwatch_records::Threshold::DEFAULT_CHIPS,
            operator: OperatorName::Gt,
            since: "2020-01-01".to_owned(),
            countries: Vec::new(),
            country_of: CountryOfName::SoldTo,
        }
    }
}

/// How a total is held against the threshold.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperatorName {
    /// More than.
    #[default]
    Gt,
    /// At least.
    Ge,
}

/// Which country of a purchase `countries` is about.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountryOfName {
    /// The buyer's.
    #[default]
    SoldTo,
    /// The goods recipient's.
    ShipTo,
    /// The named end customer's.
    EndUser,
    /// The headquarters'.
    Headquarters,
}

/// `[scope]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeTable {
    /// `datacentre_accelerator`, `listed_ever`, `hopper_blackwell` or `all_3a090_including_consumer`.
    pub class: String,
}

impl Default for ScopeTable {
    fn default() -> Self {
        Self { class: "datacentre_accelerator".to_owned() }
    }
}

/// `[[source]]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceTable {
    /// File patterns.
    #[serde(default)]
    pub files: Vec<String>,
    /// How they are read: `canonical`, `sap_delivery`, `pos_flat`, …
    pub layout: String,
    /// Level of lines that do not say: `sell_in`, `sell_through`, `customs`; default: that of the layout, or `sell_in`.
    pub channel: Option<ChannelName>,
    /// Who sells, where the files do not say.
    pub seller: Option<String>,
    /// The system within which customer numbers are unique; default: this source.
    pub system: Option<String>,
    /// Name, for messages and `--input name=GLOB`.
    pub name: Option<String>,
    /// Number dialect of all its files: `point` or `comma`.
    pub number: Option<chipwatch_ingest::number::NumberDialect>,
    /// Date dialect of all its files: `iso`, `dmy`, `mdy` or `compact`.
    pub date: Option<chipwatch_ingest::date::DateDialect>,
    /// Text encoding, where the files do not show it: `utf-16le`, `windows-1251`, `gb18030`, …
    pub encoding: Option<String>,
    /// The files' own headers, by canonical column.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Codes of the user's system, and the document type each stands for.
    #[serde(default)]
    pub document_types: BTreeMap<String, String>,
    /// Pieces in one pack, by the unit of the quantity as the files write it: `pack = { PAK = 10, CAR = 20 }`.
    #[serde(default)]
    pub pack: BTreeMap<String, NonZeroU32>,
    /// Files of other sources whose lines these files replace.
    #[serde(default)]
    pub replaces: Vec<String>,
}

/// Level of the trade.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelName {
    /// The maker's own sales.
    SellIn,
    /// Sales of distributors and resellers.
    SellThrough,
    /// Customs declarations.
    Customs,
}

/// `[[lookup]]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupTable {
    /// The file.
    pub file: String,
    /// Canonical columns of the key, which must be unique in the file.
    pub on: Vec<String>,
    /// Canonical columns it fills.
    pub adds: Vec<String>,
    /// The file's own headers, by canonical column.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Sources it is for; default: all.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// `[own_companies]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OwnCompaniesTable {
    /// Names, in any spelling that folds to the same.
    pub names: Vec<String>,
}

/// `[overrides]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OverridesTable {
    /// What items are.
    pub items: Option<String>,
    /// What parties are.
    pub parties: Option<String>,
    /// How parties are linked; not read by this version.
    pub links: Option<String>,
    /// Which names are one party.
    pub judgements: Option<String>,
    /// Licences: read and reported; no detector uses them yet.
    pub licences: Option<OtherFiles>,
    /// Snapshots of stock: read and reported; no detector uses them yet.
    pub inventory: Option<OtherFiles>,
}

/// `[lists]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListsTable {
    /// Screening lists; not read by this version.
    pub files: Vec<String>,
}

/// `[reference]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReferenceTable {
    /// Imported tables; not read by this version.
    pub tables: Vec<String>,
}

/// `[detect]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct DetectTable {
    /// `all`, or detector ids.
    pub select: Vec<String>,
    /// Detector ids that do not run.
    pub ignore: Vec<String>,
    /// Parameters by detector id.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub parameters: BTreeMap<String, toml::Value>,
}

impl Default for DetectTable {
    fn default() -> Self {
        Self { select: vec!["all".to_owned()], ignore: Vec::new(), parameters: BTreeMap::new() }
    }
}

/// `[report]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportTable {
    /// `json`, `csv`, `markdown`.
    pub formats: Vec<FormatName>,
    /// A source with a larger part of refused rows makes the run a draft.
    pub max_reject_ratio: f64,
    /// Lines of evidence a finding lists in `evidence.csv`: a number, or `all`.
    pub evidence_rows: EvidenceRows,
}

impl Default for ReportTable {
    fn default() -> Self {
        Self {
            formats: vec![FormatName::Json, FormatName::Csv, FormatName::Markdown],
            max_reject_ratio: 0.01,
            evidence_rows: EvidenceRows::Number(200),
        }
    }
}

/// A form of the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormatName {
    /// `report.json`.
    Json,
    /// All tables.
    Csv,
    /// `report.md`.
    Markdown,
}

/// How many lines of evidence are listed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum EvidenceRows {
    /// At most so many a finding.
    Number(usize),
    /// `all`.
    Word(String),
}

/// A pipeline file that was read: what it says, its text, and where it is.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub file: PipelineFile,
    /// Its text.
    pub text: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Reads a pipeline file.
///
/// # Errors
/// [`PipelineError`] with file, line and a hint.
pub fn load(path: &Path) -> Result<Loaded, PipelineError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        PipelineError::new(path, None, format!("cannot be read: {error}"))
            .hint("name an existing pipeline file")
    })?;
    let file = toml::from_str(&text).map_err(|error| locate(path, &text, &error))?;
    Ok(Loaded { file, text, path: path.to_owned() })
}

impl Loaded {
    /// The folder that paths are relative to.
    #[must_use]
    pub fn base(&self) -> PathBuf {
        let folder = self.path.parent().unwrap_or_else(|| Path::new(""));
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
    }

    /// The pipeline's name: that of its file.
    #[must_use]
    pub fn name(&self) -> String {
        self.path
            .file_stem()
            .map_or_else(|| "pipeline".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// The JSON schema of pipeline files.
#[must_use]
pub fn pipeline_schema() -> serde_json::Value {
    schemars::schema_for!(PipelineFile).to_value()
}
