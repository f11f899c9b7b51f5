//! What restic says, line by line
//! (<https://restic.readthedocs.io/en/stable/075_scripting.html>).

use serde::Deserialize;

/// How far something is. All numbers grow; totals grow too while restic still looks around.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub files: u64,
    /// Files in all, as far as is known.
    pub of_files: u64,
    /// Bytes done.
    pub bytes: u64,
    /// Bytes in all, as far as is known.
    pub of_bytes: u64,
}

/// A line of standard output that matters.
#[derive(Debug, Deserialize)]
#[serde(tag = "message_type", rename_all = "snake_case")]
pub(crate) enum Message {
    Status(Status),
    Summary(Summary),
    #[serde(other)]
    Other,
}

impl Message {
    /// Reads a line; text and kinds that a later restic adds are no message for us.
    pub(crate) fn of_line(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    total_files: u64,
    files_done: u64,
    files_restored: u64,
    files_skipped: u64,
    total_bytes: u64,
    bytes_done: u64,
    bytes_restored: u64,
    bytes_skipped: u64,
}

impl Status {
    /// A snapshot counts what is done, a restore what is restored and what was right already.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            files: self.files_done + self.files_restored + self.files_skipped,
            of_files: self.total_files,
            bytes: self.bytes_done + self.bytes_restored + self.bytes_skipped,
            of_bytes: self.total_bytes,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Summary {
    pub(crate) snapshot_id: Option<String>,
    pub(crate) files_restored: u64,
    pub(crate) files_skipped: u64,
    pub(crate) files_deleted: u64,
    pub(crate) total_bytes: u64,
    pub(crate) bytes_restored: u64,
    pub(crate) broken_packs: Option<Vec<String>>,
}

/// What restic complains of on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) message: String,
    /// The file that it is about.
    pub(crate) item: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    message: Option<String>,
    error: Option<Inner>,
    item: Option<String>,
}

#[derive(Deserialize)]
struct Inner {
    message: String,
}

impl Complaint {
    /// Reads a line of standard error, JSON or not. Blank lines are nothing.
    pub(crate) fn of_line(line: &[u8]) -> Option<Self> {
        let (message, item) = match serde_json::from_slice::<Said>(line) {
            Ok(said) => {
                let inner = said.error.map(|error| error.message);
                (inner.or(said.message).unwrap_or_default(), said.item)
            }
            Err(_) => (String::from_utf8_lossy(line).into_owned(), None),
        };
        let message = message.trim().trim_start_matches("Fatal: ").to_owned();
        (!message.is_empty())
            .then_some(Self { message, item: item.filter(|item| !item.is_empty()) })
    }
}

/// Cuts what arrives in pieces into lines.
#[derive(Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    pub(crate) fn take(&mut self, piece: &[u8], each: &mut dyn FnMut(&[u8])) {
        let mut parts = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.rest.extend_from_slice(part);
            if parts.peek().is_some() {
                each(&self.rest);
                self.rest.clear();
            }
        }
    }

    pub(crate) fn finish(self, each: &mut dyn FnMut(&[u8])) {
        if !self.rest.is_empty() {
            each(&self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_whatever_the_pieces() {
        let text = b"one\ntwo\n\nthree";
        for size in 1..text.len() {
            let mut found = Vec::new();
            let mut lines = Lines::default();
            let mut each = |line: &[u8]| found.push(String::from_utf8(line.to_vec()).unwrap());
            for piece in text.chunks(size) {
                lines.take(piece, &mut each);
            }
            lines.finish(&mut each);
            assert_eq!(found, ["one", "two", "", "three"]);
        }
    }

    #[test]
    fn complaints_are_read_in_each_of_their_shapes() {
        let read = |line: &str| Complaint::of_line(line.as_bytes());
        let of = |message: &str, item: Option<&str>| {
            Some(Complaint { message: message.into(), item: item.map(Into::into) })
        };
        assert_eq!(
            read(r#"{"message_type":"exit_error","code":12,"message":"Fatal: wrong password"}"#),
            of("wrong password", None)
        );
        assert_eq!(
            read(
                r#"{"message_type":"error","error":{"message":"open a: denied"},"during":"archival","item":"/a"}"#
            ),
            of("open a: denied", Some("/a"))
        );
        assert_eq!(read("Fatal: no such thing"), of("no such thing", None));
        assert_eq!(read("  "), None);
    }

    #[test]
    fn kinds_of_messages_that_are_not_known_yet_are_passed_over() {
        let line = br#"{"message_type":"verbose_status","action":"new"}"#;
        assert!(matches!(Message::of_line(line), Some(Message::Other)));
        assert!(Message::of_line(b"loading indexes...").is_none());
    }

    #[test]
    fn what_was_right_already_counts_as_done() {
        let line = br#"{"message_type":"status","total_files":5,"files_restored":1,"files_skipped":2,"total_bytes":9,"bytes_restored":3,"bytes_skipped":4}"#;
        let Some(Message::Status(status)) = Message::of_line(line) else { panic!("not a status") };
        let expected = Progress { files: 3, of_files: 5, bytes: 7, of_bytes: 9 };
        assert_eq!(status.progress(), expected);
    }
}
