//! The requests.

use self::wasi::http::outgoing_handler;
use self::wasi::http::types::{
    ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions,
    Scheme,
};
use self::wasi::io::streams::StreamError;
use std::io::Write;

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
        package monaka:http;
        world client {
            import wasi:http/outgoing-handler@0.2.12;
        }
    ",
    world: "monaka:http/client",
    generate_all,
});

/// Where the body of the answer is kept.
const FILE: &str = "/body";

pub(crate) fn run() {
    let authority = std::env::args().nth(1).expect("the authority of a server");
    let response = post(&authority).expect("an answer");
    println!("http: status = {}", response.status());
    println!("http: header = {:?}", header(&response, "x-echo"));
    save(&response);
    println!("http: file = {:?}", std::fs::read_to_string(FILE));
    println!("http: unknown scheme = {:?}", unknown_scheme().err());
}

/// Sends a body of known content with two headers of one name.
fn post(authority: &str) -> Result<IncomingResponse, ErrorCode> {
    let values = [("x-send", "one"), ("x-send", "two")];
    let values = values.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let request = OutgoingRequest::new(Fields::from_list(&values).expect("headers"));
    request.set_method(&Method::Post).expect("method");
    request.set_scheme(Some(&Scheme::Http)).expect("scheme");
    request.set_authority(Some(authority)).expect("authority");
    request
        .set_path_with_query(Some("/path?query=1"))
        .expect("path");
    let options = RequestOptions::new();
    options
        .set_connect_timeout(Some(10_000_000_000))
        .expect("options");
    let body = request.body().expect("body");
    let future = outgoing_handler::handle(request, Some(options))?;
    let stream = body.write().expect("stream");
    // Where the request fails this fails, too, and the answer says why.
    stream.blocking_write_and_flush(b"payload").ok();
    drop(stream);
    OutgoingBody::finish(body, None).ok();
    future.subscribe().block();
    future.get().expect("ready").expect("taken once")
}

fn header(response: &IncomingResponse, name: &str) -> Vec<String> {
    response
        .headers()
        .get(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}

/// Copies the body of an answer to a file.
fn save(response: &IncomingResponse) {
    let body = response.consume().expect("body");
    let stream = body.stream().expect("stream");
    let mut file = std::fs::File::create(FILE).expect("file");
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) => file.write_all(&bytes).expect("saved"),
            Err(StreamError::Closed) => return,
            Err(StreamError::LastOperationFailed(error)) => {
                println!("http: body = {}", error.to_debug_string());
                return;
            }
        }
    }
}

/// An error with no server involved: it comes back through the proxy as it is.
fn unknown_scheme() -> Result<(), ErrorCode> {
    let request = OutgoingRequest::new(Fields::new());
    let scheme = Scheme::Other("gopher".to_string());
    request.set_scheme(Some(&scheme)).expect("scheme");
    request.set_authority(Some("localhost")).expect("authority");
    let future = outgoing_handler::handle(request, None)?;
    future.subscribe().block();
    future.get().expect("ready").expect("taken once").map(drop)
}
