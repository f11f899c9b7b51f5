//! Lines and events out of an answer's body that comes in pieces.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// The lines of a body, as they come.
pub(super) struct Lines {
    body: Incoming,
    splitter: Splitter,
}

impl Lines {
    pub(super) fn new(body: Incoming) -> Self {
        Self { body, splitter: Splitter::default() }
    }

    /// The next line without its end; none at the body's end.
    ///
    /// # Errors
    /// When the other side went away in the middle.
    pub(super) async fn next(&mut self) -> Result<Option<String>, hyper::Error> {
        loop {
            if let Some(line) = self.splitter.line() {
                return Ok(Some(line));
            }
            match self.body.frame().await.transpose()? {
                None => return Ok(self.splitter.rest()),
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        self.splitter.push(&data);
                    }
                }
            }
        }
    }

    /// The data of the next server-sent event; none at the body's end.
    ///
    /// # Errors
    /// As [`Lines::next`].
    pub(super) async fn next_event(&mut self) -> Result<Option<String>, hyper::Error> {
        let mut event = EventData::default();
        while let Some(line) = self.next().await? {
            if let Some(data) = event.take(&line) {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

/// Cuts bytes into lines.
#[derive(Default)]
struct Splitter(Vec<u8>);

impl Splitter {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn line(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.0.drain(..=end).collect();
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(String::from_utf8_lossy(&line).into_owned())
    }

    /// What stood after the last line's end, if anything did.
    fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.0);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }
}

/// The data of one event, gathered line by line (HTML, section 9.2.6). Other
/// fields and comments are passed over: our events have data alone.
#[derive(Default)]
struct EventData(Option<String>);

impl EventData {
    /// Takes one line; gives the data when the event is complete.
    fn take(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            return self.0.take();
        }
        let data = line.strip_prefix("data:")?;
        let data = data.strip_prefix(' ').unwrap_or(data);
        match &mut self.0 {
            None => self.0 = Some(data.to_owned()),
            Some(before) => {
                before.push('\n');
                before.push_str(data);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{EventData, Splitter};

    fn events(pieces: &[&str]) -> Vec<String> {
        let (mut splitter, mut event) = (Splitter::default(), EventData::default());
        let mut found = Vec::new();
        for piece in pieces {
            splitter.push(piece.as_bytes());
            while let Some(line) = splitter.line() {
                found.extend(event.take(&line));
            }
        }
        found
    }

    #[test]
    fn an_event_may_come_in_pieces_and_several_at_once() {
        assert_eq!(events(&["da", "ta: on", "e\n", "\ndata: two\n\ndata: thr"]), ["one", "two"]);
        assert_eq!(events(&["data: é".split_at(6).0, "é\r\n\r\n"]), ["é"]);
    }

    #[test]
    fn comments_and_other_fields_are_passed_over() {
        assert_eq!(events(&[":\n\n: still there\n\nid: 3\ndata:x\nretry: 5\n\n"]), ["x"]);
    }

    #[test]
    fn data_may_have_several_lines() {
        assert_eq!(events(&["data: {\ndata:  }\n\n"]), ["{\n }"]);
    }

    #[test]
    fn what_lacks_its_line_end_is_not_lost() {
        let mut splitter = Splitter::default();
        splitter.push(b"one\ntwo");
        assert_eq!(splitter.line().as_deref(), Some("one"));
        assert_eq!(splitter.line(), None);
        assert_eq!(splitter.rest().as_deref(), Some("two"));
        assert_eq!(splitter.rest(), None);
    }
}
