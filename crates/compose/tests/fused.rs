//! The fused link on small programs written by hand: which are fused, which
//! are not and why, and what the result looks like. What it does is in
//! `tests/e2e`.

use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Composed, Error, Link, Linking, Modules, Options, Refusal, compose, inspect};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The program of `program.wat`, with more in it.
fn program(more: &str) -> String {
    include_str!("program.wat").replace(";; MORE", more)
}

fn try_compose(app: &str, options: &Options) -> Result<Composed, Error> {
    let modules = Modules {
        component: ADAPTER,
        lowered: LOWERED,
    };
    compose(app.as_bytes(), modules, options)
}

fn fused(app: &str) -> Composed {
    let options = Options {
        link: Linking::Fused,
        ..Options::default()
    };
    try_compose(app, &options).unwrap()
}

fn refusal(app: &str) -> Refusal {
    let options = Options {
        link: Linking::Fused,
        ..Options::default()
    };
    match try_compose(app, &options) {
        Err(Error::NotFusable(refusal)) => refusal,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was fused"),
    }
}

fn file(composed: &Composed, image: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    composed
        .write_to(&mut file, &mut |out| out.write_all(image))
        .unwrap();
    assert_eq!(file.len() as u64, composed.len());
    file
}

/// The core modules of a component, whole.
fn core_modules(component: &[u8]) -> Vec<&[u8]> {
    Parser::new(0)
        .parse_all(component)
        .filter_map(|payload| match payload.unwrap() {
            Payload::ModuleSection {
                unchecked_range, ..
            } => Some(&component[unchecked_range.start as usize..unchecked_range.end as usize]),
            _ => None,
        })
        .collect()
}

#[test]
fn the_filesystem_is_not_imported_any_more() {
    let composed = fused(&program(""));
    assert_eq!(composed.report.link, Link::Fused);
    assert_eq!(
        composed.report.imports,
        [
            "wasi:io/error@0.2.6",
            "wasi:io/poll@0.2.6",
            "wasi:io/streams@0.2.6",
            "wasi:clocks/wall-clock@0.2.6",
        ]
    );
}

#[test]
fn the_modules_of_the_program_are_untouched() {
    let app = wat::parse_str(program("")).unwrap();
    let file = file(&fused(&program("")), &[]);
    let copied = core_modules(&file);
    for module in core_modules(&app) {
        assert!(copied.contains(&module));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let app = program("");
    assert_eq!(file(&fused(&app), &[]), file(&fused(&app), &[]));
}

#[test]
fn the_portable_form_needs_neither_multi_memory_nor_tail_calls() {
    let missing = WasmFeatures::MULTI_MEMORY | WasmFeatures::TAIL_CALL;
    for (portable, valid) in [(true, true), (false, false)] {
        let options = Options {
            link: Linking::Fused,
            portable,
            ..Options::default()
        };
        let file = file(&try_compose(&program(""), &options).unwrap(), &[]);
        let mut validator = Validator::new_with_features(WasmFeatures::default() - missing);
        assert_eq!(validator.validate_all(&file).is_ok(), valid);
        assert_eq!(inspect(&file).unwrap().portable, portable);
    }
}

#[test]
fn an_image_is_found_again() {
    let image: Vec<u8> = (0..300_000_u32).map(|i| i as u8).collect();
    let options = Options {
        link: Linking::Fused,
        image_len: Some(image.len() as u64),
        ..Options::default()
    };
    let file = file(&try_compose(&program(""), &options).unwrap(), &image);
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&file)
        .unwrap();
    let inspection = inspect(&file).unwrap();
    assert_eq!(inspection.link, Link::Fused);
    assert_eq!(file[inspection.image.unwrap()], image);
}

#[test]
fn a_fused_file_is_not_composed_again() {
    let composed = file(&fused(&program("")), &[]);
    let modules = Modules {
        component: ADAPTER,
        lowered: LOWERED,
    };
    let error = compose(&composed, modules, &Options::default()).unwrap_err();
    assert!(matches!(error, Error::AlreadyComposed), "{error}");
}

