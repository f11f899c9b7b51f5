#![no_main]
//! What a service sends to be looked up, and what a resolver sends back: a
//! question is passed on whole or refused, and only its own answer is taken.

use libfuzzer_sys::{Corpus, fuzz_target};
use proxy::{LookupQuestion, LookupRefusal};

/// The number that a question is passed on under.
const OURS: [u8; 2] = [0xc3, 0x5a];
/// Bytes of a header (RFC 1035, section 4.1.1).
const HEADER: usize = 12;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // The first two bytes say where the answer begins.
    let Some((at, rest)) = bytes.split_first_chunk::<2>() else { return Corpus::Reject };
    let at = usize::from(u16::from_be_bytes(*at)) % (rest.len() + 1);
    let (asked, came) = rest.split_at(at);
    let Some(question) = LookupQuestion::read(asked) else { return Corpus::Keep };
    let section = section(asked).expect("what was read is a question");

    if let Some(name) = name(asked) {
        let refused = question.refused();
        let passes = |refusal: Option<LookupRefusal>| refusal != Some(LookupRefusal::NoSuchName);
        if is_home(&name) && asked[2] & 0x78 == 0 {
            assert!(!passes(refused), "{name} would be asked for outside");
        }
    }
    for refusal in [LookupRefusal::Failed, LookupRefusal::NoSuchName, LookupRefusal::NotDone] {
        let answer = question.refuse(refusal);
        assert!(answer.len() <= asked.len(), "an answer longer than its question");
        assert_eq!(answer[..2], asked[..2], "the number of another question");
        assert_eq!(answer[2] & 0x80, 0x80, "no answer");
        assert_eq!(answer[2] & 0x79, asked[2] & 0x79, "of another kind");
        assert_eq!(answer[3] & 0x0f, refusal as u8);
        assert_eq!(answer[4..HEADER], [0, 1, 0, 0, 0, 0, 0, 0], "it has records");
        assert_eq!(answer[HEADER..], asked[HEADER..section], "another question");
    }

    let passed_on = question.numbered(OURS);
    assert_eq!(passed_on[..2], OURS);
    assert_eq!(passed_on[2..], asked[2..], "not the question that came");
    assert_eq!(question.answered(&passed_on, OURS), None, "a question taken for an answer");

    if let Some(answer) = question.answered(came, OURS) {
        assert_eq!(answer[..2], asked[..2], "the number of another question");
        assert_eq!(answer[2..], came[2..], "not the answer that came");
        assert_eq!(came[..2], OURS, "a guessed number was taken");
        assert!(came[HEADER..section].eq_ignore_ascii_case(&asked[HEADER..section]));
    }
    // The right answer is always taken, whatever letters it gives back.
    let mut right = passed_on;
    right[2] |= 0x80;
    right[HEADER..section].make_ascii_uppercase();
    right.extend(came);
    let answer = question.answered(&right, OURS).expect("the right answer");
    assert_eq!(answer[..2], asked[..2]);
    Corpus::Keep
});

/// Where the question's own part ends, read once more and otherwise.
fn section(message: &[u8]) -> Option<usize> {
    let mut at = HEADER;
    while *message.get(at)? != 0 {
        at += 1 + usize::from(message[at]);
    }
    (at + 5 <= message.len()).then_some(at + 5)
}

/// The name asked for, where it is plain: letters, digits and hyphens.
fn name(message: &[u8]) -> Option<String> {
    let mut labels = Vec::new();
    let mut rest = message.get(HEADER..)?;
    while let Some((length, after)) = rest.split_first() {
        if *length == 0 {
            break;
        }
        let (label, after) = after.split_at_checked(usize::from(*length))?;
        if !label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
            return None;
        }
        labels.push(std::str::from_utf8(label).ok()?);
        rest = after;
    }
    Some(labels.join("."))
}

/// Names that lead nowhere but into the home, by an address or without a dot.
fn is_home(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    if let [.., second, first, "in-addr", "arpa"] = labels[..] {
        let octets = (first.parse::<u8>(), second.parse::<u8>());
        return match octets {
            // As a name writes them: no zeros in front, no sign.
            (Ok(one), Ok(two)) if one.to_string() == first && two.to_string() == second => {
                let address = std::net::Ipv4Addr::new(one, two, 1, 1);
                address.is_private() || address.is_loopback() || address.is_link_local()
            }
            _ => false,
        };
    }
    match labels[..] {
        [""] => false,
        [_] => true,
        [.., last] => ["local", "localhost", "lan", "home", "internal"].contains(&last),
        [] => false,
    }
}
