//! What is read of a message: that it is one question, and for which name.
//! Source of all numbers: RFC 1035, section 4.1.

/// The header's length.
const HEADER: usize = 12;
/// A name's longest form.
const LONGEST_NAME: usize = 255;
/// The bits of the third octet: an answer; the kind of question.
const IS_ANSWER: u8 = 0x80;
const KIND: u8 = 0x78;
/// What the third and fourth octets of an answer of ours say: that it is one,
/// that asking further was possible.
const ANSWERED: u8 = 0x80;
const MAY_ASK_ON: u8 = 0x80;
const WANTS_ASKING_ON: u8 = 0x01;

/// Names that the internet does not have, whoever asks: what stands below them is
/// of the home, or of this machine, or nowhere. Sources: RFC 6761 (`localhost`,
/// `test`, `invalid`), RFC 6762 (`local`), RFC 7686 (`onion`), RFC 8375
/// (`home.arpa`), ICANN's resolutions of 2024 (`internal`) and of 2018 (`home`,
/// `corp`), and what routers call their homes beside these.
const NOT_OF_THE_INTERNET: [&str; 11] = [
    "local",
    "localhost",
    "localdomain",
    "lan",
    "home",
    "home.arpa",
    "internal",
    "corp",
    "test",
    "invalid",
    "onion",
];
/// Names of private addresses: who lives at them is the home's affair (RFC 6303).
const HOMES_ADDRESSES: [&str; 10] = [
    "10.in-addr.arpa",
    "168.192.in-addr.arpa",
    "254.169.in-addr.arpa",
    "127.in-addr.arpa",
    "0.in-addr.arpa",
    "d.f.ip6.arpa",
    "8.e.f.ip6.arpa",
    "9.e.f.ip6.arpa",
    "a.e.f.ip6.arpa",
    "b.e.f.ip6.arpa",
];

/// Why a question got no answer from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody could be asked.
    Failed = 2,
    /// There is no such name.
    NoSuchName = 3,
    /// A kind of question that is not passed on.
    NotDone = 4,
}

/// One question, as it came: read no further than its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    message: Vec<u8>,
    /// The name, in lower case, without the last dot.
    name: String,
    /// Where the question's own part ends.
    end: usize,
}

