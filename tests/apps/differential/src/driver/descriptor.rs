//! The operations of `wasi:filesystem/types.descriptor`.

use super::world::World;
use super::{Operation, Step, tell};
use crate::wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

/// On the data of a file.
pub const DATA: &[Operation] = &[read, read, write, write, set_size, advise, sync, sync_data];

/// On entries.
pub const PATHS: &[Operation] = &[
    create_directory_at,
    create_directory_at,
    link_at,
    readlink_at,
    remove_directory_at,
    rename_at,
    rename_at,
    symlink_at,
    unlink_file_at,
];

/// What gives new handles.
pub const OPENING: &[Operation] = &[
    open_at,
    open_at,
    open_at,
    open_directory,
    read_via_stream,
    write_via_stream,
    append_via_stream,
    read_directory,
    World::preopen,
];

/// What tells or changes metadata.
pub const METADATA: &[Operation] = &[
    stat,
    stat_at,
    stat_at,
    set_times,
    set_times_at,
    get_flags,
    get_type,
    is_same_object,
    metadata_hash,
    metadata_hash_at,
];

fn read(world: &mut World) -> Step {
    let (len, offset) = (world.random.length(), world.random.offset());
    let (name, file) = world.file()?;
    let result = tell::result(file.read(len, offset), |(bytes, end)| {
        format!("{} end {end}", tell::bytes(&bytes))
    });
    Some((format!("{name}.read({len}, {offset})"), result))
}

fn write(world: &mut World) -> Step {
    let (content, offset) = (world.random.content(), world.random.offset());
    let (name, file) = world.file()?;
    let result = tell::value(file.write(&content, offset));
    let content = tell::bytes(&content);
    Some((format!("{name}.write({content}, {offset})"), result))
}

fn set_size(world: &mut World) -> Step {
    let size = world.random.offset();
    let (name, file) = world.file()?;
    let result = tell::done(file.set_size(size));
    Some((format!("{name}.set-size({size})"), result))
}

fn advise(world: &mut World) -> Step {
    let (offset, len) = (world.random.offset(), world.random.length());
    let advice = world.random.advice();
    let (name, file) = world.file()?;
    let result = tell::done(file.advise(offset, len, advice));
    Some((
        format!("{name}.advise({offset}, {len}, {advice:?})"),
        result,
    ))
}

fn sync(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    Some((format!("{name}.sync()"), tell::done(file.sync())))
}

fn sync_data(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    Some((format!("{name}.sync-data()"), tell::done(file.sync_data())))
}

fn create_directory_at(world: &mut World) -> Step {
    let path = world.random.path();
    let (name, base) = world.directory()?;
    let result = tell::done(base.create_directory_at(&path));
    let path = tell::path(&path);
    Some((format!("{name}.create-directory-at({path})"), result))
}

fn remove_directory_at(world: &mut World) -> Step {
    let path = world.random.path();
    let (name, base) = world.directory()?;
    let result = tell::done(base.remove_directory_at(&path));
    let path = tell::path(&path);
    Some((format!("{name}.remove-directory-at({path})"), result))
}

fn unlink_file_at(world: &mut World) -> Step {
    let path = world.random.path();
    let (name, base) = world.directory()?;
    let result = tell::done(base.unlink_file_at(&path));
    let path = tell::path(&path);
    Some((format!("{name}.unlink-file-at({path})"), result))
}

fn readlink_at(world: &mut World) -> Step {
    let path = world.random.path();
    let (name, base) = world.directory()?;
    let result = tell::result(base.readlink_at(&path), |target| tell::path(&target));
    let path = tell::path(&path);
    Some((format!("{name}.readlink-at({path})"), result))
}

fn symlink_at(world: &mut World) -> Step {
    let (target, path) = (world.random.path(), world.random.path());
    let (name, base) = world.directory()?;
    let result = tell::done(base.symlink_at(&target, &path));
    let (target, path) = (tell::path(&target), tell::path(&path));
    Some((format!("{name}.symlink-at({target}, {path})"), result))
}

/// Both directories may be the same.
fn rename_at(world: &mut World) -> Step {
    let (from, to) = (world.random.path(), world.random.path());
    let (one, old) = world.directories.any(&mut world.random)?;
    let (other, new) = world.directories.any(&mut world.random)?;
    let result = tell::done(old.rename_at(&from, new, &to));
    let (from, to) = (tell::path(&from), tell::path(&to));
    Some((format!("{one}.rename-at({from}, {other}, {to})"), result))
}

fn link_at(world: &mut World) -> Step {
    let follow = world.random.follow();
    let (from, to) = (world.random.path(), world.random.path());
    let (one, old) = world.directories.any(&mut world.random)?;
    let (other, new) = world.directories.any(&mut world.random)?;
    let result = tell::done(old.link_at(follow, &from, new, &to));
    let (follow, from, to) = (tell::flags(&follow), tell::path(&from), tell::path(&to));
    let operation = format!("{one}.link-at({follow}, {from}, {other}, {to})");
    Some((operation, result))
}

