;; Handles that are no handles, or of another kind, or dropped. A case is
;;
;;   ;;= NAME [each KIND] = OUTCOME [/ OUTCOME]
;;
;; and what follows, which leaves its outcome on the stack. With `each`, it is
;; called for everything that is no handle of that kind. The second outcome is
;; that of the canonical ABI, where it is not the same, or `-` where that cannot
;; be told.

;;= read-via-stream each descriptor = bad-descriptor / trap
(call $read-via-stream (local.get 0) (i64.const 0) (global.get $RET)) (call $code4)
;;= write-via-stream each descriptor = bad-descriptor / trap
(call $write-via-stream (local.get 0) (i64.const 0) (global.get $RET)) (call $code4)
;;= append-via-stream each descriptor = bad-descriptor / trap
(call $append-via-stream (local.get 0) (global.get $RET)) (call $code4)
;;= advise each descriptor = bad-descriptor / trap
(call $advise (local.get 0) (i64.const 0) (i64.const 0) (i32.const 0) (global.get $RET)) (call $code1)
;;= sync-data each descriptor = bad-descriptor / trap
(call $sync-data (local.get 0) (global.get $RET)) (call $code1)
;;= sync each descriptor = bad-descriptor / trap
(call $sync (local.get 0) (global.get $RET)) (call $code1)
;;= get-flags each descriptor = bad-descriptor / trap
(call $get-flags (local.get 0) (global.get $RET)) (call $code1)
;;= get-type each descriptor = bad-descriptor / trap
(call $get-type (local.get 0) (global.get $RET)) (call $code1)
;;= set-size each descriptor = bad-descriptor / trap
(call $set-size (local.get 0) (i64.const 0) (global.get $RET)) (call $code1)
;;= set-times each descriptor = bad-descriptor / trap
(call $set-times (local.get 0) (i32.const 1) (i64.const 0) (i32.const 0)
  (i32.const 2) (i64.const 1) (i32.const 1) (global.get $RET))
(call $code1)
;;= read each descriptor = bad-descriptor / trap
(call $read (local.get 0) (i64.const 1) (i64.const 0) (global.get $RET)) (call $code4)
;;= write each descriptor = bad-descriptor / trap
(call $write (local.get 0) (call $contents) (i64.const 0) (global.get $RET)) (call $code8)
;;= read-directory each descriptor = bad-descriptor / trap
(call $read-directory (local.get 0) (global.get $RET)) (call $code4)
;;= create-directory-at each descriptor = bad-descriptor / trap
(call $create-directory-at (local.get 0) (call $scratch) (global.get $RET)) (call $code1)
;;= stat each descriptor = bad-descriptor / trap
(call $stat (local.get 0) (global.get $RET)) (call $code8)
;;= stat-at each descriptor = bad-descriptor / trap
(call $stat-at (local.get 0) (i32.const 1) (call $known) (global.get $RET)) (call $code8)
;;= set-times-at each descriptor = bad-descriptor / trap
(call $set-times-at (local.get 0) (i32.const 1) (call $known) (i32.const 1) (i64.const 0) (i32.const 0)
  (i32.const 1) (i64.const 0) (i32.const 0) (global.get $RET))
