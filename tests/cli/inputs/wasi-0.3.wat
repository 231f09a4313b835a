;; A component for WASI 0.3.
(component
  (import "wasi:filesystem/types@0.3.0" (instance (export "x" (func)))))
