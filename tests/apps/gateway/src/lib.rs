//! An http handler that asks another server, and keeps what it gets in a file:
//! the next request for the same path is answered from there. The variable
//! `BACKEND` is where the other server is, such as `http://127.0.0.1:80`.

#![cfg(all(target_os = "wasi", target_env = "p2"))]

use std::env;
use std::fs;

use self::exports::wasi::http::incoming_handler::Guest;
use self::wasi::http::outgoing_handler;
use self::wasi::http::types::{
    ErrorCode, Fields, IncomingRequest, IncomingResponse, OutgoingBody, OutgoingRequest,
    OutgoingResponse, ResponseOutparam, Scheme,
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
        package monaka:gateway;
        world gateway {
            import wasi:http/outgoing-handler@0.2.12;
            export wasi:http/incoming-handler@0.2.12;
        }
    ",
    world: "monaka:gateway/gateway",
    generate_all,
});

struct Gateway;

export!(Gateway);

impl Guest for Gateway {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match kept(&path) {
            Ok(content) => respond(outparam, 200, content.as_bytes()),
            Err(code) => respond(outparam, 502, format!("{code:?}").as_bytes()),
        }
    }
}

fn kept(path: &str) -> Result<String, ErrorCode> {
    if let Ok(content) = fs::read_to_string(path) {
        return Ok(content);
    }
    let content = body(&ask(path)?)?;
    fs::write(path, &content).expect("the file is kept");
    Ok(String::from_utf8_lossy(&content).into_owned())
}

fn ask(path: &str) -> Result<IncomingResponse, ErrorCode> {
    let backend = env::var("BACKEND").expect("the variable BACKEND");
    let (scheme, authority) = backend.split_once("://").expect("SCHEME://AUTHORITY");
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_string()),
    };
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).expect("scheme");
    request.set_authority(Some(authority)).expect("authority");
    request.set_path_with_query(Some(path)).expect("path");
    let future = outgoing_handler::handle(request, None)?;
    future.subscribe().block();
    future.get().expect("ready").expect("taken once")
}

fn body(response: &IncomingResponse) -> Result<Vec<u8>, ErrorCode> {
    let body = response.consume().expect("the body is asked for once");
    let stream = body.stream().expect("the stream is asked for once");
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(part) => bytes.extend_from_slice(&part),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(_)) => {
                return Err(ErrorCode::HttpResponseIncomplete);
            }
        }
    }
}

fn respond(outparam: ResponseOutparam, status: u16, bytes: &[u8]) {
    let response = OutgoingResponse::new(Fields::new());
    response.set_status_code(status).expect("a known status");
    let body = response.body().expect("the body is asked for once");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("the stream is asked for once");
    let sent = bytes
        .chunks(4096)
        .try_for_each(|part| stream.blocking_write_and_flush(part));
    drop(stream);
    if sent.is_ok() {
        OutgoingBody::finish(body, None).ok();
    }
}
