#![no_main]

chipwatch_fuzz::target!(table);