(call $code1)
;;= link-at-from each descriptor = bad-descriptor / trap
(call $link-at (local.get 0) (i32.const 0) (call $known) (global.get $root) (call $scratch) (global.get $RET))
(call $code1)
;;= link-at-to each descriptor = bad-descriptor / trap
(call $link-at (global.get $root) (i32.const 0) (call $known) (local.get 0) (call $scratch) (global.get $RET))
(call $code1)
;;= open-at each descriptor = bad-descriptor / trap
(call $open-at (local.get 0) (i32.const 1) (call $scratch) (i32.const 1) (i32.const 3) (global.get $RET))
(call $code4)
;;= readlink-at each descriptor = bad-descriptor / trap
(call $readlink-at (local.get 0) (call $known) (global.get $RET)) (call $code4)
;;= remove-directory-at each descriptor = bad-descriptor / trap
(call $remove-directory-at (local.get 0) (call $dir) (global.get $RET)) (call $code1)
;;= rename-at-from each descriptor = bad-descriptor / trap
(call $rename-at (local.get 0) (call $known) (global.get $root) (call $scratch) (global.get $RET))
(call $code1)
;;= rename-at-to each descriptor = bad-descriptor / trap
(call $rename-at (global.get $root) (call $known) (local.get 0) (call $scratch) (global.get $RET))
(call $code1)
;;= symlink-at each descriptor = bad-descriptor / trap
(call $symlink-at (local.get 0) (call $known) (call $link) (global.get $RET)) (call $code1)
;;= unlink-file-at each descriptor = bad-descriptor / trap
(call $unlink-file-at (local.get 0) (call $known) (global.get $RET)) (call $code1)
;;= is-same-object-this each descriptor = 0 / trap
(call $number (call $is-same-object (local.get 0) (global.get $root)))
;;= is-same-object-other each descriptor = 0 / trap
(call $number (call $is-same-object (global.get $root) (local.get 0)))
;;= is-same-object-both each descriptor = 0 / trap
(call $number (call $is-same-object (local.get 0) (local.get 0)))
;;= metadata-hash each descriptor = bad-descriptor / trap
(call $metadata-hash (local.get 0) (global.get $RET)) (call $code8)
;;= metadata-hash-at each descriptor = bad-descriptor / trap
(call $metadata-hash-at (local.get 0) (i32.const 1) (call $known) (global.get $RET)) (call $code8)
;;= read-directory-entry each directory = bad-descriptor / trap
(call $read-directory-entry (local.get 0) (global.get $RET)) (call $code4)
;;= drop-descriptor each descriptor = ok / trap
(call $drop-descriptor (local.get 0)) (i32.const 0)
;;= drop-directory each directory = ok / trap
(call $drop-directory (local.get 0)) (i32.const 0)

