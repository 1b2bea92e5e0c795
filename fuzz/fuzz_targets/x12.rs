#![no_main]

chipwatch_fuzz::target!(x12);
