//! Questions over real sockets: resolvers that answer, lie, and keep silent.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

use super::Lookups;
use super::question::tests::asking;
use super::relay::{read, write};

const WITHIN: Duration = Duration::from_secs(20);

/// An address that nobody else has: what is free for datagrams here is free for
/// streams too, and stays so until it is served at.
fn own_address() -> IpAddr {
    static GIVEN: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, high | 0x80, low, GIVEN.fetch_add(1, Ordering::Relaxed)).into()
}

/// Answers every question with what `answer` makes of it.
async fn resolver(answer: fn(&[u8]) -> Vec<Vec<u8>>) -> SocketAddr {
    let socket = UdpSocket::bind((own_address(), 0)).await.unwrap();
    let at = socket.local_addr().unwrap();
    let streams = TcpListener::bind(at).await.unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (length, asker) = socket.recv_from(&mut buffer).await.unwrap();
            for answer in answer(&buffer[..length]) {
                socket.send_to(&answer, asker).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = streams.accept().await.unwrap();
            let question = read(&mut stream, 2048).await.unwrap();
            for answer in answer(&question) {
                write(&mut stream, &answer).await.unwrap();
            }
        }
    });
    at
}

/// The question again, as an answer that found nothing, and a mark behind it.
fn answered(question: &[u8]) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2] |= 0x80;
    answer.extend(b"well");
    answer
}

/// Serves at an address of its own.
async fn lookups(resolvers: Vec<SocketAddr>) -> (Lookups, SocketAddr) {
    let free = UdpSocket::bind((own_address(), 0)).await.unwrap().local_addr().unwrap();
    let lookups = Lookups::default();
    lookups.serve_at(&[free], resolvers);
    (lookups, free)
}

async fn ask(at: SocketAddr, message: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(at).await.unwrap();
    let mut buffer = [0; 2048];
    // The sockets may not be open yet: whoever asks, asks again.
    for _ in 0..10 {
        // A refusal by the kernel counts as silence.
        let _refused = socket.send(message).await;
        let heard = timeout(Duration::from_secs(2), socket.recv(&mut buffer)).await;
        match heard {
            Ok(Ok(length)) => return Some(buffer[..length].to_vec()),
            Ok(Err(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(_) => {}
        }
    }
    None
}

#[tokio::test]
async fn a_question_is_passed_on_and_its_answer_comes_back() {
    let (_lookups, at) = lookups(vec![resolver(|it| vec![answered(it)]).await]).await;
    let question = asking([1, 2], "pad.example.org");
    assert_eq!(ask(at, &question).await.unwrap(), answered(&question));
    let mut stream = TcpStream::connect(at).await.unwrap();
    for number in [[3, 4], [5, 6]] {
        let question = asking(number, "pad.example.org");
        write(&mut stream, &question).await.unwrap();
        let heard = timeout(WITHIN, read(&mut stream, 2048)).await.unwrap().unwrap();
        assert_eq!(heard, answered(&question));
    }
}

#[tokio::test]
async fn lies_are_passed_over_and_the_next_resolver_is_asked() {
    fn lies(question: &[u8]) -> Vec<Vec<u8>> {
        let mut other_number = answered(question);
        other_number[0] ^= 1;
        let mut other_name = answered(question);
        other_name[14] ^= 1;
        vec![other_number, other_name, b"noise".to_vec()]
    }
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let honest = resolver(|it| vec![answered(it)]).await;
    let (_lookups, at) = lookups(vec![nobody, resolver(lies).await, honest]).await;
    let question = asking([1, 2], "pad.example.org");
    assert_eq!(ask(at, &question).await.unwrap(), answered(&question));
}

#[tokio::test]
async fn where_nobody_answers_that_is_said() {
    let (lookups, at) = lookups(Vec::new()).await;
    let question = asking([1, 2], "pad.example.org");
    let heard = ask(at, &question).await.unwrap();
    assert_eq!((heard[..2].to_vec(), heard[3] & 0x0f), (vec![1, 2], 2));
    // Another resolver counts at once, without the socket being opened anew.
    lookups.serve_at(&[at], vec![resolver(|it| vec![answered(it)]).await]);
    assert_eq!(ask(at, &question).await.unwrap(), answered(&question));
    // Let go, the address is free for whoever comes next.
    lookups.end();
    let bound = async {
        while UdpSocket::bind(at).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(WITHIN, bound).await.unwrap();
}
