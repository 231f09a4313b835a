//! An http handler whose answers take long, and a directory of those that it has given before.
//!
//! `GET /primes/N` lists the primes up to `N`. Each request runs in an instance of its own, which is gone afterwards;
//! what is kept is kept in files.

#![cfg(all(target_os = "wasi", target_env = "p2"))]

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};

use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

wasip2::http::proxy::export!(Handler);

struct Handler;

const DIRECTORY: &str = "/cache";
const NUMBER_MAX: usize = 1_000_000;

/// What a client is told: a status, where the body is from, and the body.
struct Answer(u16, &'static str, String);

impl wasip2::exports::http::incoming_handler::Guest for Handler {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let number = path
            .strip_prefix("/primes/")
            .and_then(|number| number.parse().ok());
        let answer = match number {
            Some(number) if number <= NUMBER_MAX => answer(number),
            _ => Answer(
                404,
                "none",
                format!("try /primes/1000, or another number up to {NUMBER_MAX}\n"),
            ),
        };
        // A client that has gone wants no answer.
        respond(outparam, answer).ok();
    }
}

fn answer(number: usize) -> Answer {
    let path = format!("{DIRECTORY}/{number}");
    match fs::read_to_string(&path) {
        Ok(body) => Answer(200, "hit", body),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let body = primes(number);
            keep(&path, &body);
            Answer(200, "miss", body)
        }
        Err(error) => Answer(500, "none", format!("{error}\n")),
    }
}

/// Keeps an answer. Where that fails, there is no room: the cache forgets all it has, and goes on.
fn keep(path: &str, body: &str) {
    // Written aside, under a name of its own, and renamed: no other request sees half an answer.
    let aside = format!("{DIRECTORY}/.{:x}", RandomState::new().hash_one(path));
    let kept = fs::create_dir_all(DIRECTORY)
        .and_then(|()| fs::write(&aside, body))
        .and_then(|()| fs::rename(&aside, path));
    if kept.is_err() {
        fs::remove_dir_all(DIRECTORY).ok();
    }
}

/// The primes up to a number, by the sieve of Eratosthenes, one on each line.
fn primes(number: usize) -> String {
    let mut composite = vec![false; number + 1];
    let mut lines = String::new();
    for candidate in 2..=number {
        if !composite[candidate] {
            lines += &format!("{candidate}\n");
            (2 * candidate..=number)
                .step_by(candidate)
                .for_each(|multiple| composite[multiple] = true);
        }
    }
    lines
}

fn respond(outparam: ResponseOutparam, Answer(status, from, body): Answer) -> io::Result<()> {
    let headers = Fields::new();
    headers
        .set("x-cache", &[from.into()])
        .expect("a header that may be set");
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("a status");
    let outgoing = response.body().expect("a body, asked for once");
    ResponseOutparam::set(outparam, Ok(response));
    let mut stream = outgoing.write().expect("a stream, asked for once");
    stream.write_all(body.as_bytes())?;
    stream.blocking_flush().map_err(io::Error::other)?;
    drop(stream);
    OutgoingBody::finish(outgoing, None).map_err(io::Error::other)
}
