// Files as a JavaScript program uses them: through wasi:filesystem and
// wasi:io/streams. Prints one line per operation.

import { getDirectories } from "wasi:filesystem/preopens@0.2.12";

// Set when the program runs: while its component is made, nothing can be called.
let root;

const follow = { symlinkFollow: true };
const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

/** Prints what `act` gives, or the error code that it throws. */
function show(what, act) {
  let outcome;
  try {
    outcome = act();
  } catch (error) {
    outcome = error?.payload ?? String(error);
  }
  console.log(`${what} = ${JSON.stringify(outcome, (_, value) => (typeof value === "bigint" ? Number(value) : value))}`);
}

/** Runs `act` with a resource, which is dropped afterwards. */
function using(resource, act) {
  try {
    return act(resource);
  } finally {
    resource[Symbol.dispose]();
  }
}

const open = (path, openFlags = {}, flags = { read: true }) => root.openAt(follow, path, openFlags, flags);
const create = (path) => open(path, { create: true, truncate: true }, { read: true, write: true });

function writeText(path, text) {
  using(create(path), (file) =>
    using(file.writeViaStream(0n), (stream) => stream.blockingWriteAndFlush(encode(text))),
  );
}

/** Everything from a place in a file on, through a stream. */
function readFrom(file, offset) {
  return using(file.readViaStream(offset), (stream) => {
    const parts = [];
    for (;;) {
      try {
        parts.push(...stream.blockingRead(65536n));
      } catch (error) {
        if (error.payload?.tag === "closed") return new Uint8Array(parts);
        throw error;
      }
    }
  });
}

const readText = (path) => using(open(path), (file) => decode(readFrom(file, 0n)));

function list(path) {
  return using(open(path, { directory: true }), (dir) =>
    using(dir.readDirectory(), (entries) => {
      const names = [];
      for (let entry; (entry = entries.readDirectoryEntry()); ) names.push(`${entry.name}: ${entry.type}`);
      return names.sort();
    }),
  );
}

function files() {
  show("open a missing file", () => open("none"));
  show("write", () => writeText("text", "naïve 🦀\n"));
  show("read", () => readText("text"));
  show("create exclusively", () => open("text", { create: true, exclusive: true }, { write: true }));
  using(create("file"), (file) => {
    show("write at", () => file.write(encode("0123456789"), 2n));
    show("read at", () => decode(file.read(4n, 5n)[0]));
    show("size", () => file.stat().size);
    show("cut", () => file.setSize(7n));
    show("append", () => using(file.appendViaStream(), (stream) => stream.blockingWriteAndFlush(encode("end"))));
    show("content", () => Array.from(readFrom(file, 0n)));
    show("content from an offset", () => decode(readFrom(file, 7n)));
    show("type", () => file.getType());
    show("unlink while open", () => root.unlinkFileAt("file"));
    show("still there", () => decode(file.read(3n, 7n)[0]));
  });
  show("gone", () => root.statAt(follow, "file").size);
}

function large() {
  const block = new Uint8Array(100_000).map((_, i) => i % 251);
  using(create("large"), (file) => {
    using(file.writeViaStream(0n), (stream) => {
      for (let at = 0; at < block.length; ) {
        const count = Math.min(Number(stream.checkWrite()), block.length - at);
        stream.write(block.subarray(at, at + count));
        stream.blockingFlush();
        at += count;
      }
    });
    show("written", () => file.stat().size);
    show("same content", () => readFrom(file, 0n).every((byte, i) => byte === block[i]));
  });
  using(open("large"), (from) =>
    using(create("copy"), (to) =>
      using(from.readViaStream(0n), (input) =>
        using(to.writeViaStream(0n), (output) => show("spliced", () => output.blockingSplice(input, 1000n))),
      ),
    ),
  );
  show("size of the copy", () => root.statAt(follow, "copy").size);
}

function directories() {
  show("mkdir", () => root.createDirectoryAt("dir"));
  show("mkdir again", () => root.createDirectoryAt("dir"));
  for (const name of ["b", "a", "c"]) writeText(`dir/${name}`, name);
  show("symlink", () => root.symlinkAt("a", "dir/link"));
  show("readlink", () => root.readlinkAt("dir/link"));
  show("through the link", () => readText("dir/link"));
  show("hard link", () => root.linkAt({}, "dir/a", root, "dir/hard"));
  show("links", () => root.statAt(follow, "dir/hard").linkCount);
  show("list", () => list("dir"));
  show("rename", () => root.renameAt("dir/b", root, "dir/z"));
  show("rename over", () => root.renameAt("dir/c", root, "dir/z"));
  show("list", () => list("dir"));
  show("read", () => readText("dir/z"));
  show("rmdir full", () => root.removeDirectoryAt("dir"));
  for (const name of ["a", "z", "link", "hard"]) root.unlinkFileAt(`dir/${name}`);
  show("rmdir", () => root.removeDirectoryAt("dir"));
  show("unlink a directory", () => root.unlinkFileAt("."));
}

function main() {
  const [[directory, name]] = getDirectories();
  root = directory;
  show("preopened", () => name);
  files();
  large();
  directories();
  show("the root", () => list("."));
}

export const run = { run: main };
