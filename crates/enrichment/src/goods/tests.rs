//! What part numbers and descriptions say: the traps and the examples of chips.md 3.3 and 3.4.

use super::{Basis, Classification, ItemKind, ItemText, read_item};

pub(super) fn at(part_number: &str, description: &str, price: Option<f64>) -> Classification {
    read_item(&ItemText { part_number, description, hs_code: "" }).with_price(price)
}

pub(super) fn told(description: &str) -> Classification {
    at("", description, None)
}

fn name(classification: &Classification) -> &'static str {
    classification.model.map_or("", |model| model.name)
}

/// (description, model, fewest, most)
type Case = (&'static str, &'static str, u32, u32);

fn check(cases: &[Case], price: Option<f64>) {
    for (description, model, min, max) in cases {
        let found = at("", description, price);
        let seen = (name(&found), found.chips_min, found.chips_max);
        assert_eq!(seen, (*model, *min, *max), "{description}: {}", found.why);
    }
}

#[test]
fn systems_are_not_units() {
    check(
        &[
            ("PE XE9680 … 8xH100", "H100", 8, 8),
            ("GB200 NVL72 RACK", "GB200", 72, 72),
            ("GB200NVL72", "GB200", 72, 72),
            ("HGX H100 8-GPU 80GB SXM5", "H100", 8, 8),
            ("DGX H100 640GB 8xH100", "H100", 8, 8),
            ("Supermicro 8U GPU server 8x H100", "H100", 8, 8),
            ("HGX A100 4-GPU", "A100", 4, 4),
            ("HGX A800 8 GPU, SXM4 40GB w/ HS", "A800", 8, 8),
            ("DGX Station A100", "A100", 4, 4),
            ("GH200 NVL2", "GH200", 2, 2),
            ("GB200 NVL4 board", "GB200", 4, 4),
            ("GB300 superchip", "GB300", 2, 2),
            ("Vera Rubin NVL144", "VR200", 72, 72),
            ("H100 NVL pair", "H100 NVL", 2, 2),
            ("H100 NVL 188GB", "H100 NVL", 2, 2),
            ("NVIDIA A16", "A16", 4, 4),
            ("Tesla K80", "K80", 2, 2),
            ("XE9680x8H100-SXM-80GB", "H100", 8, 8),
            ("R760xax4L40S", "L40S", 4, 4),
            ("GX2560M7_H100_SXM_80GBx4", "H100", 4, 4),
            ("A100 80GB*8", "A100", 8, 8),
            ("NVIDIA H100 TENSOR CORE GPU PCIe 5.0", "H100 PCIe", 1, 1),
            ("NVIDIA L40S PCIe 4 GPU", "L40S", 1, 1),
            ("SYS-421GE-TNRT PCIe 5.0 GPU server", "", 0, 10),
            ("DGX H100 with 3 years Business Standard Support", "H100", 8, 8),
            ("H20 141GB 8卡服务器", "H20", 8, 8),
            ("4U server 10x L40S", "L40S", 10, 10),
            ("Huawei Atlas 800T A2 8x Ascend 910B", "Ascend 910B", 8, 8),
            ("H100 80GB PCIE 8 PCS", "H100 PCIe", 1, 1),
            ("SYS-421GE-TNRT 0 GPU", "", 0, 0),
            ("8×OAM UBB MI300X", "MI300X", 8, 8),
            ("SR675 V3 8x L40S", "L40S", 8, 8),
            ("SR675 V3", "", 0, 8),
            ("R760xa", "", 0, 4),
            ("服务器 8卡H100", "H100", 8, 8),
            ("H100*8 server", "H100", 8, 8),
            ("server with 4 x NVIDIA H100 PCIe", "H100 PCIe", 4, 4),
            ("HGX H100", "H100", 4, 8),
        ],
        None,
    );
    assert_eq!(told("HGX H100").chips_typical, Some(8));
}

