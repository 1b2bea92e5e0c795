//! Every table parses, and the figures of the models are those of chips.md 3.1.

use crate::kinds::Confidence;
use crate::models::{Model, ModelClass, Scope, model, models};
use crate::{check_tables, tables};

/// Models whose maker publishes a TPP that differs from the recomputed one: (model, recomputed, published).
const PUBLISHED_DIFFERS: &[(&str, f64, f64)] = &[
    ("A800", 4992.0, 4989.0),
    ("H100", 15832.0, 15840.0),
    ("H100 PCIe", 12104.0, 12224.0),
    ("H100 NVL", 13368.0, 14144.0),
    ("H800", 15832.0, 15840.0),
    ("H800 PCIe", 12104.0, 12224.0),
    ("H200", 15832.0, 15840.0),
    ("H200 NVL", 13368.0, 14144.0),
    ("GH200", 15832.0, 15840.0),
    ("B200", 36000.0, 37248.0),
    ("GB200", 40000.0, 40200.0),
    ("B300", 56000.0, 55432.0),
    ("GB300", 60000.0, 58484.0),
    ("L4", 1940.0, 1952.0),
    ("L40S", 5864.0, 5872.0),
    ("RTX 6000 Ada", 5828.0, 5840.0),
    ("RTX PRO 6000 Server", 8000.0, 7488.0),
    ("RTX PRO 6000 Workstation", 8000.0, 8064.0),
];

/// The paragraph of 3A090 that the figures of a part sold for data centres meet.
fn paragraph(tpp: f64, density: f64) -> &'static str {
    match (tpp, density) {
        (4800.0.., _) => "3A090.a.1",
        (1600.0.., 5.92..) => "3A090.a.2",
        (2400.0.., 1.6..) => "3A090.b.1",
        (1600.0.., 3.2..) => "3A090.b.2",
        _ => "not 3A090",
    }
}

fn named(name: &str) -> &'static Model {
    model(name).unwrap_or_else(|| panic!("{name} is no model"))
}

#[test]
fn every_table_parses() {
    check_tables().unwrap();
    assert_eq!(tables().len(), 5);
    assert!(
        tables()
            .iter()
            .all(|(name, text)| !text.is_empty() && std::path::Path::new(name).extension().is_some())
    );
}

#[test]
fn a_broken_table_is_refused() {
    use crate::{countries, parts, systems, vetoes};
    assert!(crate::models::parse("name\tx\n").is_err());
    let header = "pattern\tmodel\tkind\tchips_min\tchips_max\tconfidence\tsource\n";
    let broken = [
        "A-\tH100\tboard\t8\t4\tconfirmed\tx",
        "A-\tH1000\tboard\t8\t8\tconfirmed\tx",
        "A-\t\tthing\t8\t8\tconfirmed\tx",
        "a-\t\tboard\t8\t8\tconfirmed\tx",
        "A-\t\tboard\t8\t8\tconfirmed\t",
        "A-\t\tboard\t8",
        "A-\t\tother\t0\t0\tconfirmed\tx\nA-\t\tother\t0\t0\tconfirmed\tx",
    ];
    for row in broken {
        let text: &'static str = Box::leak(format!("{header}{row}").into_boxed_str());
        assert!(parts::parse(text).is_err(), "{row}");
    }
    assert!(systems::parse("x").is_err() && vetoes::parse("x").is_err() && countries::parse("x").is_err());
}

#[test]
fn recomputed_figures_are_the_tables() {
    let mut differences = Vec::new();
    for model in models() {
        let Some(recomputed) = model.recomputed_tpp() else {
            continue;
        };
        // chips.md rounds to whole numbers (2,644 for 4 x 661, 36,910 for 4 x 9,227.5 it writes 36,912 from 8 bits).
        let tpp = model.tpp.expect(model.name);
        if (recomputed - tpp).abs() > 2.0 {
            differences.push((model.name, recomputed, tpp));
        }
        let density = model.recomputed_density().expect(model.name);
        assert!(
            (density - model.performance_density.expect(model.name)).abs() < 0.011,
            "{}: {density}",
            model.name
        );
    }
    let mut expected = PUBLISHED_DIFFERS.to_vec();
    expected.sort_by(|a, b| a.0.cmp(b.0));
    differences.sort_by(|a, b| a.0.cmp(b.0));
    assert_eq!(differences, expected);
}

#[test]
fn listed_classes_follow_from_the_figures() {
    for model in
        models().iter().filter(|model| model.class == ModelClass::DatacentreAccelerator || model.name == "A2")
    {
        let (Some(tpp), Some(density)) = (model.recomputed_tpp(), model.recomputed_density()) else {
            continue;
        };
        let expected =
            if model.name == "H20" { "letter 2025-04 (not 3A090)" } else { paragraph(tpp, density) };
        assert_eq!(model.listed_class, expected, "{}", model.name);
    }
}

