//! A request as HTTP/2 frames it (RFC 9113), each field written out (RFC 7541,
//! section 6.2.3), so that names and values are what an input says.

/// What a client says first: the preface, and settings of no change.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A request written as `GET /path`, then a line a field, an empty line, and the
/// body. Fields whose names begin with a colon are written as they stand, so that
/// an input can say any of them, twice, or too late.
pub fn request(given: &[u8]) -> Option<Vec<u8>> {
    let (head, body) = match given.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&given[..at], &given[at + 2..]),
        None => (given, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut block = Vec::new();
    field(&mut block, b":method", words.next()?);
    field(&mut block, b":scheme", b"https");
    field(&mut block, b":path", words.next().unwrap_or(b"/"));
    for line in lines {
        let colon = line.iter().skip(1).position(|byte| *byte == b':')? + 1;
        let value = line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..]);
        field(&mut block, &line[..colon], value);
    }
    let mut frames = PREFACE.to_vec();
    let ends = if body.is_empty() { END_STREAM } else { 0 };
    frame(&mut frames, HEADERS, END_HEADERS | ends, &block)?;
    if !body.is_empty() {
        frame(&mut frames, DATA, END_STREAM, body)?;
    }
    Some(frames)
}

fn frame(frames: &mut Vec<u8>, kind: u8, flags: u8, payload: &[u8]) -> Option<()> {
    // The largest that a server must take unasked (section 4.2).
    let length = u16::try_from(payload.len()).ok().filter(|length| *length <= 1 << 14)?;
    frames.push(0);
    frames.extend_from_slice(&length.to_be_bytes());
    frames.extend_from_slice(&[kind, flags, 0, 0, 0, 1]);
    frames.extend_from_slice(payload);
    Some(())
}

fn field(block: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    block.push(0x10);
    for text in [name, value] {
        length(block, text.len());
        block.extend_from_slice(text);
    }
}

/// A length with a prefix of seven bits (RFC 7541, section 5.1).
fn length(block: &mut Vec<u8>, length: usize) {
    if length < 127 {
        block.push(length as u8);
        return;
    }
    block.push(127);
    let mut rest = length - 127;
    while rest >= 128 {
        block.push((rest % 128) as u8 | 0x80);
        rest /= 128;
    }
    block.push(rest as u8);
}
