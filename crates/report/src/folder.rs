//! The folder of a run: seen whole or not at all, one run at a time.
//!
//! A run writes into `.tmp-<pid>` and renames it when every byte is on the disk. Killed at any instant, the
//! reports that stood before stand whole, and `latest` names one of them.

mod same;

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::ReportError;
use same::first_difference;

const LOCK: &str = ".lock";
const TEMPORARY: &str = ".tmp-";
const NEW_LINK: &str = ".latest-";
const LATEST: &str = "latest";
/// Names the newest report where symbolic links are not to be had.
const LATEST_FILE: &str = "LATEST";

/// The folder that a run writes to. Dropped without [`RunFolder::publish`], it is removed.
#[derive(Debug)]
pub struct RunFolder {
    out: PathBuf,
    temporary: PathBuf,
    keep: bool,
    /// Held until the run is published or given up; the file itself stays.
    lock: File,
}

/// Where a run ended up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The folder of the run.
    pub path: PathBuf,
    /// The same report stood there before.
    pub stood_already: bool,
}

impl RunFolder {
    /// Locks a report folder, sweeps what killed runs left in it, and makes the place to write to.
    ///
    /// # Errors
    /// When another run holds the lock, or a folder cannot be made.
    pub fn open(out: &Path) -> Result<Self, ReportError> {
        fs::create_dir_all(out).map_err(|source| ReportError::io(out, source))?;
        let lock = lock(out)?;
        sweep(out)?;
        let temporary = out.join(format!("{TEMPORARY}{}", std::process::id()));
        fs::create_dir(&temporary).map_err(|source| ReportError::io(&temporary, source))?;
        Ok(Self { out: out.to_owned(), temporary, keep: false, lock })
    }

    /// Where to write the files of the run.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Puts the run in its place: `<run name>/`, and `latest` names it; or `<run name>.draft/` if it cannot be trusted.
    ///
    /// # Errors
    /// When a file cannot be written, or the same run gave another result before.
    pub fn publish(mut self, run_name: &str, trusted: bool) -> Result<Published, ReportError> {
        sync_files(&self.temporary)?;
        let name = if trusted { run_name.to_owned() } else { format!("{run_name}.draft") };
        let path = self.out.join(&name);
        let stands = path.is_dir();
        if trusted && stands {
            if let Some(file) = first_difference(&path, &self.temporary)? {
                self.keep = true;
                return Err(ReportError::DifferentResult {
                    standing: path,
                    new: self.temporary.clone(),
                    file,
                });
            }
        } else {
            if stands {
                // A draft takes the place of an earlier one, which is swept like any unfinished folder.
                let earlier = self.out.join(format!("{TEMPORARY}earlier-{}", std::process::id()));
                rename(&path, &earlier)?;
                rename(&self.temporary, &path)?;
                remove(&earlier)?;
            } else {
                rename(&self.temporary, &path)?;
            }
            self.keep = true;
            sync_folder(&self.out)?;
        }
        if trusted {
            point_latest(&self.out, &name)?;
            sync_folder(&self.out)?;
        }
        Ok(Published { path, stood_already: trusted && stands })
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed now is swept by the next run.
            drop(fs::remove_dir_all(&self.temporary));
        }
        // Closing is not enough: a process that is being started holds a copy of the handle for a moment.
        drop(self.lock.unlock());
    }
}

