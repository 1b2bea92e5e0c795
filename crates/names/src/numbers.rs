//! Customer and document numbers, as SAP pads them and Excel turns them into decimals.

use crate::normal_text::{is_plain, normal_text};

/// One spelling a number: `0000012345`, `12345` and Excel's `12345.0` are all `12345`.
///
/// Only what is digits throughout loses its leading zeros; `A-0012` keeps them and becomes upper case.
/// Scientific notation (`1.2E+09`) is left as it is: its digits are lost and nothing here can bring them back.
#[must_use]
pub fn fold_number(text: &str) -> String {
    if is_plain(text) { fold_plain(text) } else { fold_plain(&normal_text(text)) }
}

fn fold_plain(text: &str) -> String {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte == b'0');
    if !is_number {
        return text.to_uppercase();
    }
    match whole.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_decimals_go() {
        for written in ["0000012345", "12345", "12345.0", " 12345.00\t", "０００１２３４５", "\u{FEFF}12345"]
        {
            assert_eq!(fold_number(written), "12345", "{written}");
        }
    }

    #[test]
    fn what_is_not_a_number_keeps_its_text() {
        for (written, expected) in [
            ("0000", "0"),
            ("0.0", "0"),
            ("a-0012", "A-0012"),
            ("00a12", "00A12"),
            ("12345.5", "12345.5"),
            ("12345.", "12345."),
            (".0", ".0"),
            ("9.00e+11", "9.00E+11"),
            ("1.2.0", "1.2.0"),
            ("-7", "-7"),
            ("", ""),
        ] {
            assert_eq!(fold_number(written), expected, "{written}");
            assert_eq!(fold_number(expected), expected, "{written}");
        }
    }
}
