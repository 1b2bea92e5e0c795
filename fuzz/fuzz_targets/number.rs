#![no_main]

chipwatch_fuzz::target!(number);
