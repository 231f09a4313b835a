//! Volumes that start with files of the host.

use std::error::Error;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use monaka_host::{Limits, LoadError, Volume};
use tempfile::TempDir;

fn image(dir: &TempDir) -> PathBuf {
    let content = dir.path().join("content");
    fs::create_dir(&content).unwrap();
    fs::write(content.join("f"), vec![7; 200_000]).unwrap();
    let path = dir.path().join("state.img");
    let volume = Volume::from_directory(&content, Limits::default()).unwrap();
    volume.snapshot().unwrap().save(&path).unwrap();
    path
}

/// The error and what it was caused by, as `anyhow` shows them.
fn told(error: &LoadError) -> String {
    let source = error.source().map(ToString::to_string);
    format!("{error}: {}", source.unwrap_or_default())
}

#[test]
fn an_image_outlives_its_name_and_its_volume() {
    let dir = tempfile::tempdir().unwrap();
    let path = image(&dir);
    let bytes = fs::read(&path).unwrap();
    let volume = Volume::open_image(&path, Limits::default()).unwrap();
    assert_eq!(volume.usage().bytes, 0);
    let snapshot = volume.snapshot().unwrap();
    snapshot.save(&path).unwrap();
    fs::remove_file(&path).unwrap();
    drop(volume);
    let mut again = Vec::new();
    snapshot.write_image(&mut again).unwrap();
    assert_eq!(again, bytes);
}

#[test]
fn a_directory_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("d")).unwrap();
    fs::write(dir.path().join("d/f"), "before").unwrap();
    fs::hard_link(dir.path().join("d/f"), dir.path().join("same")).unwrap();
    symlink("d/f", dir.path().join("to")).unwrap();
    let volume = Volume::from_directory(dir.path(), Limits::default()).unwrap();
    fs::write(dir.path().join("d/f"), "after").unwrap();
    assert_eq!(volume.read("/to").unwrap(), b"before");
    volume.append("/same", b" and").unwrap();
    assert_eq!(volume.read("/d/f").unwrap(), b"before and");
    assert_eq!(fs::read(dir.path().join("same")).unwrap(), b"after");
    assert_eq!(volume.usage().bytes, 10, "what was changed");
}

#[test]
fn what_is_no_image_is_told_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let name = path.display();
    let open = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        told(&Volume::open_image(&path, Limits::default()).unwrap_err())
    };
    let not = format!("{name}: cannot be mounted: not a Monaka image");
    assert_eq!(open(b""), not);
    assert_eq!(open(&[0; 5000]), not);
    let whole = fs::read(image(&dir)).unwrap();
    let length = "cannot be mounted: image of the wrong length";
    assert_eq!(open(&whole[..whole.len() - 1]), format!("{name}: {length}"));
    let mut damaged = whole.clone();
    damaged[whole.len() - 16] ^= 1;
    assert!(open(&damaged).contains("damaged image index"));

    let bytes = Volume::from_image_bytes(&b"MONAKA"[..], Limits::default()).unwrap_err();
    assert_eq!(
        told(&bytes),
        "the image: cannot be mounted: not a Monaka image"
    );
    fs::remove_file(&path).unwrap();
    let missing = Volume::open_image(&path, Limits::default()).unwrap_err();
    assert!(told(&missing).starts_with(&format!("{name}: cannot be read: No such file")));
    let directory = Volume::open_image(dir.path(), Limits::default()).unwrap_err();
    assert!(matches!(directory, LoadError::Read { .. }), "{directory:?}");
}

#[test]
fn an_image_with_more_than_the_limits_allow_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits {
        inodes_max: 1,
        ..Limits::default()
    };
    let error = Volume::open_image(image(&dir), limits).unwrap_err();
    assert!(matches!(error, LoadError::Limits { .. }), "{error:?}");
    assert!(told(&error).ends_with("more than the limits of the volume allow: no space left"));
}

#[test]
fn a_directory_that_cannot_be_packed_names_what_and_why() {
    let dir = tempfile::tempdir().unwrap();
    symlink("/etc", dir.path().join("out")).unwrap();
    let error = Volume::from_directory(dir.path(), Limits::default()).unwrap_err();
    let told = told(&error);
    assert!(told.starts_with(&format!("{}: cannot be packed: ", dir.path().display())));
    assert!(
        told.contains("/out: the symbolic link points out of"),
        "{told}"
    );
    fs::write(dir.path().join("f"), "").unwrap();
    let error = Volume::from_directory(dir.path().join("f"), Limits::default()).unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }), "{error:?}");
}