fn open_at(world: &mut World) -> Step {
    let (open, flags) = (world.random.open_flags(), world.random.descriptor_flags());
    open_with(world, open, flags)
}

/// So that there is always something to start from.
fn open_directory(world: &mut World) -> Step {
    let flags = world.random.directory_flags();
    open_with(world, OpenFlags::DIRECTORY, flags)
}

fn open_with(world: &mut World, open: OpenFlags, flags: DescriptorFlags) -> Step {
    let (follow, path) = (world.random.follow(), world.random.path());
    let (name, base) = world.directory()?;
    let opened = base.open_at(follow, &path, open, flags);
    let result = tell::result(opened, |descriptor| world.insert(descriptor));
    let path = tell::path(&path);
    let operation = format!(
        "{name}.open-at({}, {path}, {}, {})",
        tell::flags(&follow),
        tell::flags(&open),
        tell::flags(&flags),
    );
    Some((operation, result))
}

fn read_via_stream(world: &mut World) -> Step {
    let offset = world.random.offset();
    let (name, file) = world.file()?;
    let stream = file.read_via_stream(offset);
    let result = tell::result(stream, |stream| {
        world.inputs.insert(stream, &mut world.random)
    });
    Some((format!("{name}.read-via-stream({offset})"), result))
}

fn write_via_stream(world: &mut World) -> Step {
    let offset = world.random.offset();
    let (name, file) = world.file()?;
    let stream = file.write_via_stream(offset);
    let result = tell::result(stream, |stream| {
        world.outputs.insert(stream, &mut world.random)
    });
    Some((format!("{name}.write-via-stream({offset})"), result))
}

fn append_via_stream(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    let stream = file.append_via_stream();
    let result = tell::result(stream, |stream| {
        world.outputs.insert(stream, &mut world.random)
    });
    Some((format!("{name}.append-via-stream()"), result))
}

fn read_directory(world: &mut World) -> Step {
    let (name, directory) = world.directory()?;
    let listing = directory.read_directory();
    let result = tell::result(listing, |listing| {
        world.listings.insert(listing, &mut world.random)
    });
    Some((format!("{name}.read-directory()"), result))
}

fn stat(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    let result = tell::result(file.stat(), |stat| tell::stat(&stat));
    Some((format!("{name}.stat()"), result))
}

fn stat_at(world: &mut World) -> Step {
    let (follow, path) = (world.random.follow(), world.random.path());
    let (name, base) = world.directory()?;
    let result = tell::result(base.stat_at(follow, &path), |stat| tell::stat(&stat));
    Some((at(&name, "stat-at", follow, &path), result))
}

fn at(name: &str, function: &str, follow: PathFlags, path: &str) -> String {
    let (follow, path) = (tell::flags(&follow), tell::path(path));
    format!("{name}.{function}({follow}, {path})")
}

fn set_times(world: &mut World) -> Step {
    let (atime, mtime) = (world.random.timestamp(), world.random.timestamp());
    let (name, file) = world.file()?;
    let result = tell::done(file.set_times(atime, mtime));
    let (atime, mtime) = (tell::timestamp(atime), tell::timestamp(mtime));
    Some((format!("{name}.set-times({atime}, {mtime})"), result))
}

fn set_times_at(world: &mut World) -> Step {
    let (follow, path) = (world.random.follow(), world.random.path());
    let (atime, mtime) = (world.random.timestamp(), world.random.timestamp());
    let (name, base) = world.directory()?;
    let result = tell::done(base.set_times_at(follow, &path, atime, mtime));
    let (atime, mtime) = (tell::timestamp(atime), tell::timestamp(mtime));
    let call = at(&name, "set-times-at", follow, &path);
    Some((format!("{call} to {atime}, {mtime}"), result))
}

fn get_flags(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    let result = tell::result(file.get_flags(), |flags| tell::flags(&flags));
    Some((format!("{name}.get-flags()"), result))
}

fn get_type(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    let result = tell::result(file.get_type(), |kind| format!("{kind:?}"));
    Some((format!("{name}.get-type()"), result))
}

fn is_same_object(world: &mut World) -> Step {
    let (one, file) = world.files.any(&mut world.random)?;
    let (other, second) = match world.random.chance(90) {
        true => world.files.any(&mut world.random)?,
        false => world.directories.any(&mut world.random)?,
    };
    let result = file.is_same_object(second).to_string();
    Some((format!("{one}.is-same-object({other})"), result))
}

fn metadata_hash(world: &mut World) -> Step {
    let (name, file) = world.file()?;
    let hash = file.metadata_hash();
    let result = tell::result(hash, |hash| world.state(hash));
    Some((format!("{name}.metadata-hash()"), result))
}

fn metadata_hash_at(world: &mut World) -> Step {
    let (follow, path) = (world.random.follow(), world.random.path());
    let (name, base) = world.directory()?;
    let hash = base.metadata_hash_at(follow, &path);
    let result = tell::result(hash, |hash| world.state(hash));
    Some((at(&name, "metadata-hash-at", follow, &path), result))
}
