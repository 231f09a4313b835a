//! The component link on small programs written by hand: what is linked, what
//! is refused and why. Whole programs are in `tests/e2e`.

use monaka_adapter_bytes::{ADAPTER, LOWERED};
use monaka_compose::{Composed, Error, Linking, Modules, Options, adapter, inspect};

/// A program that imports one interface with one function.
fn importing(interface: &str, function: &str) -> String {
    format!(
        r#"(component
            (import "{interface}" (instance $i (export "{function}" (func))))
            (core func $f (canon lower (func $i "{function}")))
            (core module $m (import "" "f" (func)))
            (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))"#
    )
}

/// A program that takes the standard output of its host, at a patch version.
fn stdout_at(version: &str) -> String {
    format!(
        r#"(component
            (import "wasi:io/error@{version}" (instance $error
                (export "error" (type (sub resource)))))
            (alias export $error "error" (type $e))
            (import "wasi:io/streams@{version}" (instance $streams
                (alias outer 1 $e (type $outer))
                (export "error" (type (eq $outer)))
                (export "output-stream" (type (sub resource)))))
            (alias export $streams "output-stream" (type $o))
            (import "wasi:cli/stdout@{version}" (instance $stdout
                (alias outer 1 $o (type $outer))
                (export "output-stream" (type $os (eq $outer)))
                (export "get-stdout" (func (result (own $os)))))))"#
    )
}

fn file(composed: &Composed, image: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    composed
        .write_to(&mut file, &mut |out| out.write_all(image))
        .unwrap();
    assert_eq!(file.len() as u64, composed.len());
    file
}

fn compose(app: &[u8], options: &Options) -> Result<Composed, Error> {
    let modules = Modules {
        component: ADAPTER,
        lowered: LOWERED,
    };
    let options = Options {
        link: Linking::Component,
        ..options.clone()
    };
    monaka_compose::compose(app, modules, &options)
}

fn refusal(app: &str) -> Error {
    compose(app.as_bytes(), &Options::default()).unwrap_err()
}

#[test]
fn a_program_keeps_its_own_patch_version() {
    for version in ["0.2.0", "0.2.6", "0.2.12", "0.2.15"] {
        let composed = compose(stdout_at(version).as_bytes(), &Options::default()).unwrap();
        for import in &composed.report.imports {
            assert!(import.ends_with(&format!("@{version}")), "{import}");
        }
        assert!(
            composed
                .report
                .imports
                .contains(&format!("wasi:cli/stdout@{version}"))
        );
    }
}

#[test]
fn a_program_without_a_filesystem_composes_with_a_warning() {
    let composed = compose(stdout_at("0.2.3").as_bytes(), &Options::default()).unwrap();
    assert_eq!(composed.report.warnings.len(), 1);
}

#[test]
fn the_adapter_alone_is_a_component_with_and_without_http() {
    for http in [false, true] {
        let composed = adapter(ADAPTER, &Options::default(), http).unwrap();
        let inspection = inspect(&file(&composed, &[])).unwrap();
        let exports = |name: &str| inspection.exports.iter().any(|e| e.starts_with(name));
        assert!(exports("wasi:filesystem/types@0.2"));
        assert!(exports("wasi:sockets/tcp@0.2"));
        assert_eq!(exports("wasi:http/types@0.2"), http);
        assert!(
            !inspection
                .imports
                .iter()
                .any(|name| name.starts_with("wasi:filesystem/"))
        );
    }
}

/// What `wac plug` does: its own rules for matching, with our adapter.
#[test]
fn the_adapter_alone_fits_other_linkers() {
    let adapter = file(&adapter(ADAPTER, &Options::default(), false).unwrap(), &[]);
    let app = wat::parse_str(stdout_at("0.2.6")).unwrap();
    let mut graph = wac_graph::CompositionGraph::new();
    let mut register = |name: &str, bytes: Vec<u8>| {
        let package = wac_types::Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let plug = register("adapter", adapter);
    let socket = register("app", app);
    wac_graph::plug(&mut graph, vec![plug], socket).unwrap();
    let linked = graph.encode(wac_graph::EncodeOptions::default()).unwrap();
    assert!(inspect(&linked).is_ok());
}

#[test]
fn an_image_is_found_again_at_every_length() {
    // Each length needs another number of bytes in the lengths around it.
    for len in [
        1, 25, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 3_000_000,
    ] {
        let image: Vec<u8> = (0..len).map(|i| i as u8).collect();
        let options = Options {
            image_len: Some(len),
            bytes_max: 12_345,
            ..Options::default()
        };
        let composed = compose(stdout_at("0.2.6").as_bytes(), &options).unwrap();
        let file = file(&composed, &image);
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&file)
            .unwrap();
        let inspection = inspect(&file).unwrap();
        assert_eq!(&file[inspection.image.unwrap()], &image[..]);
        assert_eq!(inspection.config.bytes_max, 12_345);
        // The lengths in front of the image have grown with it.
        let growth = inspection.adapter_bytes - composed.report.adapter_bytes;
        assert!(growth <= 8, "{growth}");
    }
}

