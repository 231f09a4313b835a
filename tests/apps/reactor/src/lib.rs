//! An http handler over files: `GET` serves one or lists a directory, `PUT`
//! makes one, `DELETE` removes one. Whoever serves it decides how long a
//! filesystem lives.

#![cfg(all(target_os = "wasi", target_env = "p2"))]

mod files;

use self::exports::wasi::http::incoming_handler::Guest;
use self::wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use self::wasi::io::streams::{InputStream, StreamError};
use files::Answer;

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
        package monaka:reactor;
        world reactor {
            export wasi:http/incoming-handler@0.2.12;
        }
    ",
    world: "monaka:reactor/reactor",
    generate_all,
});

struct Reactor;

export!(Reactor);

impl Guest for Reactor {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let answer = match request.method() {
            Method::Get => files::get(&path),
            Method::Put => files::put(&path, &body(&request)),
            Method::Delete => files::delete(&path),
            _ => Answer::of(405, "GET, PUT or DELETE"),
        };
        respond(outparam, answer);
    }
}

fn body(request: &IncomingRequest) -> Vec<u8> {
    let body = request.consume().expect("the body is asked for once");
    let stream = body.stream().expect("the stream is asked for once");
    let mut bytes = Vec::new();
    read_to_end(&stream, &mut bytes).expect("the client sends its body");
    bytes
}

fn read_to_end(stream: &InputStream, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(part) => bytes.extend_from_slice(&part),
            Err(StreamError::Closed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// A client that goes away early is no error of ours.
fn respond(outparam: ResponseOutparam, answer: Answer) {
    let response = OutgoingResponse::new(Fields::new());
    response
        .set_status_code(answer.status)
        .expect("a known status");
    let body = response.body().expect("the body is asked for once");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("the stream is asked for once");
    let sent = answer
        .body
        .chunks(4096)
        .try_for_each(|part| stream.blocking_write_and_flush(part));
    drop(stream);
    if sent.is_ok() {
        OutgoingBody::finish(body, None).ok();
    }
}
