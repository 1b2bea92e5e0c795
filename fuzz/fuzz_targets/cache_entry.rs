#![no_main]

chipwatch_fuzz::target!(cache_entry);
