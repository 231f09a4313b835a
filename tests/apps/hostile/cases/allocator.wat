;; An allocator that answers nonsense, or calls while it is called.

;;= answer-behind-the-end = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= answer-over-the-end = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $answer (i32.sub (call $end) (i32.const 7))) (global.set $mode (global.get $ANSWER))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= answer-before-the-end = 8
(global.set $answer (i32.sub (call $end) (i32.const 8))) (global.set $mode (global.get $ANSWER))
(local.set 0 (call $known-file))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= answer-at-the-last-address = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $answer (i32.const -1)) (global.set $mode (global.get $ANSWER))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= answer-that-wraps = trap
(local.set 0 (call $input)) (call $arm)
(global.set $answer (i32.const -4)) (global.set $mode (global.get $ANSWER))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= answer-for-a-link-behind-the-end = trap
(call $linked) (call $arm)
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER))
(call $readlink-at (global.get $root) (call $link) (global.get $RET)) (i32.const 0)
;;= answer-for-an-entry-behind-the-end = trap
(local.set 0 (call $entries)) (call $arm)
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER))
(call $read-directory-entry (local.get 0) (global.get $RET)) (i32.const 0)
;;= answer-for-a-debug-string-behind-the-end = trap
(local.set 0 (call $error)) (call $arm)
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER))
(call $to-debug-string (local.get 0) (global.get $RET)) (i32.const 0)
;;= answer-for-directories-misaligned = trap
(global.set $answer (i32.const 0x9002)) (global.set $mode (global.get $ANSWER))
(call $get-directories (global.get $RET)) (i32.const 0)
;;= answer-for-directories-behind-the-end = trap
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER))
(call $get-directories (global.get $RET)) (i32.const 0)
;;= second-answer-for-directories-behind-the-end = trap
(global.set $answer (call $end)) (global.set $mode (global.get $ANSWER)) (global.set $calls-before (i32.const 1))
(call $get-directories (global.get $RET)) (i32.const 0)
;;= answer-for-a-poll-misaligned = trap
(local.set 0 (call $pollable)) (i32.store (global.get $LIST) (local.get 0)) (call $arm)
(global.set $answer (i32.const 0x9001)) (global.set $mode (global.get $ANSWER))
(call $poll (global.get $LIST) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= answer-for-a-poll-over-the-end = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (i32.store offset=4 (global.get $LIST) (local.get 0)) (call $arm)
(global.set $answer (i32.sub (call $end) (i32.const 4))) (global.set $mode (global.get $ANSWER))
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET)) (i32.const 0)
;;= answer-for-nothing-behind-the-end = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $answer (i32.add (call $end) (i32.const 1))) (global.set $mode (global.get $ANSWER))
(call $read (local.get 0) (i64.const 0) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= answer-is-0 = ok
(local $kept i64) (local $all i32)
(local.set $kept (i64.load (i32.const 0)))
(local.set 0 (call $input))
(global.set $answer (i32.const 0)) (global.set $mode (global.get $ANSWER))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET))
(i64.ne (i64.load (i32.const 0)) (i64.load (i32.const 0x130)))
(i64.store (i32.const 0) (local.get $kept))
;;= asked-as-the-abi-says = 8
(local.set 0 (call $known-file))
(global.set $mode (global.get $STRICT))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET))
(call $number (i32.load offset=8 (global.get $RET)))
;;= grows = ok
(local.set 0 (call $input))
(global.set $mode (global.get $GROW))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET))
(i64.ne (i64.load (i32.load offset=4 (global.get $RET))) (i64.load (i32.const 0x130)))
;;= grows-for-directories = ok
(global.set $mode (global.get $GROW))
(call $get-directories (global.get $RET))
(call $stat (i32.load (i32.load (global.get $RET))) (global.get $RET)) (call $code8)
;;= grows-for-an-entry = ok
(local.set 0 (call $entries))
(global.set $mode (global.get $GROW))
(call $read-directory-entry (local.get 0) (global.get $RET)) (call $code4)
;;= traps = trap
(local.set 0 (call $input)) (call $arm)
(global.set $mode (global.get $TRAP))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)

;; No call comes in while the allocator runs.

;;= stat-during-read = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $mode (global.get $STAT))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= stat-during-stream-read = trap
(local.set 0 (call $input)) (call $arm)
(global.set $mode (global.get $STAT))
(call $blocking-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= stat-during-readlink = trap
(call $linked) (call $arm)
(global.set $mode (global.get $STAT))
(call $readlink-at (global.get $root) (call $link) (global.get $RET)) (i32.const 0)
;;= stat-during-read-directory-entry = trap
(local.set 0 (call $entries)) (call $arm)
(global.set $mode (global.get $STAT))
(call $read-directory-entry (local.get 0) (global.get $RET)) (i32.const 0)
;;= stat-during-get-directories = trap
(global.set $mode (global.get $STAT))
(call $get-directories (global.get $RET)) (i32.const 0)
;;= stat-late-in-get-directories = trap
(global.set $mode (global.get $STAT)) (global.set $calls-before (i32.const 1))
(call $get-directories (global.get $RET)) (i32.const 0)
;;= stat-during-poll = trap
(local.set 0 (call $pollable)) (i32.store (global.get $LIST) (local.get 0)) (call $arm)
(global.set $mode (global.get $STAT))
(call $poll (global.get $LIST) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= stat-during-to-debug-string = trap
(local.set 0 (call $error)) (call $arm)
(global.set $mode (global.get $STAT))
(call $to-debug-string (local.get 0) (global.get $RET)) (i32.const 0)
;;= is-same-object-during-read = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $mode (global.get $SAME))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= open-during-read = trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $mode (global.get $OPEN))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;;= stream-read-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (local.get 0)) (call $arm)
(global.set $mode (global.get $READ))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= stream-write-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (call $output)) (call $arm)
(global.set $mode (global.get $WRITE))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= poll-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (call $pollable)) (call $arm)
(global.set $mode (global.get $POLL))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= ready-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (call $pollable)) (call $arm)
(global.set $mode (global.get $READY))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= subscribe-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (local.get 0)) (call $arm)
(global.set $mode (global.get $SUBSCRIBE))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= splice-during-stream-read = trap
(local.set 0 (call $input)) (global.set $used (call $output)) (call $arm)
(global.set $mode (global.get $SPLICE))
(call $input-read (local.get 0) (i64.const 8) (global.get $RET)) (i32.const 0)
;;= drop-during-read = trap
(local.set 0 (call $known-file)) (global.set $used (local.get 0)) (call $arm)
(global.set $mode (global.get $DROP))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (i32.const 0)
;; The allocator may run for the host, too.
;;= stat-during-get-arguments = - / trap
(global.set $mode (global.get $STAT))
(call $get-arguments (global.get $RET)) (i32.const 0)
;; A call of the host only cannot meet the filesystem half done.
;;= host-during-read = ok / trap
(local.set 0 (call $known-file)) (call $arm)
(global.set $mode (global.get $HOST))
(call $read (local.get 0) (i64.const 8) (i64.const 0) (global.get $RET)) (call $code4)
