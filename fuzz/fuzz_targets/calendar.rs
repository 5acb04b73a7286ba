#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| digidel::fuzzing::run("calendar", data));