/// A mixed poll asks the host whether its pollables are ready, which the
/// program itself never does: the import gets the function.
#[test]
fn an_import_gets_the_functions_that_the_filesystem_needs() {
    let poll = r#"(core func (canon lower (func $poll "poll")
        (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))"#;
    let splice = r#"(core func (canon lower (func $streams "[method]output-stream.splice")
        (memory (core memory $m "memory"))))"#;
    for (more, function) in [
        (poll, "[method]pollable.ready"),
        (splice, "[method]output-stream.check-write"),
    ] {
        let plain = file(&fused(&program("")), &[]);
        assert!(
            !contains(&plain, "[method]pollable.ready\u{1}"),
            "{function}"
        );
        let file = file(&fused(&program(more)), &[]);
        let types = Validator::new_with_features(WasmFeatures::all())
            .validate_all(&file)
            .unwrap();
        let interface = if more == poll { "poll" } else { "streams" };
        let import = types
            .as_ref()
            .component_item_for_import(&format!("wasi:io/{interface}@0.2.6"))
            .unwrap();
        let wasmparser::component_types::ComponentEntityType::Instance(id) = import.ty else {
            panic!("not an instance");
        };
        assert!(types[id].exports.contains_key(function), "{function}");
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn a_foreign_function_that_takes_a_stream_is_named() {
    let refused = refusal(&program(
        r#"(import "acme:log/sink@1.0.0" (instance $sink
                (alias outer 1 $output (type $outer))
                (export "output-stream" (type $o (eq $outer)))
                (export "log" (func (param "to" (list (option (borrow $o))))))))
           (core func (canon lower (func $sink "log")
                (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))"#,
    ));
    assert_eq!(
        refused,
        Refusal::Takes {
            import: "acme:log/sink@1.0.0".to_string(),
            function: "log".to_string(),
            resource: "output-stream".to_string(),
        }
    );
}

/// What comes from the host may come from anywhere.
#[test]
fn a_foreign_function_that_gives_a_stream_is_no_reason() {
    fused(&program(
        r#"(import "acme:log/source@1.0.0" (instance $source
                (alias outer 1 $output (type $outer))
                (export "output-stream" (type $o (eq $outer)))
                (export "open" (func (result (own $o))))))
           (core func (canon lower (func $source "open")))"#,
    ));
}

#[test]
fn an_export_that_gives_a_stream_is_refused_and_one_that_takes_it_is_not() {
    let export = |core: &str, signature: &str| {
        program(&format!(
            r#"(core module $e (func (export "f") {core} unreachable))
               (core instance $e (instantiate $e))
               (func $f {signature} (canon lift (core func $e "f")))
               (export "f" (func $f))"#
        ))
    };
    fused(&export("(param i32)", r#"(param "from" (own $input))"#));
    assert_eq!(
        refusal(&export("(result i32)", "(result (own $input))")),
        Refusal::Gives {
            resource: "input-stream".to_string()
        }
    );
}

#[test]
fn strings_in_another_encoding_are_refused() {
    let refused = refusal(&program(
        r#"(core func (canon lower (func $preopens "get-directories")
            string-encoding=utf16 (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))"#,
    ));
    assert!(matches!(refused, Refusal::Option { .. }), "{refused}");
    assert!(refused.to_string().contains("UTF-16"), "{refused}");
}

#[test]
fn several_memories_are_refused() {
    let refused = refusal(&program(
        r#"(core instance $other (instantiate $memory))
           (core func (canon lower (func $preopens "get-directories")
            (memory (core memory $other "memory")) (realloc (core func $other "realloc"))))"#,
    ));
    assert_eq!(refused, Refusal::SeveralMemories);
}

#[test]
fn nested_programs_are_refused() {
    let refused = refusal(&program("(component (core module))"));
    assert_eq!(refused, Refusal::NestsComponents);
    let refused = refusal(&program(
        r#"(component $c (import "p" (instance)))
           (instance (instantiate $c (with "p" (instance $streams))))"#,
    ));
    assert!(matches!(refused, Refusal::HandsOn { .. }), "{refused}");
}

#[test]
fn a_filesystem_type_in_an_export_is_refused() {
    let refused = refusal(&program(r#"(export "d" (type $descriptor))"#));
    assert!(
        matches!(refused, Refusal::FilesystemTypes { .. }),
        "{refused}"
    );
}

#[test]
fn a_function_that_wasi_does_not_have_is_refused() {
    let app = program(r#"(core func (canon lower (func $error "new")))"#).replace(
        "(instance $error",
        r#"(instance $error (export "new" (func))"#,
    );
    let refused = refusal(&app);
    assert!(matches!(refused, Refusal::Unknown { .. }), "{refused}");
}

#[test]
fn two_versions_of_one_interface_are_refused() {
    let refused = refusal(&program(
        r#"(import "wasi:io/error@0.2.0" (instance
            (export "error" (type (sub resource)))))"#,
    ));
    assert!(matches!(refused, Refusal::TwoVersions { .. }), "{refused}");
}

#[test]
fn auto_takes_the_component_link_and_says_why() {
    let app = r#"(component
        (component (core module))
        (import "wasi:cli/environment@0.2.6" (instance)))"#;
    let composed = try_compose(app, &Options::default()).unwrap();
    assert_eq!(composed.report.link, Link::Component);
    assert_eq!(composed.report.refusal, Some(Refusal::NestsComponents));
    let inspection = inspect(&file(&composed, &[])).unwrap();
    assert_eq!(inspection.link, Link::Component);
    let reason = Refusal::NestsComponents.to_string();
    assert_eq!(inspection.refusal, Some(reason));
}
