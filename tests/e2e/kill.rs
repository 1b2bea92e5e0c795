//! A run that is killed at any moment leaves the reports that stood, whole, and `latest` on one of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::report::Report;
use crate::world::{World, folder_names};

/// So many buyers of a chip each.
fn buyers(count: usize) -> String {
    let mut text =
        "ship_date,document_no,line_no,sold_to_name,sold_to_country,part_number,quantity\n".to_owned();
    for number in 0..count {
        text += &format!("2024-03-01,D{number},1,Buyer {number},US,900-21010-0000-000,5\n");
    }
    text
}

/// All bytes of a folder.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| (name.clone(), fs::read(folder.join(name)).unwrap());
    folder_names(folder).into_iter().map(read).collect()
}

/// Names of reports: what does not begin with a dot, without `latest`.
fn reports(out: &Path) -> Vec<String> {
    let mut names = folder_names(out);
    names.retain(|name| !name.starts_with('.') && name != "latest");
    names
}

/// When to strike: at once, or as soon as the unfinished folder is there, has some file, or has so many.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Start,
    Folder,
    File(&'static str),
    Files(usize),
    After(u64),
}

impl Moment {
    fn has_come(self, out: &Path, waited: u64) -> bool {
        let unfinished = folder_names(out).into_iter().find(|name| name.starts_with(".tmp-"));
        let files = || unfinished.iter().flat_map(|name| folder_names(&out.join(name))).collect::<Vec<_>>();
        match self {
            Self::Start => true,
            Self::Folder => unfinished.is_some(),
            Self::File(name) => files().iter().any(|file| file == name),
            Self::Files(count) => files().len() >= count,
            Self::After(milliseconds) => waited >= milliseconds,
        }
    }
}

/// Runs the pipeline and kills it; true: before it ended of itself.
fn run_and_kill(world: &World, moment: Moment) -> bool {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("chipwatch"))
        .arg("run")
        .arg(world.pipeline())
        .arg("--out")
        .arg(world.out())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut waited = 0;
    while !moment.has_come(&world.out(), waited) && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
        waited += 1;
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn killed_at_any_moment_a_run_leaves_what_stood_before() {
    let world = World::new().threshold("chips = 4").sell_in(&buyers(50));
    assert_eq!(world.run().code, 0);
    let out = world.out();
    let first = fs::read_link(out.join("latest")).unwrap();
    let stood = bytes(&out.join(&first));
    let moments = [
        Moment::Start,
        Moment::Folder,
        Moment::Files(1),
        Moment::File("entities.csv"),
        Moment::File("evidence.csv"),
        Moment::File("report.json"),
        Moment::File("report.md"),
        Moment::File("manifest.json"),
        Moment::After(20),
        Moment::After(60),
        Moment::After(150),
        Moment::After(300),
    ];
    let mut killed = 0;
    for (round, moment) in moments.into_iter().enumerate() {
        // Other input each time, so that it is another run and not the same one.
        world.write("maker.csv", buyers(3_000 + round));
        killed += usize::from(run_and_kill(&world, moment));
        assert_eq!(bytes(&out.join(&first)), stood, "{moment:?}: the first report has changed");
        let latest = fs::read_link(out.join("latest")).unwrap();
        let reports = reports(&out);
        assert!(
            reports.contains(&latest.display().to_string()),
            "{moment:?}: latest is {latest:?} of {reports:?}"
        );
        for report in &reports {
            // Whole: every file can be read, the books foot, the evidence sums.
            Report::read(&out.join(report), None);
            assert!(out.join(report).join("manifest.json").is_file(), "{moment:?}: {report}");
        }
    }
    assert!(killed >= 3, "only {killed} runs were killed before they ended");
    world.write("maker.csv", buyers(60));
    let report = world.report();
    assert_eq!(report.entities().len(), 60);
    let left: Vec<String> = folder_names(&out).into_iter().filter(|name| name.starts_with(".tmp-")).collect();
    assert_eq!(left, [""; 0], "the next run swept nothing");
}

#[test]
fn a_first_run_that_is_killed_leaves_no_report() {
    let world = World::new().threshold("chips = 4").sell_in(&buyers(3_000));
    if run_and_kill(&world, Moment::Folder) {
        assert_eq!(reports(&world.out()), [""; 0]);
        assert!(fs::read_link(world.out().join("latest")).is_err());
    }
    assert_eq!(world.report().entities().len(), 3_000);
}