#[test]
fn an_image_of_another_length_than_promised_is_an_error() {
    let options = Options {
        image_len: Some(10),
        ..Options::default()
    };
    let composed = compose(stdout_at("0.2.6").as_bytes(), &options).unwrap();
    let error = composed
        .write_to(&mut Vec::new(), &mut |out| out.write_all(b"short"))
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn an_image_over_the_limit_is_refused() {
    let options = Options {
        image_len: Some(monaka_compose::IMAGE_BYTES_MAX + 1),
        ..Options::default()
    };
    let error = compose(stdout_at("0.2.6").as_bytes(), &options).unwrap_err();
    assert!(matches!(error, Error::ImageTooLarge { .. }), "{error}");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let make = || {
        let composed = compose(stdout_at("0.2.6").as_bytes(), &Options::default());
        file(&composed.unwrap(), &[])
    };
    assert_eq!(make(), make());
}

#[test]
fn composing_twice_is_refused() {
    let composed = compose(stdout_at("0.2.6").as_bytes(), &Options::default()).unwrap();
    let error = compose(&file(&composed, &[]), &Options::default()).unwrap_err();
    assert!(matches!(error, Error::AlreadyComposed), "{error}");
}

#[test]
fn what_is_not_webassembly_is_refused() {
    for input in [&b""[..], b"\x7fELF", b"hello", &[0xff; 40]] {
        let error = compose(input, &Options::default()).unwrap_err();
        assert!(matches!(error, Error::NotWasm), "{error}");
    }
    assert!(matches!(refusal("(component"), Error::Text(_)));
    let whole = file(
        &compose(stdout_at("0.2.6").as_bytes(), &Options::default()).unwrap(),
        &[],
    );
    let error = compose(&whole[..whole.len() / 2], &Options::default()).unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
}

#[test]
fn other_versions_of_wasi_are_named() {
    let error = refusal(&importing("wasi:filesystem/types@0.3.0", "f"));
    assert!(
        error.to_string().contains("wasi:filesystem/types@0.3.0"),
        "{error}"
    );
    let error = refusal(
        r#"(module (import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32))))"#,
    );
    assert!(error.to_string().contains("wasi_unstable"), "{error}");
}

#[test]
fn a_filesystem_import_that_does_not_fit_is_named() {
    for (interface, function) in [
        ("wasi:filesystem/types@0.2.6", "no-such-function"),
        ("wasi:filesystem/no-such-interface@0.2.6", "f"),
    ] {
        let error = refusal(&importing(interface, function));
        assert!(matches!(error, Error::Filesystem { .. }), "{error}");
        assert!(error.to_string().contains(interface), "{error}");
    }
}

/// The client of an http server has no clock of its own, but `wasi:http/types`
/// takes `duration` from the monotonic clock: the adapter's world did not parse
/// ("depends on an interface in incompatible ways").
#[test]
fn a_proxied_interface_brings_those_that_it_uses() {
    let app = r#"(component
        (import "wasi:http/types@0.2.6" (instance $types
            (export "request-options" (type $o (sub resource)))
            (export "[constructor]request-options" (func (result (own $o)))))))"#;
    let composed = compose(app.as_bytes(), &Options::default()).unwrap();
    assert!(
        composed
            .report
            .imports
            .contains(&"wasi:http/types@0.2.6".to_string())
    );
}

#[test]
fn every_proxied_interface_can_be_the_only_one() {
    for interface in [
        "cli/stdin",
        "cli/stdout",
        "cli/stderr",
        "clocks/monotonic-clock",
        "sockets/network",
        "sockets/instance-network",
        "sockets/tcp",
        "sockets/tcp-create-socket",
        "sockets/udp",
        "sockets/udp-create-socket",
        "sockets/ip-name-lookup",
        "http/types",
        "http/outgoing-handler",
    ] {
        let app = format!(r#"(component (import "wasi:{interface}@0.2.4" (instance)))"#);
        let composed = compose(app.as_bytes(), &Options::default());
        assert!(composed.is_ok(), "{interface}: {}", composed.unwrap_err());
    }
}

#[test]
fn an_exported_http_handler_is_refused() {
    let error = refusal(
        r#"(component
            (import "wasi:http/types@0.2.6" (instance $types
                (export "incoming-request" (type (sub resource)))))
            (alias export $types "incoming-request" (type $request))
            (core module $m (func (export "handle") (param i32)))
            (core instance $i (instantiate $m))
            (func $handle (param "request" (own $request))
                (canon lift (core func $i "handle")))
            (component $c
                (import "request" (type $r (sub resource)))
                (import "handle" (func $h (param "request" (own $r))))
                (export $e "incoming-request" (type $r))
                (export "handle" (func $h) (func (param "request" (own $e)))))
            (instance $handler (instantiate $c
                (with "request" (type $request))
                (with "handle" (func $handle))))
            (export "wasi:http/incoming-handler@0.2.6" (instance $handler)))"#,
    );
    assert!(matches!(error, Error::Export { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("wasi:http/incoming-handler@0.2.6"),
        "{error}"
    );
}

#[test]
fn a_foreign_interface_that_passes_streams_is_refused() {
    let app = stdout_at("0.2.6").replace("wasi:cli/stdout@0.2.6", "acme:log/sink@1.0.0");
    let error = refusal(&app);
    assert!(matches!(error, Error::ForeignImport { .. }), "{error}");
    assert!(error.to_string().contains("acme:log/sink@1.0.0"), "{error}");
}

#[test]
fn a_core_module_of_another_system_is_refused_with_its_import() {
    let error = refusal(r#"(module (import "env" "puts" (func (param i32))))"#);
    assert!(matches!(error, Error::CoreModule(_)), "{error}");
    assert!(error.to_string().contains("env"), "{error}");
}

#[test]
fn what_monaka_did_not_make_is_not_inspected() {
    let component = wat::parse_str("(component)").unwrap();
    assert!(matches!(inspect(&component), Err(Error::NotComposed)));
    assert!(matches!(inspect(b"text"), Err(Error::NotWasm)));
}
