;; Paths that are no text, and numbers that no value has.

;;= path-ff = trap
(i32.store8 (global.get $BUFFER) (i32.const 0xff))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 1) (global.get $RET)) (call $code8)
;;= path-continuation-alone = trap
(i32.store8 (global.get $BUFFER) (i32.const 0x80))
(call $open-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 1) (i32.const 1) (i32.const 3)
  (global.get $RET))
(call $code4)
;;= path-cut-in-a-character = trap
(i32.store (global.get $BUFFER) (i32.const 0x0082e261))
(call $create-directory-at (global.get $root) (global.get $BUFFER) (i32.const 3) (global.get $RET)) (call $code1)
;;= path-overlong = trap
(i32.store (global.get $BUFFER) (i32.const 0x0000afc0))
(call $unlink-file-at (global.get $root) (global.get $BUFFER) (i32.const 2) (global.get $RET)) (call $code1)
;;= path-surrogate = trap
(i32.store (global.get $BUFFER) (i32.const 0x0080a0ed))
(call $metadata-hash-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 3) (global.get $RET))
(call $code8)
;;= path-beyond-unicode = trap
(i32.store (global.get $BUFFER) (i32.const 0x808090f4))
(call $remove-directory-at (global.get $root) (global.get $BUFFER) (i32.const 4) (global.get $RET)) (call $code1)
;;= path-good-then-bad = trap
(i64.store (global.get $BUFFER) (i64.const 0xff64617265746e69))
(call $readlink-at (global.get $root) (global.get $BUFFER) (i32.const 8) (global.get $RET)) (call $code4)
;;= rename-second-path-no-text = trap
(i32.store8 (global.get $BUFFER) (i32.const 0xfe))
(call $rename-at (global.get $root) (call $known) (global.get $root) (global.get $BUFFER) (i32.const 1)
  (global.get $RET))
(call $code1)
;;= link-first-path-no-text = trap
(i32.store8 (global.get $BUFFER) (i32.const 0xfe))
(call $link-at (global.get $root) (i32.const 0) (global.get $BUFFER) (i32.const 1) (global.get $root) (call $scratch)
  (global.get $RET))
(call $code1)
;;= symlink-target-no-text = trap
(i32.store8 (global.get $BUFFER) (i32.const 0xc0))
(call $symlink-at (global.get $root) (global.get $BUFFER) (i32.const 1) (call $link) (global.get $RET)) (call $code1)
;;= path-no-text-at-a-bad-handle = trap
(i32.store8 (global.get $BUFFER) (i32.const 0xff))
(call $stat-at (i32.const 0x7fffffff) (i32.const 1) (global.get $BUFFER) (i32.const 1) (global.get $RET))
(call $code8)
;;= path-of-zero-bytes = invalid / -
(i64.store (global.get $BUFFER) (i64.const 0))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 8) (global.get $RET)) (call $code8)
;;= path-4095-no-text = trap
(memory.fill (global.get $BUFFER) (i32.const 0xff) (i32.const 4095))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 4095) (global.get $RET)) (call $code8)
;; What is longer than a path may be is not looked at.
;;= path-4096-no-text = name-too-long / trap
(memory.fill (global.get $BUFFER) (i32.const 0xff) (i32.const 4096))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 4096) (global.get $RET)) (call $code8)
;;= path-4096 = name-too-long
(memory.fill (global.get $BUFFER) (i32.const 0x2e) (i32.const 4096))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 4096) (global.get $RET)) (call $code8)
;;= path-cut-at-4096-in-a-character = name-too-long
(memory.fill (global.get $BUFFER) (i32.const 0x61) (i32.const 4094))
(i32.store offset=4094 (global.get $BUFFER) (i32.const 0x00ac82e2))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 4097) (global.get $RET)) (call $code8)
;;= both-paths-of-20-kib = name-too-long
(memory.fill (global.get $BUFFER) (i32.const 0x61) (global.get $BUFFER_BYTES))
(call $rename-at (global.get $root) (global.get $BUFFER) (global.get $BUFFER_BYTES) (global.get $root)
  (global.get $BUFFER) (global.get $BUFFER_BYTES) (global.get $RET))
(call $code1)
;;= path-of-slashes = ok
(memory.fill (global.get $BUFFER) (i32.const 0x2f) (i32.const 4095))
(i32.store8 (global.get $BUFFER) (i32.const 0x2e))
(call $stat-at (global.get $root) (i32.const 1) (global.get $BUFFER) (i32.const 4095) (global.get $RET)) (call $code8)

;;= advice-6 = trap
(call $advise (global.get $root) (i64.const 0) (i64.const 0) (i32.const 6) (global.get $RET)) (call $code1)
;;= advice-ffffffff = trap
(call $advise (global.get $root) (i64.const 0) (i64.const 0) (i32.const -1) (global.get $RET)) (call $code1)
;;= timestamp-3 = trap
(call $set-times (global.get $root) (i32.const 3) (i64.const 0) (i32.const 0) (i32.const 0) (i64.const 0)
  (i32.const 0) (global.get $RET))
(call $code1)
;;= timestamp-ffffffff = trap
(call $set-times-at (global.get $root) (i32.const 0) (call $known) (i32.const 0) (i64.const 0) (i32.const 0)
  (i32.const -1) (i64.const 0) (i32.const 0) (global.get $RET))
(call $code1)
;;= nanoseconds-too-many = invalid / -
(call $set-times (global.get $root) (i32.const 2) (i64.const 0) (i32.const -1) (i32.const 0) (i64.const 0)
  (i32.const 0) (global.get $RET))
(call $code1)
;;= seconds-too-many = ok / -
(call $set-times (global.get $root) (i32.const 2) (i64.const -1) (i32.const 0) (i32.const 2) (i64.const -1)
  (i32.const 999999999) (global.get $RET))
(call $code1)
;; Flags that nothing means are left out.
;;= flags-with-all-bits = 8
(local $file i32)
(call $open-at (global.get $root) (i32.const -1) (call $known) (i32.const 0xfffffff0) (i32.const 0xffffffc1)
  (global.get $RET))
(call $read (i32.load offset=4 (global.get $RET)) (i64.const 100) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
