;; Pointers and lengths that lead out of memory, and where results cannot go.

;;= path-behind-the-end = trap
(call $stat-at (global.get $root) (i32.const 1) (call $end) (i32.const 1) (global.get $RET)) (call $code8)
;;= path-over-the-end = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.sub (call $end) (i32.const 2)) (i32.const 3) (global.get $RET))
(call $code8)
;;= path-at-the-last-address = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const -1) (i32.const 1) (global.get $RET)) (call $code8)
;;= path-that-wraps = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const -16) (i32.const 32) (global.get $RET)) (call $code8)
;;= path-of-4-gib = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const 0x100) (i32.const -1) (global.get $RET)) (call $code8)
;;= path-of-2-gib = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const 0x100) (i32.const 0x80000000) (global.get $RET))
(call $code8)
;;= path-longer-than-memory = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const 1) (call $end) (global.get $RET)) (call $code8)
;;= path-that-ends-with-memory = no-entry
(i32.store8 (i32.sub (call $end) (i32.const 1)) (i32.const 0x7a))
(call $stat-at (global.get $root) (i32.const 1) (i32.sub (call $end) (i32.const 1)) (i32.const 1) (global.get $RET))
(call $code8)
;;= path-of-nothing-at-the-end = no-entry
(call $stat-at (global.get $root) (i32.const 1) (call $end) (i32.const 0) (global.get $RET)) (call $code8)
;;= path-of-nothing-behind-the-end = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.add (call $end) (i32.const 1)) (i32.const 0) (global.get $RET))
(call $code8)
;;= path-of-nothing-at-the-last-address = trap
(call $stat-at (global.get $root) (i32.const 1) (i32.const -1) (i32.const 0) (global.get $RET)) (call $code8)
;;= open-path-out-of-bounds = trap
(call $open-at (global.get $root) (i32.const 1) (call $end) (i32.const 4) (i32.const 1) (i32.const 3) (global.get $RET))
(call $code4)
;;= mkdir-path-out-of-bounds = trap
(call $create-directory-at (global.get $root) (i32.const -4) (i32.const 8) (global.get $RET)) (call $code1)
;;= unlink-path-out-of-bounds = trap
(call $unlink-file-at (global.get $root) (call $end) (i32.const 5) (global.get $RET)) (call $code1)
;;= readlink-path-out-of-bounds = trap
(call $readlink-at (global.get $root) (call $end) (i32.const 5) (global.get $RET)) (call $code4)
;;= rename-first-path-out-of-bounds = trap
(call $rename-at (global.get $root) (call $end) (i32.const 5) (global.get $root) (call $scratch) (global.get $RET))
(call $code1)
;;= rename-second-path-out-of-bounds = trap
(call $rename-at (global.get $root) (call $known) (global.get $root) (call $end) (i32.const 7) (global.get $RET))
(call $code1)
;;= rename-second-path-of-4-gib = trap
(call $rename-at (global.get $root) (call $known) (global.get $root) (i32.const 0) (i32.const -1) (global.get $RET))
(call $code1)
;;= link-second-path-out-of-bounds = trap
(call $link-at (global.get $root) (i32.const 0) (call $known) (global.get $root) (call $end) (i32.const 7)
  (global.get $RET))
(call $code1)
;;= symlink-target-out-of-bounds = trap
(call $symlink-at (global.get $root) (call $end) (i32.const 7) (call $link) (global.get $RET)) (call $code1)
;;= symlink-name-out-of-bounds = trap
(call $symlink-at (global.get $root) (call $known) (i32.const -1) (i32.const 2) (global.get $RET)) (call $code1)

