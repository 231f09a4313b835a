//! An http handler over files that uses nothing of `wasi:cli`, as its host has
//! to give it nothing of that: files through `wasi:filesystem` itself. `GET`
//! serves a file, `PUT` keeps one and answers with what was kept before.

#![cfg(target_arch = "wasm32")]

use self::exports::wasi::http::incoming_handler::Guest;
use self::wasi::filesystem::preopens::get_directories;
use self::wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use self::wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use self::wasi::io::streams::StreamError;

wit_bindgen::generate!({
    path: [
        "../../../wit/deps/io.wit",
        "../../../wit/deps/clocks.wit",
        "../../../wit/deps/random.wit",
        "../../../wit/deps/filesystem.wit",
        "../../../wit/deps/sockets.wit",
        "../../../wit/deps/cli.wit",
        "../../../wit/deps/http.wit",
    ],
    inline: "
        package monaka:lean-reactor;
        world reactor {
            import wasi:filesystem/preopens@0.2.12;
            export wasi:http/incoming-handler@0.2.12;
        }
    ",
    world: "monaka:lean-reactor/reactor",
    generate_all,
});

struct Reactor;

export!(Reactor);

impl Guest for Reactor {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let path = path.trim_start_matches('/');
        let result = match request.method() {
            Method::Put => put(path, &request),
            _ => get(path),
        };
        match result {
            Ok(body) => respond(outparam, 200, &body),
            Err(ErrorCode::NoEntry) => respond(outparam, 404, b""),
            Err(_) => respond(outparam, 500, b""),
        }
    }
}

fn open(path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    let (root, _) = get_directories().pop().ok_or(ErrorCode::NoEntry)?;
    root.open_at(PathFlags::SYMLINK_FOLLOW, path, open, flags)
}

fn get(path: &str) -> Result<Vec<u8>, ErrorCode> {
    let file = open(path, OpenFlags::empty(), DescriptorFlags::READ)?;
    let mut bytes = Vec::new();
    loop {
        let (part, end) = file.read(1 << 16, bytes.len() as u64)?;
        bytes.extend_from_slice(&part);
        if end || part.is_empty() {
            return Ok(bytes);
        }
    }
}

/// Splices the body into the file: its bytes never come here.
fn put(path: &str, request: &IncomingRequest) -> Result<Vec<u8>, ErrorCode> {
    let before = get(path).unwrap_or_default();
    let create = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let file = open(path, create, DescriptorFlags::WRITE)?;
    let output = file.write_via_stream(0)?;
    let body = request.consume().map_err(|()| ErrorCode::Io)?;
    let input = body.stream().map_err(|()| ErrorCode::Io)?;
    loop {
        match output.blocking_splice(&input, 1 << 16) {
            Ok(_) => {}
            Err(StreamError::Closed) => return Ok([before, get(path)?].concat()),
            Err(StreamError::LastOperationFailed(_)) => return Err(ErrorCode::Io),
        }
    }
}

fn respond(outparam: ResponseOutparam, status: u16, bytes: &[u8]) {
    let response = OutgoingResponse::new(Fields::new());
    let body = response
        .set_status_code(status)
        .and_then(|()| response.body());
    ResponseOutparam::set(outparam, Ok(response));
    let Ok(body) = body else { return };
    let Ok(stream) = body.write() else { return };
    let sent = bytes
        .chunks(4096)
        .try_for_each(|part| stream.blocking_write_and_flush(part));
    drop(stream);
    if sent.is_ok() {
        OutgoingBody::finish(body, None).ok();
    }
}
