//! A resolver for tests: it leads every name to one address, by UDP and by TCP,
//! and writes down what it was asked. Its arguments are the address that it
//! listens at, the address that it gives, and the file that it writes to.
//!
//! Source of all numbers: RFC 1035, section 4.1.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().unwrap_or_default();
    let at: SocketAddr = next().parse().map_err(std::io::Error::other)?;
    let given: Ipv4Addr = next().parse().map_err(std::io::Error::other)?;
    let mut asked = std::fs::OpenOptions::new().create(true).append(true).open(next())?;
    let mut also = asked.try_clone()?;
    let (datagrams, streams) = (UdpSocket::bind(at)?, TcpListener::bind(at)?);
    std::thread::spawn(move || {
        for stream in streams.incoming() {
            let answered = stream.and_then(|mut stream| {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut message)?;
                writeln!(also, "tcp {}", name(&message))?;
                let answer = answer(&message, given);
                let length = u16::try_from(answer.len()).unwrap_or_default();
                stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())
            });
            // Who leaves half-way is not missed.
            let _left = answered;
        }
    });
    let mut buffer = [0; 2048];
    loop {
        let (length, asker) = datagrams.recv_from(&mut buffer)?;
        let message = buffer.get(..length).unwrap_or_default();
        writeln!(asked, "udp {}", name(message))?;
        datagrams.send_to(&answer(message, given), asker)?;
    }
}

/// Where the question's name ends.
fn end_of_name(message: &[u8]) -> usize {
    let mut at = 12;
    while let Some(length) = message.get(at).filter(|length| **length > 0) {
        at += usize::from(*length) + 1;
    }
    at + 1
}

fn name(message: &[u8]) -> String {
    let labels = message.get(12..end_of_name(message)).unwrap_or_default();
    let shown = labels.iter().map(|byte| if *byte > 32 { char::from(*byte) } else { '.' });
    shown.collect::<String>().trim_matches('.').to_owned()
}

/// One address for who asks for those of IPv4, none for anything else.
fn answer(message: &[u8], given: Ipv4Addr) -> Vec<u8> {
    let end = end_of_name(message) + 4;
    let kind = message.get(end - 4..end - 2).unwrap_or_default();
    let found = u8::from(kind == [0, 1]);
    let number = message.get(..2).unwrap_or(&[0, 0]);
    let mut answer = [number, &[0x81, 0x80, 0, 1, 0, found, 0, 0, 0, 0]].concat();
    answer.extend(message.get(12..end).unwrap_or_default());
    if found == 1 {
        // The name as above, an address, of the internet, for a minute.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        answer.extend(given.octets());
    }
    answer
}
