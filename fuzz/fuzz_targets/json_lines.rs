#![no_main]

chipwatch_fuzz::target!(json_lines);