;;= write-from-behind-the-end = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (call $end) (i32.const 1) (i64.const 0) (global.get $RET)) (call $code8)
;;= write-over-the-end = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (i32.sub (call $end) (i32.const 4)) (i32.const 5) (i64.const 0) (global.get $RET))
(call $code8)
;;= write-of-4-gib = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (i32.const 1) (i32.const -1) (i64.const 0) (global.get $RET)) (call $code8)
;;= write-that-wraps = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (i32.const -16) (i32.const 32) (i64.const 0) (global.get $RET)) (call $code8)
;;= write-of-nothing-from-behind-the-end = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (i32.add (call $end) (i32.const 1)) (i32.const 0) (i64.const 0) (global.get $RET))
(call $code8)
;;= write-of-nothing-from-the-end = ok
(call $write (call $file) (call $end) (i32.const 0) (i64.const 0) (global.get $RET)) (call $code8)
;;= write-of-all-memory = ok
(call $write (call $file) (i32.const 0) (call $end) (i64.const 0) (global.get $RET)) (call $code8)
;;= stream-write-from-behind-the-end = trap
(local.set 0 (call $output)) (call $arm)
(call $output-write (local.get 0) (call $end) (i32.const 1) (global.get $RET)) (call $stream4)
;;= stream-write-of-4-gib = trap
(local.set 0 (call $output)) (call $arm)
(call $output-write (local.get 0) (i32.const 0) (i32.const -1) (global.get $RET)) (call $stream4)
;;= stream-write-that-wraps = trap
(local.set 0 (call $output)) (call $arm)
(call $blocking-write-and-flush (local.get 0) (i32.const 0xffffff00) (i32.const 0x200) (global.get $RET))
(call $stream4)
;;= stream-write-of-nothing-from-the-last-address = trap
(local.set 0 (call $output)) (call $arm)
(call $output-write (local.get 0) (i32.const -1) (i32.const 0) (global.get $RET)) (call $stream4)
;;= host-stream-write-from-behind-the-end = trap
(call $output-write (global.get $stdout) (call $end) (i32.const 1) (global.get $RET)) (call $stream4)
;;= stale-stream-write-from-behind-the-end = trap
(local.set 0 (call $output)) (call $drop-output (local.get 0)) (call $arm)
(call $output-write (local.get 0) (call $end) (i32.const 1) (global.get $RET)) (call $stream4)

;;= poll-list-behind-the-end = trap
(call $poll (call $end) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= poll-list-over-the-end = trap
(local.set 0 (call $pollable))
(i32.store (i32.sub (call $end) (i32.const 4)) (local.get 0)) (call $arm)
(call $poll (i32.sub (call $end) (i32.const 4)) (i32.const 2) (global.get $RET)) (i32.const 0)
;;= poll-list-whose-bytes-wrap-to-0 = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 0x40000000) (global.get $RET)) (i32.const 0)
;;= poll-list-whose-bytes-wrap-to-4 = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 0x40000001) (global.get $RET)) (i32.const 0)
;;= poll-list-of-16-gib = trap
(call $poll (global.get $LIST) (i32.const -1) (global.get $RET)) (i32.const 0)
;;= poll-list-misaligned = trap
(local.set 0 (call $pollable))
(i32.store (i32.const 0x8001) (local.get 0)) (call $arm)
(call $poll (i32.const 0x8001) (i32.const 1) (global.get $RET)) (i32.const 0)
;;= poll-list-of-nothing-misaligned = trap
(call $poll (i32.const 0x8002) (i32.const 0) (global.get $RET)) (i32.const 0)
;;= poll-list-of-nothing-behind-the-end = trap
(call $poll (i32.add (call $end) (i32.const 4)) (i32.const 0) (global.get $RET)) (i32.const 0)

;; Where results go.

;;= result-of-stat-misaligned = trap
(call $stat (global.get $root) (i32.const 0x1004)) (i32.const 0)
;;= result-of-stat-behind-the-end = trap
(call $stat (global.get $root) (call $end)) (i32.const 0)
;;= result-of-stat-over-the-end = trap
(call $stat (global.get $root) (i32.sub (call $end) (i32.const 64))) (i32.const 0)
;;= result-of-stat-that-wraps = trap
(call $stat (global.get $root) (i32.const -8)) (i32.const 0)
;;= result-of-stat-at-the-end = ok
(call $stat (global.get $root) (i32.sub (call $end) (i32.const 104)))
(call $code-at (i32.sub (call $end) (i32.const 104)) (i32.const 8))
;;= result-of-stat-8-too-far = trap
(call $stat (global.get $root) (i32.sub (call $end) (i32.const 96))) (i32.const 0)
;;= result-of-stat-at-0 = ok
(call $stat (global.get $root) (i32.const 0)) (call $code-at (i32.const 0) (i32.const 8))
;;= result-of-open-misaligned = trap
(call $open-at (global.get $root) (i32.const 1) (call $known) (i32.const 0) (i32.const 1) (i32.const 0x1002))
(i32.const 0)
;;= result-of-open-behind-the-end = trap
(call $open-at (global.get $root) (i32.const 1) (call $known) (i32.const 0) (i32.const 1) (call $end))
(i32.const 0)
;;= result-of-open-over-the-end = trap
(call $open-at (global.get $root) (i32.const 1) (call $known) (i32.const 0) (i32.const 1)
  (i32.sub (call $end) (i32.const 4)))
