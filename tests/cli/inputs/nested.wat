;; A component inside of another, with code of its own.
(component
  (import "wasi:cli/environment@0.2.0" (instance))
  (component (core module)))
