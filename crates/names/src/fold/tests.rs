use super::*;

fn key(name: &str) -> String {
    fold(name).key
}

/// (written, key, form)
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("Alpha Pte. Ltd.", "ALPHA", "PTE LTD"),
    ("ALPHA PTE LTD", "ALPHA", "PTE LTD"),
    ("Alpha Private Limited", "ALPHA", "PTE LTD"),
    ("Alpha (Pvt.) Ltd.", "ALPHA", "PTE LTD"),
    ("Alpha Technologies (India) Pvt Ltd", "ALPHA TECHNOLOGIES INDIA", "PTE LTD"),
    ("ABC Technology Ltd", "ABC TECHNOLOGY", "LTD"),
    ("ABC Technology Limited", "ABC TECHNOLOGY", "LTD"),
    ("Alpha Cloud Sdn. Bhd.", "ALPHA CLOUD", "SDN BHD"),
    ("Alpha Berhad", "ALPHA", "BHD"),
    ("Alpha Pty. Limited", "ALPHA", "PTY LTD"),
    ("Alpha Pty", "ALPHA", "PTY LTD"),
    ("Alpha Co., Ltd.", "ALPHA", "CO LTD"),
    ("ALPHA CO.,LTD", "ALPHA", "CO LTD"),
    ("Alpha Company Limited", "ALPHA", "CO LTD"),
    ("Alpha Inc.", "ALPHA", "INC"),
    ("Alpha, Incorporated", "ALPHA", "INC"),
    ("Alpha Corp.", "ALPHA", "CORP"),
    ("Alpha Corporation", "ALPHA", "CORP"),
    ("Alpha Company", "ALPHA", "CO"),
    ("Alpha & Co.", "ALPHA", "CO"),
    ("Alpha, L.L.C.", "ALPHA", "LLC"),
    ("Alpha L. L. C.", "ALPHA", "LLC"),
    ("LLC \"Alpha\"", "ALPHA", "LLC"),
    ("Alpha LP", "ALPHA", "LP"),
    ("Alpha LLP", "ALPHA", "LLP"),
    ("Alpha p.l.c.", "ALPHA", "PLC"),
    ("Alpha Unlimited", "ALPHA", "UNLIMITED"),
    ("Alpha GmbH", "ALPHA", "GMBH"),
    ("Alpha G.m.b.H.", "ALPHA", "GMBH"),
    ("Alpha Handelsgesellschaft mbH", "ALPHA HANDELSGESELLSCHAFT", "GMBH"),
    ("Müller GmbH & Co. KG", "MULLER", "GMBH AND CO KG"),
    ("Müller GmbH und Co KG", "MULLER", "GMBH AND CO KG"),
    ("Alpha AG", "ALPHA", "AG"),
    ("Alpha KG", "ALPHA", "KG"),
    ("Alpha UG (haftungsbeschränkt)", "ALPHA", "UG"),
    ("Alpha SE", "ALPHA", "SE"),
    ("Alpha S.A.", "ALPHA", "SA"),
    ("Alpha SAS", "ALPHA", "SAS"),
    ("Alpha S.à r.l.", "ALPHA", "SARL"),
    ("SARL Alpha", "ALPHA", "SARL"),
    ("Alpha S.p.A.", "ALPHA", "SPA"),
    ("Alpha S.r.l.", "ALPHA", "SRL"),
    ("Alpha, s.r.o.", "ALPHA", "SRO"),
    ("Alpha spol. s r. o.", "ALPHA", "SRO"),
    ("Alpha a.s.", "ALPHA", "AS"),
    ("Alpha A/S", "ALPHA", "AS"),
    ("Alpha A.Ş.", "ALPHA", "AS"),
    ("Alpha AŞ", "ALPHA", "AS"),
    ("Alpha Ltd. Şti.", "ALPHA", "LTD STI"),
    ("Alpha sp. z o.o.", "ALPHA", "SP Z OO"),
    ("Alpha Spółka z o.o.", "ALPHA", "SP Z OO"),
    ("Alpha N.V.", "ALPHA", "NV"),
    ("Alpha B.V.", "ALPHA", "BV"),
    ("Alpha AB (publ)", "ALPHA", "AB"),
    ("Alpha ApS", "ALPHA", "APS"),
    ("Alpha Oy", "ALPHA", "OY"),
    ("Oy Alpha Ab", "ALPHA", "AB"),
    ("Alpha Oyj", "ALPHA", "OYJ"),
    ("Alpha OÜ", "ALPHA", "OU"),
    ("UAB „Alpha“", "ALPHA", "UAB"),
    ("SIA \"Alpha\"", "ALPHA", "SIA"),
    ("Alpha Kft.", "ALPHA", "KFT"),
    ("Alpha Zrt", "ALPHA", "ZRT"),
    ("Alpha d.o.o.", "ALPHA", "DOO"),
    ("Alpha EOOD", "ALPHA", "EOOD"),
    ("Alpha, S.A. de C.V.", "ALPHA", "SA DE CV"),
    ("Alpha S. de R.L. de C.V.", "ALPHA", "S DE RL DE CV"),
    ("Alpha Ltda.", "ALPHA", "LTDA"),
    ("Alpha E.I.R.L.", "ALPHA", "EIRL"),
    ("Alpha K.K.", "ALPHA", "KK"),
    ("Alpha Godo Kaisha", "ALPHA", "GK"),
    ("PT. Alpha Indonesia Tbk", "ALPHA INDONESIA", "PT TBK"),
    ("PT Alpha", "ALPHA", "PT"),
    ("CV. Alpha", "CV ALPHA", ""),
    ("Alpha CV", "ALPHA", "CV"),
    ("Alpha JSC", "ALPHA", "JSC"),
    ("OOO Alpha", "ALPHA", "OOO"),
    ("ООО «Альфа»", "АЛЬФА", "OOO"),
    ("АО Альфа", "АЛЬФА", "AO"),
    ("ПАО \"Альфа\"", "АЛЬФА", "PAO"),
    ("ТОО Альфа", "АЛЬФА", "TOO"),
    ("Alpha FZE", "ALPHA", "FZE"),
    ("Alpha FZCO", "ALPHA", "FZCO"),
    ("Alpha FZ-LLC", "ALPHA", "FZ LLC"),
    ("Alpha L.L.C-FZ", "ALPHA", "FZ LLC"),
    ("Alpha LLC-FZ", "ALPHA", "FZ LLC"),
    ("Alpha DMCC", "ALPHA", "DMCC"),
    ("Alpha W.L.L.", "ALPHA", "WLL"),
    ("ألفا ذ.م.م", "ألفا", "LLC"),
    ("אלפא בע\"מ", "אלפא", "LTD"),
    ("Công ty TNHH Alpha", "ALPHA", "LLC"),
    ("Công ty Cổ phần Alpha", "ALPHA", "JSC"),
    ("Alpha TNHH", "ALPHA", "LLC"),
    ("บริษัท อัลฟ่า จำกัด", "อัลฟ่า", "CO LTD"),
    ("บริษัทอัลฟ่าจำกัด (มหาชน)", "อัลฟ่า", "PCL"),
    ("株式会社アルファ", "アルファ", "KK"),
    ("アルファ㈱", "アルファ", "KK"),
    ("アルファ有限会社", "アルファ", "YK"),
    ("アルファ 合同会社", "アルファ", "GK"),
    ("深圳阿尔法科技有限公司", "深圳阿尔法科技", "CO LTD"),
    ("阿尔法（香港）有限公司", "阿尔法 香港", "CO LTD"),
    ("阿尔法有限责任公司", "阿尔法", "CO LTD"),
    ("阿尔法集团股份有限公司", "阿尔法集团", "CO LTD BY SHARES"),
    ("阿尔法股份公司", "阿尔法", "CO LTD BY SHARES"),
    ("ABC有限公司", "ABC", "CO LTD"),
    ("阿尔法有限公司深圳分公司", "阿尔法有限公司深圳分公司", ""),
    ("주식회사 알파", "알파", "CO LTD"),
    ("알파주식회사", "알파", "CO LTD"),
    ("(주)알파", "알파", "CO LTD"),
    ("알파(주)", "알파", "CO LTD"),
    ("알파 유한회사", "알파", "YUHAN HOESA"),
    ("ＨＫ　ＡＢＣ", "HK ABC", ""),
    ("Alpha Systems", "ALPHA SYSTEMS", ""),
    ("Alpha Holdings Trust Group", "ALPHA HOLDINGS TRUST GROUP", ""),
    ("Alpha Ltd Trading", "ALPHA LTD TRADING", ""),
    ("A.O. Smith Corporation", "AO SMITH", "CORP"),
    ("Company Limited", "COMPANY LIMITED", ""),
    ("有限公司", "有限公司", ""),
    ("& Co.", "AND CO", ""),
    ("Alpha & Ltd", "ALPHA", "LTD"),
    ("***", "", ""),
    ("", "", ""),
];

