//! Programs that no tool writes, each an attempt to bring a virtual handle to
//! the host, to keep an import of the filesystem, or to be made into something
//! else. An attempt is fused and harmless, or refused.

mod wiring;

use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Composed, Error, Linking, Modules, Options, Refusal, compose};

fn program(more: &str) -> String {
    include_str!("program.wat").replace(";; MORE", more)
}

/// The program of `program.wat` with more in it, fused.
fn fuse(more: &str, portable: bool) -> Result<Composed, Error> {
    let modules = Modules {
        component: ADAPTER,
        lowered: LOWERED,
    };
    let options = Options {
        link: Linking::Fused,
        portable,
        ..Options::default()
    };
    compose(program(more).as_bytes(), modules, &options)
}

/// Both forms ask for no filesystem, and are wired as the program was.
#[track_caller]
fn fused(more: &str) {
    let plain = wat::parse_str(program(more)).unwrap();
    for portable in [false, true] {
        let composed = fuse(more, portable).unwrap();
        let imports = &composed.report.imports;
        let filesystem = |import: &String| import.contains("wasi:filesystem");
        assert!(!imports.iter().any(filesystem), "{imports:?}");
        let mut file = Vec::new();
        composed.write_to(&mut file, &mut |_| Ok(())).unwrap();
        wiring::assert_same(&plain, &file);
    }
}

