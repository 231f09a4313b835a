"""Files as Python programs use them: open, os, pathlib, shutil, tempfile.

Prints one line per operation.
"""

import errno
import io
import json
import os
import pathlib
import shutil
import tempfile


def show(what, act):
    try:
        outcome = repr(act())
    except OSError as error:
        outcome = errno.errorcode.get(error.errno, str(error))
    print(f"{what} = {outcome}")


def builtin_open(root):
    path = f"{root}/open"
    show("missing", lambda: open(path))
    with open(path, "w") as file:
        show("write", lambda: file.write("line 1\nline 2\nnaïve 🦀\n"))
    with open(path) as file:
        show("lines", lambda: [line.strip() for line in file])
    show("exclusive", lambda: open(path, "x"))
    with open(path, "r+b") as file:
        show("seek", lambda: file.seek(-5, io.SEEK_END))
        show("read", file.read)
        show("truncate", lambda: file.truncate(6))
        show("tell", file.tell)
    with open(path, "a") as file:
        show("append", lambda: file.write("appended"))
    with open(path) as file:
        show("appended", file.read)
    show("a directory", lambda: open(root, "w"))
    with open(path, "wb") as file:
        file.write(bytes(range(256)) * 4000)
    with open(path, "rb") as file:
        show("large", lambda: file.read() == bytes(range(256)) * 4000)


def posix(root):
    path = f"{root}/os"
    os.makedirs(f"{path}/a/b/c")
    show("makedirs again", lambda: os.makedirs(f"{path}/a/b/c"))
    show("exist_ok", lambda: os.makedirs(f"{path}/a/b/c", exist_ok=True))
    fd = os.open(f"{path}/fd", os.O_CREAT | os.O_RDWR | os.O_EXCL)
    show("write", lambda: os.write(fd, b"0123456789"))
    show("pread", lambda: os.pread(fd, 3, 4))
    show("pwrite", lambda: os.pwrite(fd, b"xy", 1))
    show("lseek", lambda: os.lseek(fd, 0, os.SEEK_SET))
    show("read", lambda: os.read(fd, 100))
    show("ftruncate", lambda: os.ftruncate(fd, 5))
    show("fstat", lambda: os.fstat(fd).st_size)
    show("unlink while open", lambda: os.unlink(f"{path}/fd"))
    show("read after unlink", lambda: os.pread(fd, 100, 0))
    os.close(fd)
    show("symlink", lambda: os.symlink("a/b", f"{path}/link"))
    show("readlink", lambda: os.readlink(f"{path}/link"))
    show("link", lambda: (open(f"{path}/one", "w").close(), os.link(f"{path}/one", f"{path}/two")))
    show("nlink", lambda: os.stat(f"{path}/one").st_nlink)
    show("samefile", lambda: os.path.samefile(f"{path}/one", f"{path}/two"))
    show("rename", lambda: os.rename(f"{path}/one", f"{path}/three"))
    show("replace", lambda: os.replace(f"{path}/three", f"{path}/two"))
    show("rename a directory", lambda: os.rename(f"{path}/a", f"{path}/z"))
    show("rmdir full", lambda: os.rmdir(f"{path}/z"))
    show("utime", lambda: os.utime(f"{path}/two", ns=(1_000_000_001, 2_000_000_002)))
    show("times", lambda: (os.stat(f"{path}/two").st_atime_ns, os.stat(f"{path}/two").st_mtime_ns))
    show("scandir", lambda: sorted((e.name, e.is_file(), e.is_dir(), e.is_symlink()) for e in os.scandir(path)))
    show("walk", lambda: sorted((d[len(root) :], sorted(ds), sorted(fs)) for d, ds, fs in os.walk(path)))


def paths(root):
    base = pathlib.Path(root, "pathlib")
    base.mkdir()
    for i in range(5):
        (base / f"dir{i}" / "sub").mkdir(parents=True)
        (base / f"dir{i}" / "sub" / f"{i}.json").write_text(json.dumps({"i": i}))
    show("glob", lambda: sorted(str(p.relative_to(base)) for p in base.glob("*/sub")))
    show("rglob", lambda: sum(json.loads(p.read_text())["i"] for p in base.rglob("*.json")))
    show("touch", lambda: (base / "touched").touch())
    show("touch again", lambda: (base / "touched").touch(exist_ok=False))
    show("exists", lambda: ((base / "touched").exists(), (base / "none").exists()))
    show("bytes", lambda: ((base / "bytes").write_bytes(b"\0\1\2"), (base / "bytes").read_bytes()))
    show("resolve", lambda: str((base / "dir0/../dir1/./sub").resolve().relative_to(base.resolve())))
    show("iterdir", lambda: sorted(p.name for p in base.iterdir()))
    show("unlink", lambda: (base / "none").unlink())


def trees(root):
    base = f"{root}/shutil"
    os.makedirs(f"{base}/from/deep")
    with open(f"{base}/from/deep/file", "w") as file:
        file.write("content")
    os.symlink("deep/file", f"{base}/from/link")
    show("copytree", lambda: shutil.copytree(f"{base}/from", f"{base}/to", symlinks=True, copy_function=shutil.copyfile)[len(root) :])
    show("copied", lambda: open(f"{base}/to/link").read())
    show("copyfile", lambda: shutil.copyfile(f"{base}/to/link", f"{base}/file")[len(root) :])
    show("move", lambda: shutil.move(f"{base}/file", f"{base}/to/moved")[len(root) :])
    show("rmtree", lambda: shutil.rmtree(f"{base}/from"))
    show("left", lambda: sorted(os.listdir(base)))


def temporary(root):
    tempfile.tempdir = f"{root}/tmp"
    os.mkdir(tempfile.tempdir)
    with tempfile.TemporaryFile() as file:
        file.write(b"temporary")
        file.seek(0)
        show("temporary file", file.read)
    with tempfile.TemporaryDirectory() as path:
        with tempfile.NamedTemporaryFile(dir=path, mode="w+") as file:
            file.write("named")
            file.flush()
            show("named", lambda: open(file.name).read())
        show("in a directory", lambda: os.listdir(path))
    with tempfile.SpooledTemporaryFile(max_size=10) as file:
        file.write(b"more than ten bytes")
        file.seek(0)
        show("spooled", file.read)
    show("nothing left", lambda: os.listdir(tempfile.tempdir))


def main(root):
    builtin_open(root)
    posix(root)
    paths(root)
    trees(root)
    temporary(root)
