//! `wasi:filesystem/preopens`.

use crate::lab::*;
use crate::wasi::filesystem::preopens::get_directories;

super::cases![
    one_root,
    root_is_a_directory,
    each_call_opens,
    dropping_it_keeps_the_others
];

fn one_root(_: &Lab) -> Outcome {
    let directories = get_directories();
    same(
        "paths",
        directories.iter().map(|(_, path)| path.as_str()).collect(),
        vec!["/"],
    )
}

fn root_is_a_directory(_: &Lab) -> Outcome {
    let root = root()?;
    same("type", root.get_type()?, DescriptorType::Directory)?;
    same("stat", root.stat()?.type_, DescriptorType::Directory)?;
    holds(
        "may read and change",
        root.get_flags()?.contains(READ | MUTATE),
    )
}

fn each_call_opens(lab: &Lab) -> Outcome {
    holds("same object", root()?.is_same_object(&lab.root))
}

fn dropping_it_keeps_the_others(lab: &Lab) -> Outcome {
    drop(root()?);
    lab.put("file", b"x")?;
    same(
        "still there",
        root()?.stat()?.type_,
        DescriptorType::Directory,
    )
}
