#![no_main]

chipwatch_fuzz::target!(lookup);