impl Question {
    /// Reads a message; none where it is no question, which nobody answers.
    #[must_use]
    pub fn read(message: &[u8]) -> Option<Self> {
        let [_, _, flags, _, 0, 1, ..] = *message else { return None };
        if flags & IS_ANSWER != 0 {
            return None;
        }
        let mut name = String::new();
        let mut at = HEADER;
        loop {
            let length = usize::from(*message.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            // The two highest bits mean other things than a length: in a
            // question's own name nothing stands before it to point at.
            let label = message.get(at..at + length).filter(|_| length < 64)?;
            at += length;
            if !name.is_empty() {
                name.push('.');
            }
            name.extend(label.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
            if at - HEADER > LONGEST_NAME {
                return None;
            }
        }
        // Its type and its class.
        let end = at + 4;
        message.get(at..end)?;
        Some(Self { message: message.to_vec(), name, end })
    }

    /// Why it is not passed on; none where it is.
    #[must_use]
    pub fn refused(&self) -> Option<Refusal> {
        if self.message.get(2).is_some_and(|flags| flags & KIND != 0) {
            return Some(Refusal::NotDone);
        }
        let below = |domain: &str| {
            self.name
                .strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        // A name of one label is one of the home's machines, but for the root.
        let lone = !self.name.is_empty() && !self.name.contains('.');
        let homes = NOT_OF_THE_INTERNET.iter().chain(&HOMES_ADDRESSES).any(|it| below(it));
        let is_private = (16..32).any(|second| below(&format!("{second}.172.in-addr.arpa")));
        (lone || homes || is_private).then_some(Refusal::NoSuchName)
    }

    /// The message under another number: whoever would forge an answer to it
    /// must guess that one.
    #[must_use]
    pub fn numbered(&self, number: [u8; 2]) -> Vec<u8> {
        with_number(&self.message, number)
    }

    /// The answer as who asked knows it, if it is one to this question.
    #[must_use]
    pub fn answered(&self, answer: &[u8], number: [u8; 2]) -> Option<Vec<u8>> {
        let is_answer = answer.get(2).is_some_and(|flags| flags & IS_ANSWER != 0);
        let same = answer.get(HEADER..self.end)?.eq_ignore_ascii_case(self.asked()?);
        let ours = answer.get(..2)? == number;
        (is_answer && same && ours).then(|| with_number(answer, self.number()))
    }

    /// An answer of our own, without any record.
    #[must_use]
    pub fn refuse(&self, refusal: Refusal) -> Vec<u8> {
        let kept = self.message.get(2).copied().unwrap_or_default();
        let flags = ANSWERED | kept & (KIND | WANTS_ASKING_ON);
        let [first, second] = self.number();
        let mut answer = vec![first, second, flags, MAY_ASK_ON | refusal as u8];
        answer.extend([0, 1, 0, 0, 0, 0, 0, 0]);
        answer.extend(self.asked().unwrap_or_default());
        answer
    }

    fn number(&self) -> [u8; 2] {
        match *self.message {
            [first, second, ..] => [first, second],
            _ => [0; 2],
        }
    }

    fn asked(&self) -> Option<&[u8]> {
        self.message.get(HEADER..self.end)
    }
}

fn with_number(message: &[u8], number: [u8; 2]) -> Vec<u8> {
    number.into_iter().chain(message.iter().skip(2).copied()).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A question for the IPv4 addresses of a name.
    pub(crate) fn asking(number: [u8; 2], name: &str) -> Vec<u8> {
        let mut message = vec![number[0], number[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.').filter(|label| !label.is_empty()) {
            message.push(u8::try_from(label.len()).unwrap());
            message.extend(label.as_bytes());
        }
        message.extend([0, 0, 1, 0, 1]);
        message
    }

    fn refused(name: &str) -> Option<Refusal> {
        Question::read(&asking([1, 2], name)).unwrap().refused()
    }

    #[test]
    fn what_is_of_the_home_is_not_asked_for() {
        for name in [
            "router",
            "Camera.LAN",
            "pad-mesange.local",
            "nas.home.arpa",
            "localhost",
            "1.168.192.in-addr.arpa",
            "5.4.20.172.in-addr.arpa",
            "1.0.0.127.in-addr.arpa",
        ] {
            assert_eq!(refused(name), Some(Refusal::NoSuchName), "{name}");
        }
        for name in
            ["", "example.org", "mylocal.example", "8.8.8.8.in-addr.arpa", "a.32.172.in-addr.arpa"]
        {
            assert_eq!(refused(name), None, "{name}");
        }
        let mut notify = asking([1, 2], "example.org");
        notify[2] |= 4 << 3;
        assert_eq!(Question::read(&notify).unwrap().refused(), Some(Refusal::NotDone));
    }

    #[test]
    fn what_is_no_question_is_not_read() {
        let good = asking([1, 2], "pad.example.org");
        for length in 0..good.len() {
            assert_eq!(Question::read(&good[..length]), None, "{length}");
        }
        let mut answer = good.clone();
        answer[2] |= IS_ANSWER;
        assert_eq!(Question::read(&answer), None);
        let mut points = good.clone();
        points[12] = 0xc0;
        assert_eq!(Question::read(&points), None);
        let mut two = good;
        two[5] = 2;
        assert_eq!(Question::read(&two), None);
        let long = asking([1, 2], &"a.".repeat(140));
        assert_eq!(Question::read(&long), None);
    }

    #[test]
    fn only_the_answer_to_a_question_is_taken_for_it() {
        let question = Question::read(&asking([1, 2], "pad.example.org")).unwrap();
        let mut answer = question.numbered([7, 8]);
        assert_eq!(question.answered(&answer, [7, 8]), None, "it is the question itself");
        answer[2] |= IS_ANSWER;
        assert_eq!(question.answered(&answer, [7, 9]), None);
        let mut other = asking([7, 8], "evil.example.org");
        other[2] |= IS_ANSWER;
        assert_eq!(question.answered(&other, [7, 8]), None);
        // Some resolvers give the name back in other letters.
        answer[13] = b'P';
        assert_eq!(question.answered(&answer, [7, 8]).unwrap()[..2], [1, 2]);
        let refused = question.refuse(Refusal::NoSuchName);
        assert_eq!((refused[3] & 0x0f, refused[2] & IS_ANSWER), (3, IS_ANSWER));
    }

    /// Whatever a service sends, nothing but an answer or silence comes of it.
    #[test]
    fn noise_is_read_without_harm() {
        // Marsaglia's xorshift, seeded: the same noise in each run.
        let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let good = asking([1, 2], "pad.example.org");
        let mut read = 0;
        for _ in 0..200_000 {
            let mut message = good.clone();
            for _ in 0..next() % 4 {
                let at = usize::try_from(next()).unwrap() % message.len();
                message[at] = next().to_le_bytes()[0];
            }
            message.truncate(usize::try_from(next()).unwrap() % (good.len() + 1));
            if let Some(question) = Question::read(&message) {
                read += 1;
                let _refused = question.refused();
                assert!(question.refuse(Refusal::Failed).len() <= message.len());
                let _other = question.answered(&good, [1, 2]);
            }
        }
        assert!(read > 100, "{read}");
    }
}