#[test]
fn spellings_fold_to_their_key_and_form() {
    for &(written, key, form) in EXAMPLES {
        let folded = fold(written);
        assert_eq!((folded.key.as_str(), folded.form.unwrap_or_default()), (key, form), "{written}");
    }
}

#[test]
fn names_that_differ_keep_different_keys() {
    assert_ne!(key("Alpha Systems"), key("Alpha System"));
    assert_ne!(key("Alpha Group Ltd"), key("Alpha Ltd"));
    assert_ne!(key("阿尔法集团有限公司"), key("阿尔法有限公司"));
    assert_ne!(key("Alpha 1 Ltd"), key("Alpha 11 Ltd"));
}

#[test]
fn invisible_characters_and_case_change_nothing() {
    for (written, _, _) in EXAMPLES {
        let spread: String = written.chars().flat_map(|c| [c, '\u{200B}', '\u{202E}']).collect();
        assert_eq!(fold(&spread), fold(written), "{written}");
        // Lower-casing a dotted capital I makes two characters, which the fold joins again.
        assert_eq!(fold(&written.to_lowercase()), fold(written), "{written}");
        assert_eq!(fold(&format!("  {written}\t")), fold(written), "{written}");
    }
}

#[test]
fn folding_a_key_changes_nothing() {
    for &(written, _, _) in EXAMPLES {
        for (other, _, _) in EXAMPLES {
            let key = key(&format!("{written} {other}"));
            assert_eq!(fold(&key), FoldedName { key: key.clone(), form: None }, "{written} {other}");
        }
    }
}

#[test]
fn every_character_folds_once_and_for_all() {
    // Plain Han and Hangul syllables are thousands of the same case.
    let same =
        |c: &char| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{20000}'..='\u{2F7FF}');
    for c in ('\u{1}'..='\u{2FFFF}').filter(|c| !same(c)) {
        for name in [format!("A{c}"), format!("{c}.b.\u{301}{c}\u{3099}")] {
            let key = key(&name);
            assert_eq!(fold(&key).key, key, "{c:?} {}", c.escape_unicode());
        }
    }
}

#[test]
fn the_plain_path_and_the_full_path_agree() {
    for (written, _, _) in EXAMPLES.iter().filter(|(written, _, _)| is_plain(written)) {
        assert_eq!(words(&normal_text(written)), words(written), "{written}");
    }
}