;;= input-stream-read each input = closed / trap
(call $input-read (local.get 0) (i64.const 1) (global.get $RET)) (call $stream4)
;;= input-stream-blocking-read each input = closed / trap
(call $blocking-read (local.get 0) (i64.const 1) (global.get $RET)) (call $stream4)
;;= input-stream-skip each input = closed / trap
(call $skip (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= input-stream-blocking-skip each input = closed / trap
(call $blocking-skip (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= input-stream-subscribe each input = 1 / trap
(local.set 0 (call $subscribe-input (local.get 0)))
(call $number (call $ready (local.get 0))) (call $drop-pollable (local.get 0))
;;= drop-input each input = ok / trap
(call $drop-input (local.get 0)) (i32.const 0)
;;= output-stream-check-write each output = closed / trap
(call $check-write (local.get 0) (global.get $RET)) (call $stream8)
;;= output-stream-write each output = closed / trap
(call $output-write (local.get 0) (call $contents) (global.get $RET)) (call $stream4)
;;= output-stream-blocking-write-and-flush each output = closed / trap
(call $blocking-write-and-flush (local.get 0) (call $contents) (global.get $RET)) (call $stream4)
;;= output-stream-flush each output = closed / trap
(call $flush (local.get 0) (global.get $RET)) (call $stream4)
;;= output-stream-blocking-flush each output = closed / trap
(call $blocking-flush (local.get 0) (global.get $RET)) (call $stream4)
;;= output-stream-subscribe each output = 1 / trap
(local.set 0 (call $subscribe-output (local.get 0)))
(call $number (call $ready (local.get 0))) (call $drop-pollable (local.get 0))
;;= output-stream-write-zeroes each output = closed / trap
(call $write-zeroes (local.get 0) (i64.const 1) (global.get $RET)) (call $stream4)
;;= output-stream-blocking-write-zeroes-and-flush each output = closed / trap
(call $blocking-write-zeroes-and-flush (local.get 0) (i64.const 1) (global.get $RET)) (call $stream4)
;;= splice-into each output = closed / trap
(call $splice (local.get 0) (call $input) (i64.const 1) (global.get $RET)) (call $stream8)
;;= splice-from each input = closed / trap
(call $splice (call $output) (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= blocking-splice-into each output = closed / trap
(call $blocking-splice (local.get 0) (call $input) (i64.const 1) (global.get $RET)) (call $stream8)
;;= blocking-splice-from each input = closed / trap
(call $blocking-splice (call $output) (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= splice-host-into each output = closed / trap
(call $splice (local.get 0) (global.get $stdin) (i64.const 1) (global.get $RET)) (call $stream8)
;;= splice-host-from each input = closed / trap
(call $splice (global.get $stdout) (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= drop-output each output = ok / trap
(call $drop-output (local.get 0)) (i32.const 0)
;;= ready each pollable = 1 / trap
(call $number (call $ready (local.get 0)))
;;= block each pollable = ok / trap
(call $block (local.get 0)) (i32.const 0)
;;= poll each pollable = 1 / trap
(i32.store (global.get $LIST) (local.get 0))
(call $poll (global.get $LIST) (i32.const 1) (global.get $RET))
(call $number (i32.load offset=4 (global.get $RET)))
;;= drop-pollable each pollable = ok / trap
(call $drop-pollable (local.get 0)) (i32.const 0)
;;= filesystem-error-code each error = 0 / trap
(call $filesystem-error-code (local.get 0) (global.get $RET)) (call $number (i32.load8_u (global.get $RET)))
;;= http-error-code each error = 0 / trap
(call $http-error-code (local.get 0) (global.get $RET)) (call $number (i32.load8_u (global.get $RET)))
;;= http-error-code-of-a-file = 0
(i64.store (global.get $RET) (i64.const -1))
(call $http-error-code (call $error) (global.get $RET)) (call $number (i32.load8_u (global.get $RET)))
;;= to-debug-string each error = 14 / trap
(call $to-debug-string (local.get 0) (global.get $RET)) (call $number (i32.load offset=4 (global.get $RET)))
;;= drop-error each error = ok / trap
(call $drop-error (local.get 0)) (i32.const 0)

;; What has not the filesystem's bit is the host's business.

;;= host-0-read = trap
(call $input-read (i32.const 0) (i64.const 1) (global.get $RET)) (call $stream4)
;;= host-3fffffff-write = trap
(call $output-write (i32.const 0x3fffffff) (call $contents) (global.get $RET)) (call $stream4)
;;= host-80000000-check-write = trap
(call $check-write (i32.const 0x80000000) (global.get $RET)) (call $stream8)
;;= host-bfffffff-ready = trap
(call $number (call $ready (i32.const 0xbfffffff)))
;;= host-0-drop-input = trap
(call $drop-input (i32.const 0)) (i32.const 0)
;;= host-80000001-drop-output = trap
(call $drop-output (i32.const 0x80000001)) (i32.const 0)
;;= host-stream-dropped-as-pollable = trap
(call $drop-pollable (global.get $stdout)) (i32.const 0)
;;= host-pollable-dropped-as-error = trap
(call $drop-error (global.get $clock)) (i32.const 0)
;;= host-output-read = trap
(call $input-read (global.get $stdout) (i64.const 1) (global.get $RET)) (call $stream4)
;;= host-stream-dropped-twice = trap
(call $drop-input (global.get $stdin))
(call $arm)
(call $drop-input (global.get $stdin)) (i32.const 0)
;;= host-error-string-of-a-stream = trap
(call $to-debug-string (global.get $stdin) (global.get $RET)) (i32.const 0)
;;= host-http-error-code-of-a-stream = trap
(call $http-error-code (global.get $stdin) (global.get $RET)) (i32.const 0)
;;= host-error-code-of-a-stream = 0 / trap
(call $filesystem-error-code (global.get $stdin) (global.get $RET))
(call $number (i32.load8_u (global.get $RET)))

;; Dropped, and used again.

;;= descriptor-dropped-twice = ok / trap
(local.set 0 (call $known-file))
(call $drop-descriptor (local.get 0))
(call $arm)
(call $drop-descriptor (local.get 0)) (i32.const 0)
;;= descriptor-used-after-its-drop = bad-descriptor / trap
(local.set 0 (call $known-file))
(call $drop-descriptor (local.get 0))
(call $arm)
(call $stat (local.get 0) (global.get $RET)) (call $code8)
;;= descriptor-whose-place-was-taken = bad-descriptor / ok
(local.set 0 (call $known-file))
(call $drop-descriptor (local.get 0))
(drop (call $known-file))
(call $stat (local.get 0) (global.get $RET)) (call $code8)
;;= descriptor-4095-generations-later = bad-descriptor / -
(local $i i32)
(local.set 0 (call $known-file))
(call $drop-descriptor (local.get 0))
(local.set $i (i32.const 4094))
(loop $next
  (call $drop-descriptor (call $known-file))
  (local.set $i (i32.sub (local.get $i) (i32.const 1)))
  (br_if $next (local.get $i)))
(drop (call $known-file))
(call $stat (local.get 0) (global.get $RET)) (call $code8)
;;= descriptor-dropped-as-a-stream = ok / trap
(local.set 0 (call $known-file))
(call $arm)
(call $drop-input (local.get 0))
(call $drop-output (local.get 0))
(call $drop-directory (local.get 0))
(call $drop-pollable (local.get 0))
(call $drop-error (local.get 0))
(call $stat (local.get 0) (global.get $RET)) (call $code8)
;;= input-stream-after-its-descriptor = 8
(local $file i32)
(local.set $file (call $known-file))
(call $read-via-stream (local.get $file) (i64.const 0) (global.get $OWN))
(local.set 0 (call $got))
(call $drop-descriptor (local.get $file))
(call $skip (local.get 0) (i64.const 100) (global.get $RET)) (call $stream-number)
;;= output-stream-after-its-file-was-removed = ok
(local.set 0 (call $output))
(call $unlink-file-at (global.get $root) (call $scratch) (global.get $RET))
(call $output-write (local.get 0) (call $contents) (global.get $RET)) (call $stream4)
;;= input-stream-after-its-drop = closed / trap
(local.set 0 (call $input))
(call $drop-input (local.get 0))
(call $arm)
(call $skip (local.get 0) (i64.const 1) (global.get $RET)) (call $stream8)
;;= output-stream-after-its-drop = closed / trap
(local.set 0 (call $output))
(call $drop-output (local.get 0))
(call $arm)
(call $output-write (local.get 0) (call $contents) (global.get $RET)) (call $stream4)
;;= directory-stream-dropped-twice = bad-descriptor / trap
(local.set 0 (call $entries))
(call $drop-directory (local.get 0))
(call $arm)
(call $drop-directory (local.get 0))
(call $read-directory-entry (local.get 0) (global.get $RET)) (call $code4)
;;= pollable-after-its-stream = 1 / -
(local $stream i32)
(local.set $stream (call $input))
(local.set 0 (call $subscribe-input (local.get $stream)))
(call $drop-input (local.get $stream))
(call $number (call $ready (local.get 0)))
;;= pollable-dropped-twice = 1 / trap
(local.set 0 (call $pollable))
(call $drop-pollable (local.get 0))
(call $arm)
(call $drop-pollable (local.get 0))
(call $number (call $ready (local.get 0)))
;;= error-dropped-twice = 0 / trap
(local.set 0 (call $error))
(call $drop-error (local.get 0))
(call $arm)
(call $drop-error (local.get 0))
(call $filesystem-error-code (local.get 0) (global.get $RET)) (call $number (i32.load8_u (global.get $RET)))
;;= root-dropped = bad-descriptor / trap
(local.set 0 (global.get $root))
(call $get-directories (global.get $RET))
(global.set $root (i32.load (i32.load (global.get $RET))))
(call $drop-descriptor (local.get 0))
(call $arm)
(call $stat (local.get 0) (global.get $RET)) (call $code8)

;; As many as there may be, and one more.

;;= handles-of-descriptors-run-out = insufficient-memory / -
(local $i i32) (local $last i32)
(local.set 0 (call $known-file))
(loop $next
  (call $append-via-stream (local.get 0) (global.get $RET))
  (if (i32.eqz (i32.load8_u (global.get $RET))) (then (unreachable)))
  (call $read-via-stream (local.get 0) (i64.const 0) (global.get $RET))
  (if (i32.eqz (i32.load8_u (global.get $RET)))
    (then
      (local.set $last (i32.load offset=4 (global.get $RET)))
      (i32.store (i32.add (i32.const 0x40000) (i32.mul (local.get $i) (i32.const 4))) (local.get $last))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.gt_u (i32.add (i32.const 0x40004) (i32.mul (local.get $i) (i32.const 4))) (call $end))
        (then (drop (memory.grow (i32.const 1)))))
      (br $next))))
(call $code4)
;; A pollable without a place is ready, and an error without one is `closed`.
(if (i32.ne (call $ready (call $subscribe-input (local.get $last))) (i32.const 1)) (then (unreachable)))
(loop $next
  (local.set $i (i32.sub (local.get $i) (i32.const 1)))
  (call $drop-input (i32.load (i32.add (i32.const 0x40000) (i32.mul (local.get $i) (i32.const 4)))))
  (br_if $next (local.get $i)))
