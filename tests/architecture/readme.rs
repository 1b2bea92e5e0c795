//! The two commands of the README are those that every change is checked with.

use std::fs;

use crate::root;

/// The lines of the `sh` blocks under the heading about a fresh machine.
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (mut in_section, mut in_block) = (false, false);
    let mut commands = Vec::new();
    for line in readme.lines() {
        if in_block {
            if line.starts_with("```") {
                in_block = false;
            } else if in_section && !line.trim().is_empty() && !line.starts_with('#') {
                commands.push(line.trim().to_owned());
            }
        } else if line.starts_with('#') {
            in_section = line.to_lowercase().contains("fresh machine");
        } else if line.starts_with("```") {
            in_block = true;
            assert!(!in_section || line.trim() == "```sh", "a block of another language: {line}");
        }
    }
    commands
}

#[test]
fn a_fresh_machine_needs_exactly_two_commands_and_ci_runs_them_as_they_stand() {
    let commands = commands();
    assert_eq!(commands.len(), 2, "{commands:?}");
    let (first, second) = (&commands[0], &commands[1]);
    assert!(first.contains("run pipelines/sample.toml"), "{first} does not run the main job");
    assert!(second.starts_with("cargo test"), "{second} does not run the tests");
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    for command in commands {
        assert!(ci.lines().any(|line| line.trim() == command), "`{command}` is not a line of .ci/run");
    }
}
