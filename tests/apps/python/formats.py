"""What the standard library keeps in files: archives, databases, tables.

Prints one line per operation, like `operations`.
"""

import contextlib
import csv
import dbm.dumb
import filecmp
import fileinput
import glob
import gzip
import hashlib
import io
import os
import pickle
import shelve
import sqlite3
import tarfile
import zipfile

from operations import show

TEXT = "".join(f"line {i}: {i * 7919 % 1009}\n" for i in range(5000))


def archives(root):
    base = f"{root}/archives"
    os.makedirs(f"{base}/in/deep")
    for name in ("a.txt", "deep/b.txt"):
        with open(f"{base}/in/{name}", "w") as file:
            file.write(TEXT)
    with zipfile.ZipFile(f"{base}/z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(glob.glob("**/*.txt", root_dir=f"{base}/in", recursive=True)):
            archive.write(f"{base}/in/{path}", path)
        archive.writestr("made", "from a string")
    with zipfile.ZipFile(f"{base}/z.zip", "a") as archive:
        archive.writestr("added", "later")
    with zipfile.ZipFile(f"{base}/z.zip") as archive:
        show("zip names", archive.namelist)
        show("zip is intact", archive.testzip)
        show("zip reads back", lambda: archive.read("deep/b.txt").decode() == TEXT)
        archive.extractall(f"{base}/unzipped")
    show("unzipped", lambda: filecmp.cmp(f"{base}/in/a.txt", f"{base}/unzipped/a.txt", shallow=False))
    with tarfile.open(f"{base}/t.tar.gz", "w:gz") as archive:
        archive.add(f"{base}/in", "tree")
    with tarfile.open(f"{base}/t.tar.gz") as archive:
        show("tar names", lambda: sorted(archive.getnames()))
        show("tar reads back", lambda: archive.extractfile("tree/a.txt").read().decode() == TEXT)
        show("tar members", lambda: sorted((m.name, m.size) for m in archive if m.isfile()))
    with gzip.open(f"{base}/g.gz", "wt") as file:
        file.write(TEXT)
    with gzip.open(f"{base}/g.gz", "rt") as file:
        file.seek(12)
        show("gzip line", file.readline)
    with open(f"{base}/in/a.txt", "rb") as file:
        show("digest", lambda: hashlib.file_digest(file, "sha256").hexdigest())


def database(root):
    path = f"{root}/python.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        show("journal", connection.execute("PRAGMA journal_mode").fetchone)
        with connection:
            connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT, v BLOB)")
        for start in range(0, 2000, 100):
            with connection:
                rows = ((f"key {i}", bytes(i % 500)) for i in range(start, start + 100))
                connection.executemany("INSERT INTO t (k, v) VALUES (?, ?)", rows)
        try:
            with connection:
                connection.execute("DELETE FROM t")
                raise LookupError
        except LookupError:
            show("rolled back", connection.execute("SELECT count(*) FROM t").fetchone)
        connection.execute("VACUUM")
        with contextlib.closing(sqlite3.connect(f"{path}.copy")) as copy:
            connection.backup(copy)
    show("no journal left", lambda: sorted(n for n in os.listdir(root) if n.startswith("python.db")))
    for name in (path, f"{path}.copy"):
        with contextlib.closing(sqlite3.connect(name)) as connection:
            show("sums", connection.execute("SELECT count(*), sum(length(v)), max(k) FROM t").fetchone)
            show("intact", connection.execute("PRAGMA integrity_check").fetchone)


def tables(root):
    base = f"{root}/tables"
    os.mkdir(base)
    with open(f"{base}/t.csv", "w", newline="") as file:
        csv.writer(file).writerows([i, f'quoted "{i}"', i * i] for i in range(300))
    with open(f"{base}/t.csv", newline="") as file:
        show("csv", lambda: sum(int(row[2]) for row in csv.reader(file)))
    with open(f"{base}/p", "wb") as file:
        pickle.dump({"text": TEXT, "list": list(range(1000))}, file)
    with open(f"{base}/p", "rb") as file:
        show("pickle", lambda: pickle.load(file)["text"] == TEXT)
    with dbm.dumb.open(f"{base}/d", "c") as keys:
        keys.update({f"key {i}": f"value {i}" for i in range(100)})
        del keys["key 7"]
    with dbm.dumb.open(f"{base}/d") as keys:
        show("dbm", lambda: (len(keys), keys.get("key 8"), keys.get("key 7")))
    with shelve.Shelf(dbm.dumb.open(f"{base}/s", "c")) as shelf:
        shelf["list"] = [1, 2, 3]
    with shelve.Shelf(dbm.dumb.open(f"{base}/s")) as shelf:
        show("shelve", lambda: shelf["list"])
    with open(f"{base}/edited", "w") as file:
        file.write(TEXT)
    with fileinput.input(f"{base}/edited", inplace=True, backup=".bak") as lines:
        for line in lines:
            print(line.replace("line", "row"), end="")
    with open(f"{base}/edited") as file:
        show("edited in place", lambda: file.read() == TEXT.replace("line", "row"))
    with open(f"{base}/edited.bak") as file:
        show("backup", lambda: file.read() == TEXT)
    with open(f"{base}/buffered", "w+b", buffering=512) as file:
        for i in range(2000):
            file.write(i.to_bytes(4, "little"))
        file.seek(4 * 999)
        show("buffered", lambda: int.from_bytes(file.read(4), "little"))
        file.seek(-4, io.SEEK_CUR)
        file.write(b"over")
        file.flush()
        show("written over", lambda: os.pread(file.fileno(), 12, 4 * 998))
    show("files", lambda: sorted(os.path.basename(path) for path in glob.glob(f"{base}/*")))


def main(root):
    archives(root)
    database(root)
    tables(root)
