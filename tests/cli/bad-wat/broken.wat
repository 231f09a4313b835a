(module
  (func (export "_start") (call $missing)))
