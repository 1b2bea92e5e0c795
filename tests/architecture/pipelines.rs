//! The pipelines that come with the program read, and leave no detector out.

use std::fs;
use std::path::PathBuf;

use chipwatch_pipeline::{Loaded, load};

use crate::root;

fn pipelines() -> Vec<Loaded> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("pipelines")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.iter().map(|path| load(path).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn every_pipeline_reads_and_selects_detectors_that_exist() {
    for pipeline in pipelines() {
        let detect = &pipeline.file.detect;
        let built = chipwatch_detection::build(&detect.select, &detect.ignore, &detect.parameters);
        assert!(built.is_ok_and(|detectors| !detectors.is_empty()), "{}", pipeline.path.display());
        assert_eq!(pipeline.file.version, 1, "{}", pipeline.path.display());
    }
}

#[test]
fn every_detector_is_selected_by_a_pipeline() {
    let pipelines = pipelines();
    for detector in chipwatch_detection::all() {
        let selects = |pipeline: &Loaded| {
            let detect = &pipeline.file.detect;
            let named = detect.select.iter().any(|id| id == "all" || id == detector.id);
            named && !detect.ignore.iter().any(|id| id == detector.id)
        };
        assert!(pipelines.iter().any(selects), "no pipeline selects {}", detector.id);
    }
}