#[test]
fn names_must_match_whole() {
    check(
        &[
            ("NVIDIA H100 PCIe 80GB", "H100 PCIe", 1, 1),
            ("NVIDIA H100 80GBSXM5显卡", "H100", 1, 1),
            ("80GBSXM5显卡", "H100", 1, 1),
            ("H100SXM5", "H100", 1, 1),
            ("A100PCIE 40GB", "A100", 1, 1),
            ("ＮＶＩＤＩＡ　Ｈ１００", "H100", 1, 1),
            ("英伟达H800显卡", "H800", 1, 1),
            ("NVIDIA L40S 48GB", "L40S", 1, 1),
            ("NVIDIA L4 24GB", "L4", 1, 1),
            ("NVIDIA A10,PG133", "A10", 1, 1),
            ("H200 NVL 141GB", "H200 NVL", 1, 1),
            ("AMD Instinct MI300X OAM", "MI300X", 1, 1),
            ("RTX PRO 6000 Blackwell 96GB Server Edition", "RTX PRO 6000 Server", 1, 1),
            ("RTX PRO 6000 Blackwell Server", "RTX PRO 6000 Server", 1, 1),
            ("Tesla V100 PCIe 16GB", "V100", 1, 1),
            ("GeForce RTX 4090", "RTX 4090", 1, 1),
            ("2x H100 NVL", "H100 NVL", 2, 2),
            ("昇腾910B", "Ascend 910B", 1, 1),
            ("Intel Gaudi 3 HL-325L", "Gaudi3", 1, 1),
            ("NVIDIA A100 PCIE X16", "A100", 1, 1),
        ],
        None,
    );
    for description in [
        "RTX A1000",
        "A1000",
        "H1000 UPS",
        "Matrox G200",
        "Matrox G200eW3",
        "L400",
        "A4 paper",
        "paper A2",
        "shelf L4",
        "tolerance T4",
        "RTX A2 cable free",
        "3.84TB NVMe SSD",
        "DDR5 64GB RDIMM",
        "Quantum-2 switch",
        "",
        "卡",
        "GPU",
    ] {
        assert_eq!(told(description).chips_max, 0, "{description}");
    }
}

#[test]
fn part_numbers_come_first() {
    for (part, description, model, min, max) in [
        ("935-24287-A800-0R0", "", "H100", 8, 8),
        ("935-24287-00M0-000", "", "H20", 8, 8),
        ("935-54094-0001-000", "", "GB300", 1, 1),
        ("900-2G133-0020-000", "NVIDIA L40S", "A10", 1, 1),
        ("DGXH-G640F+P2CMI36", "DGX H100 640GB 8xH100", "H100", 8, 8),
        ("SYS-821GE-TNHR", "Supermicro 8U GPU server 8x H100", "H100", 8, 8),
        ("SYS-821GE-TNHR", "", "", 8, 8),
        ("SYS-421GE-TNRT", "", "", 0, 10),
        ("SYS-421GE-TNRT", "4U barebone 8x L40S", "L40S", 8, 8),
        ("100-300000077H", "AMD Instinct MI300X OAM", "MI300X", 1, 1),
        ("100-300000002H", "", "", 1, 8),
        ("100-300000002H", "AMD Instinct MI250 OAM", "MI250", 1, 1),
        ("965-2G520-0000-000", "RMA", "H100", 1, 1),
        ("900-21010-0000-000", "", "H100 PCIe", 1, 1),
        ("920-9B210-00FN-0D0", "Quantum-2 switch for H100", "", 0, 0),
        ("H100-SXM5", "", "H100", 1, 1),
        ("XYZ-A800-1", "thing", "", 0, 0),
        ("9.00E+11", "HGX H100 8-GPU", "H100", 8, 8),
    ] {
        let found = at(part, description, None);
        assert_eq!(
            (name(&found), found.chips_min, found.chips_max),
            (model, min, max),
            "{part} {description}: {}",
            found.why
        );
    }
    let found = at("900-2G133-0020-000", "NVIDIA L40S", None);
    assert!(found.why.contains("L40S") && found.why.contains("the part number wins"), "{}", found.why);
    assert_eq!(found.basis, Basis::PartNumber);
    assert_eq!(at("965-2G520-0000-000", "", None).kind, ItemKind::Spare);
}

