;; A component that calls a function of wasi:filesystem that no WASI 0.2 has.
(component
  (import "wasi:filesystem/types@0.2.0" (instance $types (export "format-disk" (func))))
  (core func (canon lower (func $types "format-disk"))))
