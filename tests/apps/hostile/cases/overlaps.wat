;; Buffers that lie over one another.

;;= result-in-the-path = ok
(memory.copy (i32.const 0x9000) (i32.const 0x110) (i32.const 9))
(call $open-at (global.get $root) (i32.const 1) (i32.const 0x9000) (i32.const 9) (i32.const 0) (i32.const 1)
  (i32.const 0x9000))
(call $code-at (i32.const 0x9000) (i32.const 4))
;;= result-of-stat-in-the-path = 8
(memory.copy (i32.const 0x9000) (i32.const 0x110) (i32.const 9))
(call $stat-at (global.get $root) (i32.const 1) (i32.const 0x9000) (i32.const 9) (i32.const 0x9000))
(call $number (i32.load (i32.const 0x9018)))
;;= result-in-the-second-path = no-entry
(memory.copy (i32.const 0x9000) (i32.const 0x120) (i32.const 7))
(call $rename-at (global.get $root) (call $missing) (global.get $root) (i32.const 0x9000) (i32.const 7)
  (i32.const 0x9003))
(call $code-at (i32.const 0x9003) (i32.const 1))
;;= paths-over-one-another = ok
(drop (call $file))
;; `scratch` and, from its start, `scratch` again: a rename to itself.
(call $rename-at (global.get $root) (call $scratch) (global.get $root) (call $scratch) (global.get $RET))
(call $code1)
;;= result-in-what-is-written = 65
(memory.fill (i32.const 0x9000) (i32.const 0x41) (i32.const 64))
(local.set 0 (call $file))
(call $write (local.get 0) (i32.const 0x9000) (i32.const 64) (i64.const 0) (i32.const 0x9008))
(call $read (local.get 0) (i64.const 64) (i64.const 0) (global.get $RET))
;; The byte where the result went.
(call $number (i32.load8_u offset=8 (i32.load offset=4 (global.get $RET))))
;;= result-in-what-a-stream-writes = 66
(memory.fill (i32.const 0x9000) (i32.const 0x42) (i32.const 64))
(call $output-write (call $output) (i32.const 0x9000) (i32.const 64) (i32.const 0x9010))
(call $read (call $open (call $scratch) (i32.const 0) (i32.const 1)) (i64.const 64) (i64.const 0) (global.get $RET))
(call $number (i32.load8_u offset=16 (i32.load offset=4 (global.get $RET))))
;; What is read lands on the result: the bytes are lost, nothing else is.
;;= read-into-the-result = 0 / -
(local.set 0 (call $known-file))
(global.set $answer (global.get $RET)) (global.set $mode (global.get $ANSWER))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (call $number (i32.const 0))
;;= stream-read-into-the-result = 0 / -
(local.set 0 (call $input))
(global.set $answer (i32.const 0x1002)) (global.set $mode (global.get $ANSWER))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (call $number (i32.const 0))
;;= directories-into-the-result = 0 / -
(global.set $answer (global.get $RET)) (global.set $mode (global.get $ANSWER))
(call $get-directories (global.get $RET)) (call $number (i32.const 0))
;;= entry-into-the-result = 0 / -
(local.set 0 (call $entries))
(global.set $answer (i32.const 0x1004)) (global.set $mode (global.get $ANSWER))
(call $read-directory-entry (local.get 0) (global.get $RET)) (call $number (i32.const 0))
;;= link-into-its-name = 107
(call $linked)
(memory.copy (i32.const 0x9000) (i32.const 0x138) (i32.const 4))
(global.set $answer (i32.const 0x9000)) (global.set $mode (global.get $ANSWER))
(call $readlink-at (global.get $root) (i32.const 0x9000) (i32.const 4) (global.get $RET))
(call $number (i32.load8_u (i32.load offset=4 (global.get $RET))))
;;= poll-into-its-list = 1
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (i32.store offset=4 (global.get $LIST) (local.get 0))
(global.set $answer (global.get $LIST)) (global.set $mode (global.get $ANSWER))
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET))
(call $number (i32.load offset=4 (i32.load (global.get $RET))))
;;= poll-with-its-result-in-the-list = 2
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (i32.store offset=4 (global.get $LIST) (local.get 0))
(call $poll (global.get $LIST) (i32.const 2) (global.get $LIST))
(call $number (i32.load offset=4 (global.get $LIST)))
;;= file-spliced-into-itself = 8
(local $file i32)
(local.set $file (call $file))
(call $write (local.get $file) (call $contents) (i64.const 0) (global.get $RET))
(call $read-via-stream (local.get $file) (i64.const 0) (global.get $OWN))
(local.set 0 (call $got))
(call $append-via-stream (local.get $file) (global.get $OWN))
(call $splice (call $got) (local.get 0) (i64.const 8) (global.get $RET)) (call $stream-number)
