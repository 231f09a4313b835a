;; Lists of pollables with anything in them.

;; The host traps, which WASI allows; a list of nothing is nothing here.
;;= poll-nothing = 0
(call $poll (global.get $LIST) (i32.const 0) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
;;= poll-host-0 = trap
(i32.store (global.get $LIST) (i32.const 0))
(call $poll (global.get $LIST) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= poll-host-stream = trap
(i32.store (global.get $LIST) (global.get $stdin))
(call $poll (global.get $LIST) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= poll-a-file-and-the-host = 2 / -
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (i32.store offset=4 (global.get $LIST) (global.get $clock))
(call $block (global.get $clock))
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
;;= poll-a-file-and-a-host-that-waits = 1
(local.set 0 (call $pollable))
(i32.store offset=4 (global.get $LIST) (local.get 0))
(i32.store (global.get $LIST) (call $subscribe-duration (i64.const 3600000000000)))
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET))
(if (result i32) (i32.ne (i32.load offset=4 (global.get $RET)) (i32.const 1))
  (then (i32.const 300))
  (else (call $number (i32.load (i32.load (global.get $RET))))))
;;= poll-a-file-and-host-0 = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (i32.store offset=4 (global.get $LIST) (i32.const 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET)) (i32.const 0)
;;= poll-a-file-and-host-80000000 = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (i32.const 0x80000000)) (i32.store offset=4 (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET)) (i32.const 0)
;;= poll-a-file-and-a-host-stream = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (global.get $stdout)) (i32.store offset=4 (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 2) (global.get $RET)) (i32.const 0)
;;= poll-garbage = 4 / trap
(i32.store (global.get $LIST) (i32.const -1)) (i32.store offset=4 (global.get $LIST) (i32.const 0x40000000))
(i32.store offset=8 (global.get $LIST) (i32.const 0x7fffffff)) (i32.store offset=12 (global.get $LIST) (i32.const 0xc0000000))
(call $poll (global.get $LIST) (i32.const 4) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
;;= poll-one-many-times = 8000
(local $i i32)
(local.set 0 (call $pollable))
(loop $next
  (i32.store (i32.add (global.get $LIST) (i32.mul (local.get $i) (i32.const 4))) (local.get 0))
  (local.set $i (i32.add (local.get $i) (i32.const 1)))
  (br_if $next (i32.lt_u (local.get $i) (i32.const 8000))))
(call $poll (global.get $LIST) (i32.const 8000) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
;;= poll-a-list-that-needs-a-mebibyte = 262144 / -
(local.set 0 (call $pollable))
(local.set 0 (i32.const 0x40000))
(drop (memory.grow (i32.const 32)))
(memory.fill (local.get 0) (i32.const 0x7f) (i32.const 0x100000))
(global.set $heap (i32.const 0x140000))
(call $poll (local.get 0) (i32.const 0x40000) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
