;; A component with an import of wasi:filesystem that no WASI 0.2 has.
(component
  (import "wasi:filesystem/types@0.2.0" (instance (export "format-disk" (func)))))
