#![no_main]

chipwatch_fuzz::target!(workbook);