(i32.const 0)
;;= result-of-get-type-behind-the-end = trap
(call $get-type (global.get $root) (call $end)) (i32.const 0)
;;= result-of-get-type-over-the-end = trap
(call $get-type (global.get $root) (i32.sub (call $end) (i32.const 1))) (i32.const 0)
;;= result-of-get-type-at-an-odd-address = ok
(call $get-type (global.get $root) (i32.const 0x1001)) (call $code-at (i32.const 0x1001) (i32.const 1))
;;= result-of-sync-behind-the-end = trap
(call $sync (global.get $root) (call $end)) (i32.const 0)
;;= result-of-a-failure-behind-the-end = trap
(call $stat-at (global.get $root) (i32.const 1) (call $missing) (call $end)) (i32.const 0)
;;= result-of-a-bad-handle-behind-the-end = trap
(call $stat (i32.const 0x7fffffff) (call $end)) (i32.const 0)
;;= result-of-a-bad-handle-misaligned = trap
(call $stat (i32.const 0x7fffffff) (i32.const 0x1001)) (i32.const 0)
;;= result-of-write-behind-the-end = trap
(local.set 0 (call $file)) (call $arm)
(call $write (local.get 0) (call $contents) (i64.const 0) (call $end)) (i32.const 0)
;;= result-of-read-misaligned = trap
(local.set 0 (call $known-file)) (call $arm)
(call $read (local.get 0) (i64.const 8) (i64.const 0) (i32.const 0x1001)) (i32.const 0)
;;= result-of-read-behind-the-end = trap
(local.set 0 (call $known-file)) (call $arm)
(call $read (local.get 0) (i64.const 8) (i64.const 0) (i32.const -4)) (i32.const 0)
;;= result-of-get-directories-misaligned = trap
(call $get-directories (i32.const 0x1002)) (i32.const 0)
;;= result-of-get-directories-behind-the-end = trap
(call $get-directories (i32.sub (call $end) (i32.const 4))) (i32.const 0)
;;= result-of-readlink-misaligned = trap
(call $linked) (call $arm)
(call $readlink-at (global.get $root) (call $link) (i32.const 0x1003)) (i32.const 0)
;;= result-of-read-directory-entry-behind-the-end = trap
(local.set 0 (call $entries)) (call $arm)
(call $read-directory-entry (local.get 0) (call $end)) (i32.const 0)
;;= result-of-read-directory-entry-misaligned = trap
(local.set 0 (call $entries)) (call $arm)
(call $read-directory-entry (local.get 0) (i32.const 0x1002)) (i32.const 0)
;;= result-of-a-stream-read-misaligned = trap
(local.set 0 (call $input)) (call $arm)
(call $input-read (local.get 0) (i64.const 8) (i32.const 0x1002)) (i32.const 0)
;;= result-of-a-stream-read-behind-the-end = trap
(local.set 0 (call $input)) (call $arm)
(call $input-read (local.get 0) (i64.const 8) (i32.sub (call $end) (i32.const 8))) (i32.const 0)
;;= result-of-a-stream-write-behind-the-end = trap
(local.set 0 (call $output)) (call $arm)
(call $output-write (local.get 0) (call $contents) (i32.sub (call $end) (i32.const 8))) (i32.const 0)
;;= result-of-check-write-misaligned = trap
(local.set 0 (call $output)) (call $arm)
(call $check-write (local.get 0) (i32.const 0x1004)) (i32.const 0)
;;= result-of-poll-misaligned = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 1) (i32.const 0x1001)) (i32.const 0)
;;= result-of-poll-behind-the-end = trap
(local.set 0 (call $pollable))
(i32.store (global.get $LIST) (local.get 0)) (call $arm)
(call $poll (global.get $LIST) (i32.const 1) (i32.sub (call $end) (i32.const 4))) (i32.const 0)
;;= result-of-filesystem-error-code-behind-the-end = trap
(local.set 0 (call $error)) (call $arm)
(call $filesystem-error-code (local.get 0) (i32.sub (call $end) (i32.const 1))) (i32.const 0)
;;= result-of-http-error-code-misaligned = trap
(local.set 0 (call $error)) (call $arm)
(call $http-error-code (local.get 0) (i32.const 0x1004)) (i32.const 0)
;;= result-of-http-error-code-over-the-end = trap
(local.set 0 (call $error)) (call $arm)
(call $http-error-code (local.get 0) (i32.sub (call $end) (i32.const 8))) (i32.const 0)
;;= result-of-to-debug-string-misaligned = trap
(local.set 0 (call $error)) (call $arm)
(call $to-debug-string (local.get 0) (i32.const 0x1002)) (i32.const 0)
;;= result-of-splice-behind-the-end = trap
(local.set 0 (call $output)) (call $arm)
(call $splice (local.get 0) (global.get $stdin) (i64.const 0) (call $end)) (i32.const 0)
