;; Lengths and offsets near 2^32 and 2^64.

;;= read-ffffffff = 8
(call $read (call $known-file) (i64.const 0xffffffff) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-100000000 = 8
(call $read (call $known-file) (i64.const 0x100000000) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-100000001 = 8
(call $read (call $known-file) (i64.const 0x100000001) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-of-everything = 8
(call $read (call $known-file) (i64.const -1) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-that-wraps = 0
(call $read (call $known-file) (i64.const -1) (i64.const -1) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-at-100000000 = 0
(call $read (call $known-file) (i64.const 8) (i64.const 0x100000000) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= stream-read-100000000 = 8
(call $input-read (call $input) (i64.const 0x100000000) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= stream-read-of-everything = 8
(call $blocking-read (call $input) (i64.const -1) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= stream-read-at-the-last-offset = closed
(call $read-via-stream (call $known-file) (i64.const -1) (global.get $OWN))
(call $blocking-read (call $got) (i64.const -1) (global.get $RET)) (call $stream4)
;;= skip-100000000 = 8
(call $skip (call $input) (i64.const 0x100000000) (global.get $RET)) (call $stream-number)
;;= skip-of-everything = 8
(call $blocking-skip (call $input) (i64.const -1) (global.get $RET)) (call $stream-number)
;;= splice-100000000 = 8
(call $splice (call $output) (call $input) (i64.const 0x100000000) (global.get $RET)) (call $stream-number)
;;= splice-of-everything = 8
(call $blocking-splice (call $output) (call $input) (i64.const -1) (global.get $RET)) (call $stream-number)
;;= splice-of-everything-from-the-host = closed
(call $blocking-splice (call $output) (global.get $stdin) (i64.const -1) (global.get $RET)) (call $stream-number)
;;= splice-of-nothing-to-the-host = 0
(call $splice (global.get $stdout) (call $input) (i64.const 0) (global.get $RET)) (call $stream-number)
;;= write-zeroes-of-everything = file-too-large
(call $write-zeroes (call $output) (i64.const -1) (global.get $RET)) (call $stream4)
;;= write-zeroes-8000000000000000 = file-too-large
(call $blocking-write-zeroes-and-flush (call $output) (i64.const 0x8000000000000000) (global.get $RET)) (call $stream4)
;;= write-zeroes-behind-the-last-offset = file-too-large
(call $write-via-stream (call $file) (i64.const -2) (global.get $OWN))
(call $write-zeroes (call $got) (i64.const 4) (global.get $RET)) (call $stream4)
;;= stream-write-behind-the-last-offset = file-too-large
(call $write-via-stream (call $file) (i64.const -2) (global.get $OWN))
(call $output-write (call $got) (call $contents) (global.get $RET)) (call $stream4)
;;= write-at-the-last-offset = file-too-large
(call $write (call $file) (call $contents) (i64.const -1) (global.get $RET)) (call $code8)
;;= write-that-wraps-around = file-too-large
(call $write (call $file) (call $contents) (i64.const -4) (global.get $RET)) (call $code8)
;;= write-of-nothing-at-the-last-offset = ok
(call $write (call $file) (i32.const 0) (i32.const 0) (i64.const -1) (global.get $RET)) (call $code8)
;;= set-size-of-everything = file-too-large
(call $set-size (call $file) (i64.const -1) (global.get $RET)) (call $code1)
;;= set-size-8000000000000000 = file-too-large
(call $set-size (call $file) (i64.const 0x8000000000000000) (global.get $RET)) (call $code1)
;;= set-size-7fffffffffffffff = file-too-large
(call $set-size (call $file) (i64.const 0x7fffffffffffffff) (global.get $RET)) (call $code1)
;;= set-size-100000000-and-read-behind-it = 0
(local.set 0 (call $file))
(call $set-size (local.get 0) (i64.const 0x100000000) (global.get $RET))
(if (call $code1) (then (unreachable)))
(call $read (local.get 0) (i64.const -1) (i64.const 0x100000000) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= read-a-hole-of-4-gib = ok
(local.set 0 (call $file))
(call $set-size (local.get 0) (i64.const 0x100000000) (global.get $RET))
(call $read (local.get 0) (i64.const 0x100000000) (i64.const 0) (global.get $RET)) (call $code4)
;;= skip-a-hole-of-4-gib = ok
(local.set 0 (call $file))
(call $set-size (local.get 0) (i64.const 0x100000005) (global.get $RET))
(call $read-via-stream (local.get 0) (i64.const 0) (global.get $OWN))
(call $skip (call $got) (i64.const -1) (global.get $RET)) (call $stream8)
;;= advise-everything = ok
(call $advise (call $known-file) (i64.const -1) (i64.const -1) (i32.const 3) (global.get $RET)) (call $code1)
