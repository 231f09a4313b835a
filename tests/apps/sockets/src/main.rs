//! Sockets and files in one program: `std::net` over the loopback interface.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};

use app_support::{Area, digest, pattern};

fn main() -> io::Result<()> {
    let area = Area::new("sockets")?;
    echo(&area)?;
    file_over_tcp(&area)?;
    refused(&area)?;
    udp(&area)
}

fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}

fn echo(area: &Area) -> io::Result<()> {
    let (mut client, mut server) = pair()?;
    client.write_all(b"ping")?;
    let mut buf = [0; 16];
    let n = server.read(&mut buf)?;
    server.write_all(&buf[..n])?;
    let n = client.read(&mut buf)?;
    area.tell("echo", String::from_utf8_lossy(&buf[..n]));
    area.show("shutdown", client.shutdown(Shutdown::Write));
    area.show("end of stream", server.read(&mut buf));
    Ok(())
}

fn file_over_tcp(area: &Area) -> io::Result<()> {
    fs::write(area.path("sent"), pattern(20_000))?;
    let (mut client, mut server) = pair()?;
    area.show(
        "send",
        io::copy(&mut File::open(area.path("sent"))?, &mut client),
    );
    client.shutdown(Shutdown::Write)?;
    area.show(
        "receive",
        io::copy(&mut server, &mut File::create(area.path("received"))?),
    );
    area.show(
        "received",
        fs::read(area.path("received")).map(|bytes| digest(&bytes)),
    );
    Ok(())
}

fn refused(area: &Area) -> io::Result<()> {
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    area.show("nobody listens", TcpStream::connect(free).map(drop));
    Ok(())
}

fn udp(area: &Area) -> io::Result<()> {
    let (one, two) = (
        UdpSocket::bind("127.0.0.1:0")?,
        UdpSocket::bind("127.0.0.1:0")?,
    );
    one.send_to(b"datagram", two.local_addr()?)?;
    let mut buf = [0; 16];
    let (n, from) = two.recv_from(&mut buf)?;
    fs::write(area.path("datagram"), &buf[..n])?;
    area.show("datagram", fs::read_to_string(area.path("datagram")));
    area.tell("from the sender", from == one.local_addr()?);
    Ok(())
}
