//! The cases of the suite, on the core.

use monaka_conformance::cases::{self, Case};
use monaka_conformance::files;
use monaka_conformance::lab::{Failure, Lab};

/// Runs the cases, and after each looks at what no guest can see.
fn assert_all_ok(cases: impl Iterator<Item = Case>, run: fn(Case) -> Result<(), Failure>) -> usize {
    let (mut count, mut failed) = (0, Vec::new());
    for case in cases {
        count += 1;
        let before = files::handles_open();
        if let Err(Failure(detail)) = run(case) {
            failed.push(format!("{}: {detail}", case.0));
        }
        if let Err(broken) = files::check() {
            failed.push(format!("{}: broken volume: {broken:?}", case.0));
        }
        if files::handles_open() != before {
            failed.push(format!("{}: handles are left open", case.0));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    count
}

#[test]
fn everywhere() {
    files::mount().unwrap();
    assert_eq!(
        assert_all_ok(cases::everywhere(), cases::in_directory),
        monaka_conformance::CASES
    );
}

#[test]
fn long() {
    files::mount().unwrap();
    assert_eq!(
        assert_all_ok(cases::long(), cases::in_directory),
        monaka_conformance::LONG_CASES
    );
}

#[test]
fn crowd() {
    files::mount().unwrap();
    assert_eq!(
        assert_all_ok(cases::crowd(), cases::in_directory),
        monaka_conformance::CROWD_CASES
    );
}

#[test]
fn read_only() {
    files::mount().unwrap();
    let lab = Lab::of_root().map_err(|Failure(detail)| detail).unwrap();
    lab.put("file", b"content\n")
        .map_err(|Failure(detail)| detail)
        .unwrap();
    lab.symlink("file", "link").unwrap();
    lab.mkdir("dir").unwrap();
    lab.mkdir("dir/inner").unwrap();
    drop(lab);
    files::make_read_only().unwrap();
    assert_eq!(
        assert_all_ok(cases::read_only(), cases::in_root),
        monaka_conformance::READ_ONLY_CASES
    );
}