#[track_caller]
fn refused(more: &str) -> Refusal {
    match fuse(more, false) {
        Err(Error::NotFusable(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn invalid(more: &str) {
    assert!(matches!(fuse(more, false), Err(Error::Invalid(_))));
}

/// A core module with a function, lifted as `$f`.
fn lifted(core: &str, signature: &str) -> String {
    format!(
        r#"(core module $e (func (export "f") {core} unreachable))
           (core instance $e (instantiate $e))
           (func $f {signature} (canon lift (core func $e "f")))"#
    )
}

/// The import was not an instance, so that nobody looked at it, and the file
/// asked its host for it.
#[test]
fn an_import_that_has_the_name_of_the_filesystem_and_is_no_instance() {
    for more in [
        r#"(import "wasi:filesystem/types@0.2.7" (func $f)) (core func (canon lower (func $f)))"#,
        r#"(import "wasi:filesystem/types@0.2.7" (func $f)) (export "f" (func $f))"#,
        r#"(import "wasi:filesystem/other@0.2.7" (type $t (sub resource)))
           (core func (canon resource.drop $t))"#,
        r#"(import "wasi:io/other@0.2.7" (func))"#,
    ] {
        let refusal = refused(more);
        assert!(
            matches!(refusal, Refusal::ImportedOtherwise { .. }),
            "{refusal}"
        );
    }
}

/// An interface that is imported under a label was the host's.
#[test]
fn an_import_that_implements_the_filesystem_under_another_name() {
    let refusal = refused(
        r#"(import "x" (implements "wasi:filesystem/types@0.2.6") (instance $x (export "f" (func))))
           (core func (canon lower (func $x "f")))"#,
    );
    let interface = "wasi:filesystem/types@0.2.6".to_string();
    assert_eq!(refusal, Refusal::ImportedOtherwise { interface });
}

/// `@0.2` is no version to a parser of versions, and the import was the host's.
#[test]
fn an_import_whose_version_is_in_two_parts() {
    for interface in ["wasi:filesystem/types@0.2", "wasi:io/streams@0.2"] {
        let refusal = refused(&format!(
            r#"(import "{interface}" (version-suffix ".7") (instance $x (export "f" (func))))
               (core func (canon lower (func $x "f")))"#
        ));
        let interface = interface.to_string();
        assert_eq!(refusal, Refusal::ImportedOtherwise { interface });
    }
}

/// What it does with what it is given is not seen here.
#[test]
fn an_imported_component() {
    let refusal = refused(
        r#"(import "unlocked-dep=<acme:log>" (component $c (import "a" (type (sub resource)))))
           (instance (instantiate $c (with "a" (type $input))))"#,
    );
    assert_eq!(refusal, Refusal::NestsComponents);
}

/// A draft of WASI is no WASI: its filesystem was taken for the one of today, and
/// a higher number of any draft was asked of the host's clock, which has none.
#[test]
fn drafts_of_wasi() {
    let draft = |import: &str| fuse(&format!(r#"(import "{import}" (instance))"#), false);
    let error = draft("wasi:filesystem/types@0.2.0-rc-2023-11-10").unwrap_err();
    assert!(matches!(error, Error::Version { .. }), "{error}");
    let imports = draft("wasi:nn/graph@0.2.7-draft").unwrap().report.imports;
    let clock = "wasi:clocks/wall-clock@0.2.6".to_string();
    assert!(imports.contains(&clock), "{imports:?}");
}

#[test]
fn an_interface_of_the_filesystem_that_wasi_does_not_have() {
    fused(r#"(import "wasi:filesystem/other@0.2.6" (instance (export "f" (func))))"#);
    let refusal = refused(
        r#"(import "wasi:filesystem/other@0.2.6" (instance $x (export "f" (func))))
           (core func (canon lower (func $x "f")))"#,
    );
    assert!(
        matches!(refusal, Refusal::FilesystemTypes { .. }),
        "{refusal}"
    );
}

/// A resource under a name of its own would be dropped, taken and given without
/// being looked at. That is not valid; if it ever is, it has to be refused.
#[test]
fn a_resource_that_is_exported_as_another() {
    invalid(r#"(export $b "t" (type $input) (type (sub resource)))"#);
    invalid(
        r#"(component (import "a" (type $t (sub resource)))
                      (export "b" (type $t) (type (sub resource))))"#,
    );
}

/// Other names of `$input`.
const ALIASES: [&str; 5] = [
    r#"(export $t "t" (type $input))"#,
    r#"(import "t" (type $t (eq $input)))"#,
    r#"(alias outer 0 $input (type $t))"#,
    r#"(component $c (import "a" (type $t (sub resource))) (export "b" (type $t)))
   (instance $i (instantiate $c (with "a" (type $input))))
   (alias export $i "b" (type $t))"#,
    r#"(instance $i (export "a" (type $input))) (alias export $i "a" (type $t))"#,
];

#[test]
fn a_stream_under_another_name_is_given_away() {
    let gives = lifted("(result i32)", "(result (own $t))");
    for alias in ALIASES {
        let resource = "input-stream".to_string();
        let refusal = refused(&format!("{alias} {gives}"));
        assert_eq!(refusal, Refusal::Gives { resource });
    }
}

/// By way of an instance in an instance, of an instance of its own, of an
/// export, and of itself.
#[test]
fn a_stream_is_taken_by_a_detour() {
    let takes = |more: &str| {
        let refusal = refused(more);
        assert!(matches!(refusal, Refusal::Takes { .. }), "{refusal}");
    };
    takes(
        r#"(import "acme:x/y" (instance $x
               (alias outer 1 $input (type $o)) (export "r" (type $r (eq $o)))
               (export "i" (instance
                   (alias outer 1 $r (type $rr)) (export "r" (type $s (eq $rr)))
                   (export "f" (func (param "a" (own $s))))))))
           (alias export $x "i" (instance $y))
           (core func (canon lower (func $y "f")))"#,
    );
    let splice = r#"(alias export $streams "[method]output-stream.splice" (func $g))"#;
    takes(&format!(r#"{splice} (instance $b (export "g" (func $g)))"#));
    takes(&format!(r#"{splice} (export "g" (func $g))"#));
    takes(
        r#"(import "f" (func $f (param "a" (list (tuple u8 (own $input))))))
             (core func (canon lower (func $f) (memory (core memory $m "memory"))))"#,
    );
    takes(
        &(lifted("(param i32)", r#"(param "a" (own $input))"#)
            + "(core func (canon lower (func $f)))"),
    );
}

/// Types of the filesystem that are more than the types of calls.
#[test]
fn the_filesystem_by_its_types() {
    for more in [
        r#"(import "f" (func (param "a" (borrow $descriptor))))"#.to_string(),
        r#"(alias outer 0 $descriptor (type $z)) (core func (canon resource.drop $z))"#.to_string(),
        r#"(import "acme:x/y" (instance (alias outer 1 $descriptor (type $o)) (export "d" (type (eq $o)))))"#.to_string(),
        r#"(alias export $preopens "get-directories" (func $g)) (export "h" (func $g))"#.to_string(),
        lifted("(param i32)", r#"(param "d" (own $descriptor))"#),
    ] {
        let refusal = refused(&more);
        assert!(matches!(refusal, Refusal::FilesystemTypes { .. }), "{refusal}");
    }
}

/// Replaced functions where a component names core functions in other ways than
/// for its modules.
#[test]
fn glue_is_where_the_function_was() {
    fused(
        r#"(type $r (resource (rep i32) (dtor (core func $close))))
           (core func (canon resource.new $r))"#,
    );
    let lifts = lifted("(result i32)", "(result u32)");
    let lifts = lifts.replace(
        r#"(core func $e "f")"#,
        r#"(core func $e "f") (post-return (core func $close))"#,
    );
    fused(&(lifts + r#"(export "f" (func $f))"#));
}

/// The allocator is one that the host gives.
#[test]
fn an_allocator_that_is_lowered() {
    fused(
        r#"(import "f" (func $f (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32)
               (result u32)))
           (core func $r (canon lower (func $f)))
           (core func (canon lower (func $preopens "get-directories")
               (memory (core memory $m "memory")) (realloc (core func $r))))"#,
    );
}

#[test]
fn memories_that_the_glue_does_not_know() {
    let memory64 = r#"(core module $mm (memory (export "memory") i64 1)
               (func (export "realloc") (param i64 i64 i64 i64) (result i64) i64.const 0))
           (core instance $mi (instantiate $mm))
           (core func (canon lower (func $preopens "get-directories")
               (memory (core memory $mi "memory")) (realloc (core func $mi "realloc"))))"#;
    assert_eq!(refused(memory64), Refusal::SeveralMemories);
    // The same memory by another way: it could be fused, and is not.
    let bag = r#"(core instance $bag (export "memory" (memory $m "memory")))
           (core func (canon lower (func $preopens "get-directories")
               (memory (core memory $bag "memory")) (realloc (core func $m "realloc"))))"#;
    assert_eq!(refused(bag), Refusal::SeveralMemories);
}

/// Lowerings with different options, far from one another, in any order, twice,
/// and with memory and allocator by other names.
#[test]
fn lowerings_are_not_mixed_up() {
    fused("");
    fused(
        r#"(alias core export $m "realloc" (core func $realloc))
           (alias core export $m "memory" (core memory $memory))
           (alias export $streams "[method]input-stream.blocking-read" (func $f))
           (core func $a (canon lower (func $f) (memory $memory) (realloc $realloc)))
           (core func $b (canon lower (func $f) (realloc $realloc) (memory $memory)))
           (core func $c (canon lower (func $poll "poll") (memory $memory) (realloc $realloc)))
           (core func $d (canon resource.drop $input))
           (core func $e (canon resource.drop $output))
           (core func $s (canon lower (func $streams "[method]output-stream.splice") (memory $memory)))
           (core func $s2 (canon lower (func $streams "[method]output-stream.splice")
               (memory $memory) (realloc $realloc)))
           (core module $other
               (import "m" "d" (func (param i32))) (import "m" "e" (func (param i32)))
               (import "m" "a" (func (param i32 i64 i32))) (import "m" "b" (func (param i32 i64 i32)))
               (import "m" "c" (func (param i32 i32 i32)))
               (import "n" "s" (func (param i32 i32 i64 i32))) (import "n" "t" (func (param i32 i32 i64 i32)))
               (func (export "f")))
           (core instance $n (export "s" (func $s2)) (export "t" (func $s)))
           (core instance $o (instantiate $other
               (with "m" (instance (export "a" (func $a)) (export "b" (func $b)) (export "c" (func $c))
                   (export "d" (func $d)) (export "e" (func $e))))
               (with "n" (instance $n))))
           (func $lifted (canon lift (core func $o "f")))
           (export "run" (func $lifted))"#,
    );
}

/// The allocators of two lowerings are different functions.
#[test]
fn allocators_are_not_mixed_up() {
    fused(
        r#"(core module $second (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
           (core instance $second (instantiate $second))
           (core func $a (canon lower (func $preopens "get-directories")
               (memory (core memory $m "memory")) (realloc (core func $second "realloc"))))
           (core func $b (canon lower (func $preopens "get-directories")
               (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
           (core module $other (import "m" "a" (func (param i32))) (import "m" "b" (func (param i32))))
           (core instance (instantiate $other
               (with "m" (instance (export "a" (func $a)) (export "b" (func $b))))))"#,
    );
}

/// A resource by another name is dropped by the same glue.
#[test]
fn drops_by_other_names() {
    let more = |alias: &str| {
        format!(
            r#"{alias} (core func $d (canon resource.drop $t))
               (core module $other (import "m" "d" (func (param i32))))
               (core instance (instantiate $other (with "m" (instance (export "d" (func $d))))))"#
        )
    };
    for alias in ALIASES {
        fused(&more(alias));
    }
}

/// What the tests above rely on.
#[test]
fn wiring_that_differs_is_noticed() {
    let two = |first: &str, second: &str| {
        format!(
            r#"(core func $d (canon resource.drop $input)) (core func $e (canon resource.drop $output))
               (core module $other (import "m" "d" (func (param i32))) (import "m" "e" (func (param i32))))
               (core instance (instantiate $other
                   (with "m" (instance (export "d" (func {first})) (export "e" (func {second}))))))"#
        )
    };
    let plain = wat::parse_str(program(&two("$d", "$e"))).unwrap();
    let file = |more: &str| {
        let mut file = Vec::new();
        let composed = fuse(more, false).unwrap();
        composed.write_to(&mut file, &mut |_| Ok(())).unwrap();
        file
    };
    let differs =
        |fused: &[u8]| std::panic::catch_unwind(|| wiring::assert_same(&plain, fused)).is_err();
    assert!(!differs(&file(&two("$d", "$e"))));
    assert!(differs(&file(&two("$e", "$d"))));
    // The host's functions where glue should be.
    assert!(differs(&plain));
}