#[test]
fn the_bench_items() {
    for (part, description, chips) in [
        ("900-21010-0000-000", "NVIDIA H100 PCIe 80GB", 1),
        ("935-24287-0001-000", "HGX H100 8-GPU 80GB SXM5", 8),
        ("900-21001-0020-100", "NVIDIA A100 80GB PCIe", 1),
        ("DGXH-G640F+P2CMI36", "DGX H100 640GB 8xH100", 8),
        ("900-2G133-0080-000", "NVIDIA L40S 48GB", 1),
        ("NVH200NVLTCGPU-KIT", "H200 NVL 141GB", 1),
        ("100-300000077H", "AMD Instinct MI300X OAM", 1),
        ("SYS-821GE-TNHR", "Supermicro 8U GPU server 8x H100", 8),
        ("920-9B210-00FN-0D0", "Quantum-2 switch", 0),
        ("MCX75310AAS-NEAT", "ConnectX-7 400G NIC", 0),
        ("CBL-NTWK-0944", "DAC cable 400G", 0),
        ("MMA4Z00-NS", "OSFP transceiver", 0),
        ("900-2G500-0000-200", "Tesla V100 32GB", 1),
        ("SSD-PM9A3-3T84", "3.84TB NVMe SSD", 0),
        ("MEM-DR516L-CL01", "DDR5 64GB RDIMM", 0),
    ] {
        let found = at(part, description, Some(8_000.0));
        assert_eq!((found.chips_min, found.chips_max), (chips, chips), "{part}");
        assert_ne!(found.kind, ItemKind::Unknown, "{part}");
        // The description alone, without the number, says the same.
        assert_eq!(told(description).chips_max, chips, "{description}");
    }
}

#[test]
fn loose_cards_and_bare_chassis() {
    assert!(at("900-21010-0000-000", "", None).loose_card);
    assert!(told("NVIDIA L40S").loose_card && told("NVIDIA H100 80GB").loose_card);
    assert!(!told("H100 SXM5").loose_card && !told("DGX H100").loose_card && !told("MI300X OAM").loose_card);
    assert!(told("SYS-421GE-TNRT").bare_chassis && !told("SYS-421GE-TNRT 8x L40S").bare_chassis);
    assert!(!told("XE9680").bare_chassis);
}

#[test]
fn unconfirmed_rows_are_marked() {
    assert!(!at("935-24287-0301-000", "", None).unconfirmed);
    assert!(at("DGXH-G640F+P2CMI36", "", None).unconfirmed);
    assert!(told("XE8640 4x H100").unconfirmed && !told("XE9680 8xH100").unconfirmed);
    assert!(told("80GBSXM5显卡").unconfirmed);
}

#[test]
fn nothing_recognised() {
    let found = at("ABC-1", "widget", Some(30_000.0));
    assert_eq!((found.kind, found.chips_min, found.chips_max), (ItemKind::Unknown, 0, 0));
    assert_eq!(found.basis.as_str(), "not_recognised");
}

#[test]
fn hostile_text_is_read_without_harm() {
    let long = "8X".repeat(20_000);
    for text in [
        "",
        "\u{0}",
        "X",
        "8X",
        "XX8X8X",
        "NVL",
        "SXM5",
        "-",
        "８Ｘ",
        "卡卡8卡",
        "é\u{301}H100é",
        "🂡H100🂡",
        "GB",
        "8XGB",
        &long,
    ] {
        for part in ["", text, "日本日本日", "９００－２１０１０", "123456789012345"] {
            let reading = read_item(&ItemText { part_number: part, description: text, hs_code: text });
            for price in [None, Some(f64::NAN), Some(f64::INFINITY), Some(-1.0), Some(f64::MAX)] {
                let found = reading.with_price(price);
                assert!(found.chips_min <= found.chips_max);
            }
        }
    }
    assert_eq!(told("🂡H100🂡").chips_max, 1);
}
