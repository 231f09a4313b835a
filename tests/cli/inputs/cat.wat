;; A Preview 1 program that copies standard input to standard output.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (i32.const 4096))
      (if (call $read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 4)) (then return))
      (if (i32.eqz (i32.load (i32.const 4))) (then return))
      (i32.store (i32.const 12) (i32.load (i32.const 4)))
      (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 4)))
      (br $more))))
