;; A program that lies to the functions that it imports, by hand: what no
;; compiler writes. It runs the cases whose numbers are its arguments, and prints
;; a line for each: number, outcome, and which part of the filesystem is not
;; whole afterwards, or 0.
;;
;; The test puts the cases of `cases/*.wat` in the places that are marked. A case
;; is a function of a handle; its outcome is a number:
;;
;;   0        done, or `ok`
;;   1 + n    the n-th `error-code`, also if it is that of a stream's error
;;   200      `closed`
;;   201      a stream's error that has no `error-code`
;;   300      handles that are wrong in different ways were not treated alike
;;   1000 + n the number n
;;
;; Memory:
;;
;;   0x0100  names                     0x1000  results of cases
;;   0x0400  a byte for each case      0x1080  results of what is below
;;   0x0700  what is printed           0x2000  handles that are wrong
;;   0x3000  a buffer of 20 KiB        0x8000  a buffer of 32 KiB
;;   0x10000 what the allocator gives
(module
  (type $case (func (param i32) (result i32)))

  (import "wasi:filesystem/preopens@0.2.12" "get-directories"
    (func $get-directories (param i32)))
  (import "wasi:filesystem/types@0.2.12" "filesystem-error-code"
    (func $filesystem-error-code (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read-via-stream"
    (func $read-via-stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.write-via-stream"
    (func $write-via-stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.append-via-stream"
    (func $append-via-stream (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.advise"
    (func $advise (param i32 i64 i64 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.sync-data"
    (func $sync-data (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.get-flags"
    (func $get-flags (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.get-type"
    (func $get-type (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.set-size"
    (func $set-size (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.set-times"
    (func $set-times (param i32 i32 i64 i32 i32 i64 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read"
    (func $read (param i32 i64 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.write"
    (func $write (param i32 i32 i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read-directory"
    (func $read-directory (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.sync"
    (func $sync (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.create-directory-at"
    (func $create-directory-at (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.stat"
    (func $stat (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.stat-at"
    (func $stat-at (param i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.set-times-at"
    (func $set-times-at (param i32 i32 i32 i32 i32 i64 i32 i32 i64 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.link-at"
    (func $link-at (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.open-at"
    (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.readlink-at"
    (func $readlink-at (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.remove-directory-at"
    (func $remove-directory-at (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.rename-at"
    (func $rename-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.symlink-at"
    (func $symlink-at (param i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.unlink-file-at"
    (func $unlink-file-at (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.is-same-object"
    (func $is-same-object (param i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.metadata-hash"
    (func $metadata-hash (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.metadata-hash-at"
    (func $metadata-hash-at (param i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]directory-entry-stream.read-directory-entry"
    (func $read-directory-entry (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[resource-drop]descriptor"
    (func $drop-descriptor (param i32)))
  (import "wasi:filesystem/types@0.2.12" "[resource-drop]directory-entry-stream"
    (func $drop-directory (param i32)))

  (import "wasi:io/streams@0.2.12" "[method]input-stream.read"
    (func $input-read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read"
    (func $blocking-read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.skip"
    (func $skip (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-skip"
    (func $blocking-skip (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.subscribe"
    (func $subscribe-input (param i32) (result i32)))
  (import "wasi:io/streams@0.2.12" "[resource-drop]input-stream"
    (func $drop-input (param i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.check-write"
    (func $check-write (param i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.write"
    (func $output-write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $blocking-write-and-flush (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.flush"
    (func $flush (param i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-flush"
    (func $blocking-flush (param i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.subscribe"
    (func $subscribe-output (param i32) (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.write-zeroes"
    (func $write-zeroes (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-zeroes-and-flush"
    (func $blocking-write-zeroes-and-flush (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.splice"
    (func $splice (param i32 i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-splice"
    (func $blocking-splice (param i32 i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[resource-drop]output-stream"
    (func $drop-output (param i32)))

  (import "wasi:io/poll@0.2.12" "poll" (func $poll (param i32 i32 i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.ready"
    (func $ready (param i32) (result i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.12" "[resource-drop]pollable" (func $drop-pollable (param i32)))
  (import "wasi:io/error@0.2.12" "[method]error.to-debug-string"
    (func $to-debug-string (param i32 i32)))
  (import "wasi:io/error@0.2.12" "[resource-drop]error" (func $drop-error (param i32)))

  (import "wasi:http/types@0.2.12" "http-error-code" (func $http-error-code (param i32 i32)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration"
    (func $subscribe-duration (param i64) (result i32)))
  (import "wasi:cli/environment@0.2.12" "get-arguments" (func $get-arguments (param i32)))
  (import "wasi:cli/stdin@0.2.12" "get-stdin" (func $get-stdin (result i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $get-stdout (result i32)))

  (memory (export "memory") 4)

  (data (i32.const 0x100) "known")
  (data (i32.const 0x108) "dir")
  (data (i32.const 0x110) "dir/inner")
  (data (i32.const 0x120) "scratch")
  (data (i32.const 0x128) "missing")
  (data (i32.const 0x130) "contents")
  (data (i32.const 0x138) "link")
  (data (i32.const 0x140) "fresh")
  (data (i32.const 0x148) "armed ")
  (data (i32.const 0x150) "SET-UP FAILED ")

  ;; Names, as pointer and length.
  (func $known (result i32 i32) i32.const 0x100 i32.const 5)
  (func $dir (result i32 i32) i32.const 0x108 i32.const 3)
  (func $inner (result i32 i32) i32.const 0x110 i32.const 9)
  (func $scratch (result i32 i32) i32.const 0x120 i32.const 7)
  (func $missing (result i32 i32) i32.const 0x128 i32.const 7)
  (func $contents (result i32 i32) i32.const 0x130 i32.const 8)
  (func $link (result i32 i32) i32.const 0x138 i32.const 4)
  (func $fresh (result i32 i32) i32.const 0x140 i32.const 5)

  (global $RET i32 (i32.const 0x1000))
  (global $OWN i32 (i32.const 0x1080))
  (global $BUFFER i32 (i32.const 0x3000))
  (global $BUFFER_BYTES i32 (i32.const 0x5000))
  (global $LIST i32 (i32.const 0x8000))

  ;; Host handles, and the root.
  (global $stdin (mut i32) (i32.const 0))
  (global $stdout (mut i32) (i32.const 0))
  (global $clock (mut i32) (i32.const 0))
  (global $root (mut i32) (i32.const 0))

  ;; Where memory ends.
  (func $end (result i32) (i32.shl (memory.size) (i32.const 16)))

  ;; ---- The allocator, which a case may have do something else, once, after
  ;; some calls.

  (global $heap (mut i32) (i32.const 0x10000))
  (global $mode (mut i32) (i32.const 0))
  (global $calls-before (mut i32) (i32.const 0))
  ;; What it returns in ANSWER.
  (global $answer (mut i32) (i32.const 0))
  ;; The handle that it uses.
  (global $used (mut i32) (i32.const 0))

  (global $ANSWER i32 (i32.const 1))
  (global $GROW i32 (i32.const 2))
  (global $TRAP i32 (i32.const 3))
  (global $STRICT i32 (i32.const 4))
  (global $STAT i32 (i32.const 5))
  (global $SAME i32 (i32.const 6))
  (global $READ i32 (i32.const 7))
  (global $WRITE i32 (i32.const 8))
  (global $POLL i32 (i32.const 9))
  (global $READY i32 (i32.const 10))
  (global $DROP i32 (i32.const 11))
  (global $SUBSCRIBE i32 (i32.const 12))
  (global $OPEN i32 (i32.const 13))
  (global $HOST i32 (i32.const 14))
  (global $SPLICE i32 (i32.const 15))

  (func (export "cabi_realloc")
      (param $old i32) (param $old-bytes i32) (param $align i32) (param $bytes i32) (result i32)
    (local $mode i32)
    (if (i32.eqz (global.get $mode))
      (then (return (call $bump (local.get $align) (local.get $bytes)))))
    (if (global.get $calls-before)
      (then
        (global.set $calls-before (i32.sub (global.get $calls-before) (i32.const 1)))
        (return (call $bump (local.get $align) (local.get $bytes)))))
    (local.set $mode (global.get $mode))
    (global.set $mode (i32.const 0))
    (if (i32.eq (local.get $mode) (global.get $ANSWER))
      (then (return (global.get $answer))))
    (if (i32.eq (local.get $mode) (global.get $GROW))
      (then (return (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))))
    (if (i32.eq (local.get $mode) (global.get $TRAP))
      (then (unreachable)))
    (if (i32.eq (local.get $mode) (global.get $STRICT))
      (then
        (if (i32.or (local.get $old) (local.get $old-bytes)) (then (unreachable)))
        (if (i32.ne (local.get $align) (i32.const 1)) (then (unreachable)))
        (if (i32.ne (local.get $bytes) (i32.const 8)) (then (unreachable)))))
    (if (i32.eq (local.get $mode) (global.get $STAT))
      (then (call $stat (global.get $root) (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $SAME))
      (then (drop (call $is-same-object (global.get $root) (global.get $root)))))
    (if (i32.eq (local.get $mode) (global.get $READ))
      (then (call $input-read (global.get $used) (i64.const 1) (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $WRITE))
      (then (call $output-write (global.get $used) (call $contents) (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $POLL))
      (then
        (i32.store (i32.const 0x1040) (global.get $used))
        (call $poll (i32.const 0x1040) (i32.const 1) (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $READY))
      (then (drop (call $ready (global.get $used)))))
    (if (i32.eq (local.get $mode) (global.get $DROP))
      (then (call $drop-descriptor (global.get $used))))
    (if (i32.eq (local.get $mode) (global.get $SUBSCRIBE))
      (then (drop (call $subscribe-input (global.get $used)))))
    (if (i32.eq (local.get $mode) (global.get $OPEN))
      (then
        (call $open-at (global.get $root) (i32.const 0) (call $known) (i32.const 0) (i32.const 1)
          (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $HOST))
      (then (call $check-write (global.get $stdout) (global.get $OWN))))
    (if (i32.eq (local.get $mode) (global.get $SPLICE))
      (then
        (call $splice (global.get $used) (global.get $stdin) (i64.const 1) (global.get $OWN))))
    (call $bump (local.get $align) (local.get $bytes)))

  (func $bump (param $align i32) (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $heap (i32.add (local.get $at) (local.get $bytes)))
    (if (i32.gt_u (global.get $heap) (call $end))
      (then
        (drop (memory.grow (i32.add (i32.shr_u (local.get $bytes) (i32.const 16)) (i32.const 1))))))
    (local.get $at))

  ;; ---- Outcomes, of the result at RET.

  ;; `result<_, error-code>`, whose cases are at this offset.
  (func $code-at (param $result i32) (param $offset i32) (result i32)
    (if (result i32) (i32.eqz (i32.load8_u (local.get $result)))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1)
          (i32.load8_u (i32.add (local.get $result) (local.get $offset)))))))
  (func $code1 (result i32) (call $code-at (global.get $RET) (i32.const 1)))
  (func $code4 (result i32) (call $code-at (global.get $RET) (i32.const 4)))
  (func $code8 (result i32) (call $code-at (global.get $RET) (i32.const 8)))

  ;; `result<_, stream-error>`.
  (func $stream-at (param $offset i32) (result i32)
    (local $error i32) (local $outcome i32)
    (if (i32.eqz (i32.load8_u (global.get $RET))) (then (return (i32.const 0))))
    (local.set $offset (i32.add (global.get $RET) (local.get $offset)))
    (if (i32.load8_u (local.get $offset)) (then (return (i32.const 200))))
    (local.set $error (i32.load offset=4 (local.get $offset)))
    (call $filesystem-error-code (local.get $error) (global.get $OWN))
    (local.set $outcome (i32.const 201))
    (if (i32.load8_u (global.get $OWN))
      (then
        (local.set $outcome
          (i32.add (i32.const 1) (i32.load8_u offset=1 (global.get $OWN))))))
    (call $drop-error (local.get $error))
    (local.get $outcome))
  (func $stream4 (result i32) (call $stream-at (i32.const 4)))
  (func $stream8 (result i32) (call $stream-at (i32.const 8)))

  ;; The number in a `result<u64, stream-error>`, or the error.
  (func $stream-number (result i32)
    (if (result i32) (i32.load8_u (global.get $RET))
      (then (call $stream8))
      (else (i32.add (i32.const 1000) (i32.wrap_i64 (i64.load offset=8 (global.get $RET)))))))

  (func $number (param $n i32) (result i32) (i32.add (i32.const 1000) (local.get $n)))

  ;; ---- What cases begin with.

  (func $open (param $path i32) (param $len i32) (param $open i32) (param $access i32) (result i32)
    (call $open-at (global.get $root) (i32.const 1) (local.get $path) (local.get $len)
      (local.get $open) (local.get $access) (global.get $OWN))
    (call $got))

  ;; The handle in the `result<handle, _>` at OWN.
  (func $got (result i32)
    (if (i32.load8_u (global.get $OWN)) (then (call $set-up-failed)))
    (i32.load offset=4 (global.get $OWN)))

  ;; A file `scratch` that is empty.
  (func $file (result i32)
    (call $open (call $scratch) (i32.const 9) (i32.const 3)))
  ;; The file `known`, to be read.
  (func $known-file (result i32)
    (call $open (call $known) (i32.const 0) (i32.const 1)))
  (func $input (result i32)
    (local $file i32)
    (local.set $file (call $known-file))
    (call $read-via-stream (local.get $file) (i64.const 0) (global.get $OWN))
    (call $drop-descriptor (local.get $file))
    (call $got))
  ;; A stream to `scratch`.
  (func $output (result i32)
    (call $write-via-stream (call $file) (i64.const 0) (global.get $OWN))
    (call $got))
  (func $pollable (result i32) (call $subscribe-input (call $input)))
  ;; The entries of the root.
  (func $entries (result i32)
    (call $read-directory (global.get $root) (global.get $OWN))
    (call $got))
  ;; An error of a file: it cannot be that long.
  (func $error (result i32)
    (call $write-via-stream (call $file) (i64.const -2) (global.get $OWN))
    (call $blocking-write-and-flush (call $got) (call $contents) (global.get $OWN))
    (if (i32.or
          (i32.eqz (i32.load8_u (global.get $OWN)))
          (i32.load8_u offset=4 (global.get $OWN)))
      (then (call $set-up-failed)))
    (i32.load offset=8 (global.get $OWN)))
  ;; A symbolic link `link` to `known`.
  (func $linked
    (call $unlink-file-at (global.get $root) (call $link) (global.get $OWN))
    (call $symlink-at (global.get $root) (call $known) (call $link) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (call $set-up-failed))))

  ;; What follows is what the case is about.
  (func $arm (call $print (i32.const 0x148) (i32.const 6)))

  (func $set-up-failed (call $print (i32.const 0x150) (i32.const 14)))

  ;; ---- Handles that are wrong: kind and handle of each. Kinds below 6 are
  ;; live handles of that kind, 6 has the bit of a filesystem's handle, 7 has not.

  (global $wrong (mut i32) (i32.const 0))
  (global $MADE_UP i32 (i32.const 6))
  (global $HOSTS i32 (i32.const 7))

  (func $add-wrong (param $kind i32) (param $handle i32)
    (i32.store (i32.add (i32.const 0x2000) (global.get $wrong)) (local.get $kind))
    (i32.store (i32.add (i32.const 0x2004) (global.get $wrong)) (local.get $handle))
    (global.set $wrong (i32.add (global.get $wrong) (i32.const 8))))

  (func $forge
    (local $stale i32)
    (if (global.get $wrong) (then (return)))
    (call $add-wrong (i32.const 0) (call $known-file))
    (call $add-wrong (i32.const 1) (call $entries))
    (call $add-wrong (i32.const 2) (call $input))
    (call $add-wrong (i32.const 3) (call $output))
    (call $add-wrong (i32.const 4) (call $pollable))
    (call $add-wrong (i32.const 5) (call $error))
    (local.set $stale (call $known-file))
    (call $drop-descriptor (local.get $stale))
    (call $add-wrong (global.get $MADE_UP) (local.get $stale))
    (local.set $stale (call $pollable))
    (call $drop-pollable (local.get $stale))
    (call $add-wrong (global.get $MADE_UP) (local.get $stale))
    ;; The index of the first handle, of other generations.
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x40040000))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x60000000))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x7ffc0000))
    ;; Its handle, with more marks.
    (call $add-wrong (global.get $MADE_UP) (i32.const 0xc0000000))
    ;; Indices that nothing has.
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x4001ffff))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x4003fffe))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x4003ffff))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x5a5a5a5a))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x6db6db6d))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0x7fffffff))
    (call $add-wrong (global.get $MADE_UP) (i32.const 0xffffffff))
    (call $add-wrong (global.get $HOSTS) (i32.const 0))
    (call $add-wrong (global.get $HOSTS) (global.get $stdin))
    (call $add-wrong (global.get $HOSTS) (global.get $stdout))
    (call $add-wrong (global.get $HOSTS) (global.get $clock))
    (call $add-wrong (global.get $HOSTS) (i32.const 0x0fffffff))
    (call $add-wrong (global.get $HOSTS) (i32.const 0x10000000))
    (call $add-wrong (global.get $HOSTS) (i32.const 0x3fffffff))
    (call $add-wrong (global.get $HOSTS) (i32.const 0x80000000))
    (call $add-wrong (global.get $HOSTS) (i32.const 0xbfffffff)))

  ;; The outcome of a case for every handle that is wrong for it.
  (func $each (param $case i32) (param $wanted i32) (result i32)
    (local $at i32) (local $kind i32) (local $outcome i32) (local $first i32)
    (call $forge)
    (call $arm)
    (local.set $first (i32.const -1))
    (loop $next
      (local.set $kind (i32.load (i32.add (i32.const 0x2000) (local.get $at))))
      (if (call $is-wrong (local.get $kind) (local.get $wanted))
        (then
          (local.set $outcome
            (call_indirect (type $case)
              (i32.load (i32.add (i32.const 0x2004) (local.get $at)))
              (local.get $case)))
          (if (i32.eq (local.get $first) (i32.const -1))
            (then (local.set $first (local.get $outcome))))
          (if (i32.ne (local.get $first) (local.get $outcome))
            (then (return (i32.const 300))))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (global.get $wrong))))
    (local.get $first))

  ;; What has not the filesystem's bit is for the host, except where a descriptor
  ;; or a stream of entries is wanted.
  (func $is-wrong (param $kind i32) (param $wanted i32) (result i32)
    (if (i32.eq (local.get $kind) (local.get $wanted)) (then (return (i32.const 0))))
    (i32.or
      (i32.ne (local.get $kind) (global.get $HOSTS))
      (i32.lt_u (local.get $wanted) (i32.const 2))))

  ;; ---- Whether the filesystem is whole: 0, or the first check that fails.

  (func $whole (result i32)
    (if (call $is-not-contents (call $known-file)) (then (return (i32.const 1))))
    (if (call $is-not-contents (call $open (call $inner) (i32.const 0) (i32.const 1)))
      (then (return (i32.const 2))))
    (if (i32.ne (call $count-entries) (i32.const 2)) (then (return (i32.const 3))))
    (if (call $loses-data) (then (return (i32.const 4))))
    (if (global.get $wrong)
      (then (if (call $live-ones-fail) (then (return (i32.const 5))))))
    (i32.const 0))

  ;; By position, and through a stream.
  (func $is-not-contents (param $file i32) (result i32)
    (local $stream i32) (local $fails i32)
    (call $read (local.get $file) (i64.const 100) (i64.const 0) (global.get $OWN))
    (local.set $fails (call $is-not-list (i32.load8_u offset=12 (global.get $OWN))))
    (call $read-via-stream (local.get $file) (i64.const 0) (global.get $OWN))
    (local.set $stream (call $got))
    (call $blocking-read (local.get $stream) (i64.const 100) (global.get $OWN))
    (local.set $fails (i32.or (local.get $fails) (call $is-not-list (i32.const 1))))
    (call $drop-input (local.get $stream))
    (call $drop-descriptor (local.get $file))
    (local.get $fails))
  (func $is-not-list (param $more i32) (result i32)
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (if (i32.ne (i32.load offset=8 (global.get $OWN)) (i32.const 8)) (then (return (i32.const 1))))
    (if (i32.eqz (local.get $more)) (then (return (i32.const 1))))
    (i64.ne
      (i64.load (i32.load offset=4 (global.get $OWN)))
      (i64.load (i32.const 0x130))))

  ;; Only `known` and `dir` are in the root; else a number that is too high.
  (func $count-entries (result i32)
    (local $stream i32) (local $count i32) (local $letter i32)
    (local.set $stream (call $entries))
    (block $done
      (loop $next
        (call $read-directory-entry (local.get $stream) (global.get $OWN))
        (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 100))))
        (br_if $done (i32.eqz (i32.load8_u offset=4 (global.get $OWN))))
        (local.set $letter (i32.load8_u (i32.load offset=12 (global.get $OWN))))
        (local.set $count
          (i32.add (local.get $count)
            (select (i32.const 1) (i32.const 100)
              (i32.or
                (i32.eq (local.get $letter) (i32.const 0x6b))
                (i32.eq (local.get $letter) (i32.const 0x64))))))
        (br $next)))
    (call $drop-directory (local.get $stream))
    (local.get $count))

  ;; Writes 80 KiB, over the edge of a chunk, and reads them.
  (func $loses-data (result i32)
    (local $file i32) (local $at i32) (local $fails i32)
    (call $fill)
    (local.set $file (call $open (call $fresh) (i32.const 5) (i32.const 3)))
    (loop $next
      (call $write (local.get $file) (global.get $BUFFER) (global.get $BUFFER_BYTES)
        (i64.extend_i32_u (local.get $at)) (global.get $OWN))
      (local.set $fails (i32.or (local.get $fails) (i32.load8_u (global.get $OWN))))
      (local.set $at (i32.add (local.get $at) (global.get $BUFFER_BYTES)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 0x14000))))
    (local.set $at (i32.const 0))
    (loop $next
      (call $read (local.get $file) (i64.extend_i32_u (global.get $BUFFER_BYTES))
        (i64.extend_i32_u (local.get $at)) (global.get $OWN))
      (local.set $fails (i32.or (local.get $fails) (call $is-not-buffer)))
      (local.set $at (i32.add (local.get $at) (global.get $BUFFER_BYTES)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 0x14000))))
    (call $drop-descriptor (local.get $file))
    (call $unlink-file-at (global.get $root) (call $fresh) (global.get $OWN))
    (i32.or (local.get $fails) (i32.load8_u (global.get $OWN))))
  (func $fill
    (local $at i32)
    (loop $next
      (i64.store (i32.add (global.get $BUFFER) (local.get $at))
        (i64.mul (i64.extend_i32_u (local.get $at)) (i64.const 0x9e3779b97f4a7c15)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (global.get $BUFFER_BYTES)))))
  (func $is-not-buffer (result i32)
    (local $at i32) (local $found i32)
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (if (i32.ne (i32.load offset=8 (global.get $OWN)) (global.get $BUFFER_BYTES))
      (then (return (i32.const 1))))
    (local.set $found (i32.load offset=4 (global.get $OWN)))
    (loop $next
      (if (i64.ne
            (i64.load (i32.add (local.get $found) (local.get $at)))
            (i64.load (i32.add (global.get $BUFFER) (local.get $at))))
        (then (return (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (global.get $BUFFER_BYTES))))
    (i32.const 0))

  ;; The live handles among the wrong ones still are what they were.
  (func $live-ones-fail (result i32)
    (call $get-type (i32.load (i32.const 0x2004)) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (call $read-directory-entry (i32.load (i32.const 0x200c)) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (call $skip (i32.load (i32.const 0x2014)) (i64.const 0) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (call $check-write (i32.load (i32.const 0x201c)) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (return (i32.const 1))))
    (if (i32.eqz (call $ready (i32.load (i32.const 0x2024)))) (then (return (i32.const 1))))
    (call $filesystem-error-code (i32.load (i32.const 0x202c)) (global.get $OWN))
    (i32.eqz (i32.load8_u (global.get $OWN))))

  ;; ---- The program.

  (func $run (export "wasi:cli/run@0.2.12#run") (result i32)
    (local $at i32) (local $left i32)
    (global.set $stdout (call $get-stdout))
    (global.set $stdin (call $get-stdin))
    (global.set $clock (call $subscribe-duration (i64.const 0)))
    (call $get-directories (global.get $OWN))
    (global.set $root (i32.load (i32.load (global.get $OWN))))
    (call $put (call $known))
    (call $create-directory-at (global.get $root) (call $dir) (global.get $OWN))
    (call $put (call $inner))
    (call $get-arguments (global.get $OWN))
    ;; They outlive what cases allocate.
    (global.set $base (global.get $heap))
    (local.set $at (i32.load (global.get $OWN)))
    (local.set $left (i32.load offset=4 (global.get $OWN)))
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (if (local.get $left)
        (then
          (call $case
            (call $parse (i32.load (local.get $at)) (i32.load offset=4 (local.get $at))))
          (br $next))))
    (i32.const 0))

  (global $base (mut i32) (i32.const 0))

  ;; A file with the contents `contents`.
  (func $put (param $path i32) (param $len i32)
    (local $file i32)
    (local.set $file
      (call $open (local.get $path) (local.get $len) (i32.const 9) (i32.const 3)))
    (call $write (local.get $file) (call $contents) (i64.const 0) (global.get $OWN))
    (if (i32.load8_u (global.get $OWN)) (then (call $set-up-failed)))
    (call $drop-descriptor (local.get $file)))

  (func $case (param $case i32)
    (local $kind i32) (local $outcome i32)
    (global.set $heap (global.get $base))
    (call $print-number (local.get $case))
    (local.set $kind (i32.load8_u (i32.add (i32.const 0x400) (local.get $case))))
    (if (i32.eq (local.get $kind) (i32.const 255)) (then (call $arm)))
    (local.set $outcome
      (if (result i32) (i32.ge_u (local.get $kind) (i32.const 254))
        (then (call_indirect (type $case) (i32.const 0) (local.get $case)))
        (else (call $each (local.get $case) (local.get $kind)))))
    (global.set $mode (i32.const 0))
    (global.set $calls-before (i32.const 0))
    (call $print-number (local.get $outcome))
    (call $unlink-file-at (global.get $root) (call $scratch) (global.get $OWN))
    (call $unlink-file-at (global.get $root) (call $link) (global.get $OWN))
    (call $print-number (call $whole))
    (i32.store8 (i32.const 0x700) (i32.const 10))
    (call $print (i32.const 0x700) (i32.const 1)))

  (func $parse (param $at i32) (param $len i32) (result i32)
    (local $n i32)
    (loop $next
      (if (local.get $len)
        (then
          (local.set $n
            (i32.add
              (i32.mul (local.get $n) (i32.const 10))
              (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $len (i32.sub (local.get $len) (i32.const 1)))
          (br $next))))
    (local.get $n))

  ;; The number and a space.
  (func $print-number (param $n i32)
    (local $at i32)
    (local.set $at (i32.const 0x720))
    (i32.store8 (local.get $at) (i32.const 32))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.rem_u (local.get $n) (i32.const 10)) (i32.const 48)))
      (local.set $n (i32.div_u (local.get $n) (i32.const 10)))
      (br_if $next (local.get $n)))
    (call $print (local.get $at) (i32.sub (i32.const 0x721) (local.get $at))))

  (func $print (param $at i32) (param $len i32)
    (call $blocking-write-and-flush (global.get $stdout) (local.get $at) (local.get $len)
      (i32.const 0x740)))

  ;; CASES
)
