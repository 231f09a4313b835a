;; A core module that is no WASI program.
(module (import "env" "answer" (func (result i32))))
