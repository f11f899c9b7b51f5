//! A container's output, joined into lines again.
//!
//! The engine cuts what it writes down into pieces of 16 KiB, each with a
//! time of its own; a line is what lies between two line ends.

use std::collections::VecDeque;

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::Docker;
use crate::engine::EngineResult;
use crate::error::Kind;
use crate::spec::{LogLine, LogRequest};

/// A line that never ends is given out in pieces of this many bytes.
const LONGEST_LINE: usize = 256 * 1024;

impl Docker {
    pub(super) fn read_logs(
        &self,
        id: &str,
        request: &LogRequest,
    ) -> BoxStream<'static, EngineResult<LogLine>> {
        let tail = request.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        let options = LogsOptionsBuilder::default()
            .follow(request.follow)
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .tail(&tail)
            .build();
        let engine = self.clone();
        let id = id.to_owned();
        let pieces = self.patient.logs(&id, Some(options)).boxed();
        let state = (pieces, Joiner::default(), false);
        stream::unfold(state, move |(mut pieces, mut joiner, mut ended)| {
            let (engine, id) = (engine.clone(), id.clone());
            async move {
                loop {
                    if let Some(line) = joiner.ready.pop_front() {
                        return Some((Ok(line), (pieces, joiner, ended)));
                    }
                    if ended {
                        return None;
                    }
                    match pieces.next().await {
                        Some(Ok(piece)) => joiner.add(piece),
                        Some(Err(error)) => {
                            let error =
                                engine.refusal_of(Kind::Container, &id, "read the log of", error);
                            return Some((Err(error), (pieces, joiner, true)));
                        }
                        None => {
                            joiner.end();
                            ended = true;
                        }
                    }
                }
            }
        })
        .boxed()
    }
}

/// Joins pieces into lines, each output for itself.
#[derive(Default)]
struct Joiner {
    plain: Option<Half>,
    error: Option<Half>,
    ready: VecDeque<LogLine>,
}

/// The beginning of a line whose end has not come yet.
struct Half {
    time: String,
    bytes: Vec<u8>,
}

impl Joiner {
    fn add(&mut self, piece: LogOutput) {
        let error = matches!(piece, LogOutput::StdErr { .. });
        let bytes = piece.into_bytes();
        let (time, content) = split_time(&bytes);
        let open = if error { &mut self.error } else { &mut self.plain };
        let half = open.get_or_insert_with(|| Half { time, bytes: Vec::new() });
        let (content, ended) = match content.split_last() {
            Some((b'\n', before)) => (before, true),
            _ => (content, false),
        };
        half.bytes.extend_from_slice(content);
        if ended || half.bytes.len() >= LONGEST_LINE {
            self.close(error);
        }
    }

    fn end(&mut self) {
        self.close(false);
        self.close(true);
    }

    fn close(&mut self, error: bool) {
        let open = if error { &mut self.error } else { &mut self.plain };
        let Some(half) = open.take() else { return };
        let text = String::from_utf8_lossy(&half.bytes);
        let text = text.strip_suffix('\r').unwrap_or(&text).to_owned();
        self.ready.push_back(LogLine { time: half.time, error, text });
    }
}

/// The engine puts the time and a space before each piece.
fn split_time(piece: &[u8]) -> (String, &[u8]) {
    let Some(space) = piece.iter().position(|byte| *byte == b' ') else {
        return (String::new(), piece);
    };
    let (time, rest) = piece.split_at(space);
    (String::from_utf8_lossy(time).into_owned(), rest.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &'static str) -> LogOutput {
        LogOutput::StdOut { message: text.into() }
    }

    #[test]
    fn a_line_that_came_in_pieces_is_one_line_again() {
        let mut joiner = Joiner::default();
        joiner.add(said("2026-11-22T01:00:00.1Z half "));
        joiner.add(LogOutput::StdErr { message: "2026-11-22T01:00:00.2Z aside\n".into() });
        joiner.add(said("2026-11-22T01:00:00.3Z and half\r\n"));
        joiner.add(said("2026-11-22T01:00:00.4Z no end"));
        joiner.end();
        let lines: Vec<_> =
            joiner.ready.iter().map(|line| (line.error, line.text.as_str())).collect();
        assert_eq!(lines, [(true, "aside"), (false, "half and half"), (false, "no end")]);
        assert_eq!(joiner.ready[1].time, "2026-11-22T01:00:00.1Z");
    }

    #[test]
    fn an_empty_line_is_a_line() {
        let mut joiner = Joiner::default();
        joiner.add(said("2026-11-22T01:00:00Z \n"));
        assert_eq!(joiner.ready[0].text, "");
    }
}
