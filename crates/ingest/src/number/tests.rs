use super::NumberDialect::{Comma, Point};
use super::*;

#[track_caller]
fn check(cell: &str, point: Option<i64>, comma: Option<i64>) {
    let packed = PackedNumber::pack(cell.as_bytes()).unwrap();
    assert_eq!(packed.ten_thousandths(Point), point, "{cell} with a point");
    assert_eq!(packed.ten_thousandths(Comma), comma, "{cell} with a comma");
}

#[test]
fn both_readings_of_a_cell() {
    check("250", Some(2_500_000), Some(2_500_000));
    check("1.000", Some(10_000), Some(10_000_000));
    check("12.500", Some(125_000), Some(125_000_000));
    check("1.234,56", None, Some(12_345_600));
    check("1,234.56", Some(12_345_600), None);
    check("1.234,000", None, Some(12_340_000));
    check("120,000-", Some(-1_200_000_000), Some(-1_200_000));
    check("40,000-", Some(-400_000_000), Some(-400_000));
    check("1.050,000", None, Some(10_500_000));
    check("1 234,5", None, Some(12_345_000));
    check("1\u{202f}234", Some(12_340_000), Some(12_340_000));
    check("1,234,567", Some(12_345_670_000), None);
    check("0,500", None, Some(5_000));
    check("1234,567", None, Some(12_345_670));
    check("(40)", Some(-400_000), Some(-400_000));
    check("-2", Some(-20_000), Some(-20_000));
    check("１２", Some(120_000), Some(120_000));
    check("8435.22", Some(84_352_200), None);
}

#[test]
fn the_short_way_reads_as_the_general_way() {
    for cell in [
        "1.5",
        "12,500",
        "0.5",
        "0,500",
        "1234.5678",
        "12345678901.25",
        "999.999",
        "7,",
        ".5",
        "1.2.3",
        "a.b",
    ] {
        let general = PackedNumber::pack_general(cell.as_bytes());
        assert_eq!(PackedNumber::pack(cell.as_bytes()), general, "{cell}");
        if let Ok(number) = general {
            let (point, comma) = (number.ten_thousandths(Point), number.ten_thousandths(Comma));
            let evidence = number.evidence();
            assert_eq!(evidence.only_point, point.is_some() && comma.is_none(), "{cell}");
            assert_eq!(evidence.only_comma, comma.is_some() && point.is_none(), "{cell}");
            assert_eq!(evidence.ambiguous, point.is_some() && comma.is_some() && point != comma, "{cell}");
        }
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for cell in ["abc", "1.2.3,4,5", "1,23,456.7.8", "--", "12 EA", "1.000,00.5", "99999999999999999"] {
        assert!(PackedNumber::pack(cell.as_bytes()).is_err(), "{cell}");
    }
    assert!(PackedNumber::pack(b"  ").unwrap().is_absent());
}

#[test]
fn a_quantity_must_be_whole() {
    let half = PackedNumber::pack(b"12.5").unwrap();
    assert_eq!(half.whole(Point), Err("a quantity of items must be whole"));
    assert_eq!(PackedNumber::pack(b"12.500").unwrap().whole(Comma), Ok(12_500));
    assert_eq!(PackedNumber::pack(b"3000000000").unwrap().whole(Point), Err("more than 2,147,483,647 items"));
    assert_eq!(
        PackedNumber::pack(b"1.0000005").unwrap().whole(Point),
        Err("a quantity of items must be whole")
    );
}

#[test]
fn a_cell_is_written_back_as_it_was() {
    for cell in ["1.234,5", "12.5", "-40,000", "1,234,567", "0.05", "250"] {
        assert_eq!(PackedNumber::pack(cell.as_bytes()).unwrap().to_text(), cell);
    }
}

#[test]
fn evidence_names_the_only_reading() {
    let evidence = |cell: &str| PackedNumber::pack(cell.as_bytes()).unwrap().evidence();
    assert!(evidence("1.000").ambiguous);
    assert!(evidence("1.234,56").only_comma);
    assert!(evidence("12.50").only_point);
    assert_eq!(evidence("250"), NumberEvidence::default());
}

#[test]
fn packs_are_multiplied_exactly() {
    let pieces = |cell: &str, each: u32| {
        PackedNumber::pack(cell.as_bytes()).unwrap().pieces(NumberDialect::Point, each)
    };
    assert_eq!(pieces("12", 10), Ok(120));
    assert_eq!(pieces("-3", 20), Ok(-60));
    assert_eq!(pieces("0.5", 10), Ok(5));
    assert_eq!(pieces("0.0001", 10_000), Ok(1));
    assert!(pieces("0.5", 3).unwrap_err().contains("whole"));
    assert!(pieces("0.00005", 10).unwrap_err().contains("whole"));
    assert!(pieces("214748364.7", 10).is_ok());
    assert!(pieces("214748364.8", 10).unwrap_err().contains("2,147,483,647"));
    assert!(pieces("99999999999", u32::MAX).unwrap_err().contains("2,147,483,647"));
}

#[test]
fn values_are_packed_as_their_texts() {
    let usual = (0..200_000).map(|n| f64::from(n) / 100.0);
    let large = (0..2_000).map(|n| 999_990_000.0 + f64::from(n) / 7.0);
    let odd = [-0.0, -1.5, f64::NAN, f64::INFINITY, 1e9, 999_999_999.0, 999_999_999.99, 1e-9, 0.125, 5e-324];
    let mut packed = 0;
    for value in usual.chain(large).chain(odd) {
        if let Some(number) = PackedNumber::of_double(value) {
            assert_eq!(Ok(number), PackedNumber::pack(value.to_string().as_bytes()), "{value}");
            packed += 1;
        }
    }
    assert!(packed >= 200_000, "{packed}");
    for value in [0, 1, 999_999_999] {
        assert_eq!(
            PackedNumber::of_whole(value).unwrap(),
            PackedNumber::pack(value.to_string().as_bytes()).unwrap()
        );
    }
    assert_eq!([-1, 1_000_000_000, i64::MIN].map(PackedNumber::of_whole), [None; 3]);
}

proptest::proptest! {
    #[test]
    fn any_double_is_packed_as_its_text(hundredths in 0_u64..200_000_000_000, steps in -3_i64..=3) {
        let value = f64::from_bits((hundredths as f64 / 100.0).to_bits().saturating_add_signed(steps));
        if let Some(number) = PackedNumber::of_double(value) {
            proptest::prop_assert_eq!(Ok(number), PackedNumber::pack(value.to_string().as_bytes()));
        }
    }
}
