;; A program with the interfaces of `wasi:io` and `wasi:filesystem`, a memory, and
;; some lowered functions. Tests put more of it in the place that is marked.
(component
  (import "wasi:io/error@0.2.6" (instance $error
      (export "error" (type (sub resource)))))
  (alias export $error "error" (type $e))
  (import "wasi:io/poll@0.2.6" (instance $poll
      (export "pollable" (type $p (sub resource)))
      (export "poll" (func (param "in" (list (borrow $p))) (result (list u32))))))
  (import "wasi:io/streams@0.2.6" (instance $streams
      (export "input-stream" (type $i (sub resource)))
      (export "output-stream" (type $o (sub resource)))
      (alias outer 1 $e (type $outer))
      (export "error" (type $error (eq $outer)))
      (type $failure (variant (case "last-operation-failed" (own $error)) (case "closed")))
      (export "stream-error" (type $stream-error (eq $failure)))
      (export "[method]input-stream.blocking-read" (func
          (param "self" (borrow $i)) (param "len" u64)
          (result (result (list u8) (error $stream-error)))))
      (export "[method]output-stream.splice" (func
          (param "self" (borrow $o)) (param "src" (borrow $i)) (param "len" u64)
          (result (result u64 (error $stream-error)))))))
  (alias export $streams "input-stream" (type $input))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:filesystem/types@0.2.6" (instance $types
      (export "descriptor" (type $d (sub resource)))
      (alias outer 1 $output (type $outer))
      (export "output-stream" (type $o (eq $outer)))
      (export "[method]descriptor.is-same-object" (func
          (param "self" (borrow $d)) (param "other" (borrow $d)) (result bool)))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
      (alias outer 1 $descriptor (type $outer))
      (export "descriptor" (type $d (eq $outer)))
      (export "get-directories" (func (result (list (tuple (own $d) string)))))))
  (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
  (core instance $m (instantiate $memory))
  (core func $read (canon lower
      (func $streams "[method]input-stream.blocking-read")
      (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core func $same (canon lower (func $types "[method]descriptor.is-same-object")))
  (core func $directories (canon lower
      (func $preopens "get-directories")
      (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core func $close (canon resource.drop $descriptor))
  (core module $main
      (import "" "read" (func (param i32 i64 i32)))
      (import "" "same" (func (param i32 i32) (result i32)))
      (import "" "directories" (func (param i32)))
      (import "" "close" (func (param i32)))
      (func (export "run")))
  (core instance $main (instantiate $main (with "" (instance
      (export "read" (func $read))
      (export "same" (func $same))
      (export "directories" (func $directories))
      (export "close" (func $close))))))
  ;; MORE
)