fn lock(out: &Path) -> Result<File, ReportError> {
    let path = out.join(LOCK);
    let failed = |source| ReportError::io(&path, source);
    let options = File::options().read(true).write(true).create(true).truncate(false).to_owned();
    let mut file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Some systems let nobody read a locked file: then the holder stays unknown.
            let holder = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(ReportError::Locked { path: out.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    file.write_all(format!("{}\n", std::process::id()).as_bytes()).map_err(failed)?;
    Ok(file)
}

/// Removes what killed runs left. Only the holder of the lock may do so.
fn sweep(out: &Path) -> Result<(), ReportError> {
    for name in names(out)? {
        if name.starts_with(TEMPORARY) || name.starts_with(NEW_LINK) {
            remove(&out.join(name))?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), ReportError> {
    let failed = |source| ReportError::io(path, source);
    // A link is removed, never followed.
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    if kind.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(failed)
}

fn rename(from: &Path, to: &Path) -> Result<(), ReportError> {
    fs::rename(from, to).map_err(|source| ReportError::io(to, source))
}

/// Names of the entries of a folder; ours are all UTF-8.
fn names(folder: &Path) -> Result<BTreeSet<String>, ReportError> {
    let failed = |source| ReportError::io(folder, source);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

fn sync_files(folder: &Path) -> Result<(), ReportError> {
    let names: Vec<String> = names(folder)?.into_iter().collect();
    names.par_iter().try_for_each(|name| {
        let path = folder.join(name);
        // Some systems sync a file only through a handle that may write.
        let file = File::options().write(true).open(&path);
        file.and_then(|file| file.sync_all()).map_err(|source| ReportError::io(&path, source))
    })?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> Result<(), ReportError> {
    if cfg!(unix) {
        let opened = File::open(folder);
        opened.and_then(|file| file.sync_all()).map_err(|source| ReportError::io(folder, source))?;
    }
    Ok(())
}

/// Lets `latest` name a run, in one step: a reader sees the old one or the new one.
fn point_latest(out: &Path, name: &str) -> Result<(), ReportError> {
    let new = out.join(format!("{NEW_LINK}{}", std::process::id()));
    let file = out.join(LATEST_FILE);
    if link(name, &new).and_then(|()| fs::rename(&new, out.join(LATEST))).is_ok() {
        // Two answers to one question would be one too many.
        return if file.exists() { remove(&file) } else { Ok(()) };
    }
    if new.symlink_metadata().is_ok() {
        remove(&new)?;
    }
    let failed = |source| ReportError::io(&new, source);
    let mut text = File::create(&new).map_err(failed)?;
    text.write_all(format!("{name}\n").as_bytes()).and_then(|()| text.sync_all()).map_err(failed)?;
    rename(&new, &file)
}

#[cfg(unix)]
fn link(name: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(name, at)
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::same::MANIFEST;
    use super::*;

    fn run(out: &Path, name: &str, files: &[(&str, &str)], trusted: bool) -> Result<Published, ReportError> {
        let folder = RunFolder::open(out)?;
        for (file, text) in files {
            fs::write(folder.path().join(file), text).unwrap();
        }
        folder.publish(name, trusted)
    }

    fn latest(out: &Path) -> String {
        fs::read_link(out.join(LATEST)).unwrap().to_string_lossy().into_owned()
    }

    fn visible(out: &Path) -> Vec<String> {
        names(out).unwrap().into_iter().filter(|name| name != LOCK).collect()
    }

    #[test]
    fn a_run_is_published_whole_and_latest_names_it() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path().join("reports/canonical");
        let first = run(&out, "2026-09-30-aaaaaaaa", &[("report.json", "{}")], true).unwrap();
        assert!(!first.stood_already && first.path.join("report.json").is_file());
        assert_eq!(latest(&out), "2026-09-30-aaaaaaaa");
        run(&out, "2026-10-31-bbbbbbbb", &[("report.json", "{}")], true).unwrap();
        assert_eq!(latest(&out), "2026-10-31-bbbbbbbb");
        assert_eq!(visible(&out), ["2026-09-30-aaaaaaaa", "2026-10-31-bbbbbbbb", "latest"]);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        fs::create_dir_all(out.join(".tmp-dead-17/deep")).unwrap();
        fs::create_dir(out.join("mine")).unwrap();
        link("mine", &out.join(".tmp-link")).unwrap();
        link("gone", &out.join(".latest-17")).unwrap();
        drop(RunFolder::open(out).unwrap());
        assert_eq!(visible(out), ["mine"]);
    }

    #[test]
    fn a_second_run_is_refused_and_told_who_holds_the_lock() {
        let out = tempfile::tempdir().unwrap();
        let first = RunFolder::open(out.path()).unwrap();
        let refused = RunFolder::open(out.path()).unwrap_err();
        assert!(
            matches!(refused, ReportError::Locked { holder: Some(pid), .. } if pid == std::process::id())
        );
        assert!(first.path().is_dir(), "the refused run swept nothing");
        drop(first);
        RunFolder::open(out.path()).unwrap();
    }

    #[test]
    fn the_same_result_is_accepted_again_and_another_refused() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        run(out, "r", &[("a.csv", "1"), (MANIFEST, "monday")], true).unwrap();
        run(out, "s", &[("a.csv", "2")], true).unwrap();
        let again = run(out, "r", &[("a.csv", "1"), (MANIFEST, "tuesday")], true).unwrap();
        assert!(again.stood_already);
        assert_eq!(latest(out), "r");
        assert_eq!(fs::read_to_string(out.join("r").join(MANIFEST)).unwrap(), "monday");
        assert_eq!(visible(out), ["latest", "r", "s"]);

        for (files, differs) in [
            (&[("a.csv", "X")][..], "a.csv"),
            (&[("a.csv", "1"), ("b.csv", "")], "b.csv"),
            (&[("b.csv", "1")], "a.csv"),
        ] {
            let error = run(out, "r", files, true).unwrap_err();
            assert!(matches!(error, ReportError::DifferentResult { file, .. } if file == differs));
            assert_eq!(fs::read_to_string(out.join("r/a.csv")).unwrap(), "1");
        }
    }

    #[test]
    fn a_draft_replaces_a_draft_and_leaves_latest_alone() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        run(out, "good", &[("a.csv", "1")], true).unwrap();
        let draft = run(out, "bad", &[("a.csv", "1"), ("old.csv", "")], false).unwrap();
        assert!(draft.path.ends_with("bad.draft"));
        run(out, "bad", &[("a.csv", "2")], false).unwrap();
        assert_eq!(names(&draft.path).unwrap(), BTreeSet::from(["a.csv".to_owned()]));
        assert_eq!(latest(out), "good");
        assert_eq!(visible(out), ["bad.draft", "good", "latest"]);
    }

    #[test]
    fn where_no_link_can_be_made_a_file_names_the_newest() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        // A folder of that name cannot be replaced by a link.
        fs::create_dir(out.join(LATEST)).unwrap();
        run(out, "r", &[("a.csv", "1")], true).unwrap();
        assert_eq!(fs::read_to_string(out.join(LATEST_FILE)).unwrap(), "r\n");
        fs::remove_dir(out.join(LATEST)).unwrap();
        run(out, "s", &[("a.csv", "1")], true).unwrap();
        assert_eq!(latest(out), "s");
        assert_eq!(visible(out), ["latest", "r", "s"]);
    }
}