#[test]
fn borderlines() {
    let density = |name: &str| named(name).recomputed_density().unwrap();
    let tpp = |name: &str| named(name).recomputed_tpp().unwrap();
    // A30: 16 bits alone stay under 3.2, 4 bits pass it; from 2,400 TPP on it is b.1 either way.
    let a30 = named("A30");
    assert!(165.0 * 16.0 / a30.die_mm2.unwrap() < 3.2 && density("A30") > 3.2);
    // A40: just under 2,400, dense enough for b.2.
    assert!((2394.0..2400.0).contains(&tpp("A40")) && density("A40") >= 3.2);
    assert_eq!(paragraph(tpp("A40"), density("A40")), "3A090.b.2");
    assert!(tpp("A10") >= 1600.0 && density("A10") < 3.2);
    assert!(tpp("L20") >= 1600.0 && density("L20") < 3.2);
    assert_eq!(paragraph(tpp("L4"), density("L4")), "3A090.a.2");
    assert!(tpp("L2") < 1600.0);
    assert_eq!(paragraph(tpp("H20"), density("H20")), "not 3A090");
    for name in ["RTX 4090 D", "RTX 5090 D"] {
        assert!(tpp(name) < 4800.0, "{name} is outside a.1");
        assert_eq!(named(name).listed_class, "out (Note 2)");
    }
    for name in ["RTX 6000 Ada", "RTX 4090", "RTX 5090"] {
        assert!(tpp(name) >= 4800.0 && named(name).listed_class.contains("NAC/ACA"), "{name}");
    }
    // H200 NVL: inside tariff band T1 by the maker's own figure, outside by the recomputed one.
    let band = 14_000.0..17_500.0;
    assert!(band.contains(&named("H200 NVL").tpp.unwrap()) && !band.contains(&tpp("H200 NVL")));
}

#[test]
fn the_default_scope_is_the_list_of_reports() {
    let scope = Scope::default();
    for name in [
        "V100",
        "A10",
        "A30",
        "A40",
        "A100",
        "A800",
        "L4",
        "L20",
        "L40",
        "L40S",
        "H20",
        "H100",
        "H100 NVL",
        "H800",
        "H200",
        "GH200",
        "B200",
        "GB300",
        "VR200",
        "RTX PRO 6000 Server",
        "MI100",
        "MI300X",
        "Max 1550",
        "Gaudi3",
        "Ascend 910B",
    ] {
        assert!(scope.contains(named(name)), "{name}");
        assert!(named(name).tpp.is_none_or(|tpp| tpp >= 1600.0), "{name}");
    }
    for name in [
        "T4",
        "A2",
        "L2",
        "A16",
        "K80",
        "RTX 4090",
        "RTX 5090 D",
        "RTX 6000 Ada",
        "RTX PRO 6000 Workstation",
        "RTX 6000D",
        "GB10",
        "A10M",
    ] {
        assert!(!scope.contains(named(name)), "{name}");
    }
}

#[test]
fn other_scopes() {
    let counted = |scope: Scope, name: &str| scope.contains(named(name));
    assert!(
        counted(Scope::ListedEver, "H20")
            && counted(Scope::ListedEver, "A100")
            && !counted(Scope::ListedEver, "RTX 4090")
    );
    assert!(!counted(Scope::ListedEver, "A10") && counted(Scope::ListedEver, "RTX 6000 Ada"));
    assert!(counted(Scope::HopperBlackwell, "H20") && counted(Scope::HopperBlackwell, "GB200"));
    assert!(!counted(Scope::HopperBlackwell, "A100") && !counted(Scope::HopperBlackwell, "RTX 5090"));
    let all = Scope::All3a090IncludingConsumer;
    assert!(counted(all, "RTX 4090") && !counted(all, "RTX 4090 D") && !counted(all, "H20"));
    for scope in Scope::ALL {
        assert_eq!(scope.as_str().parse::<Scope>().unwrap(), scope);
    }
    assert!("datacenter".parse::<Scope>().is_err());
}

#[test]
fn names_and_forms() {
    assert_eq!(named("h100-sxm5").name, "H100");
    assert_eq!(named("H100").in_form("PCIE").unwrap().name, "H100 PCIe");
    assert_eq!(named("H200").in_form("nvl").unwrap().name, "H200 NVL");
    assert_eq!(named("A100").in_form("PCIE").unwrap().name, "A100");
    for name in ["A1000", "H1000", "G200", "L400", ""] {
        assert!(model(name).is_none(), "{name}");
    }
    assert_eq!(named("Ascend 910C").confidence, Confidence::Unconfirmed);
    assert_eq!(named("H100").confidence, Confidence::Confirmed);
}
