//! Programs run inside containers.

use std::collections::VecDeque;
use std::time::Duration;

use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use super::Docker;
use crate::engine::EngineResult;
use crate::error::Kind;
use crate::spec::{ExecOutcome, ExecRequest};

/// What is kept of a program's output: its end.
const KEPT_OUTPUT: usize = 64 * 1024;
/// How often the engine is asked for an exit code: soon at first, then now and then.
const FIRST_INTERVAL: Duration = Duration::from_millis(5);
const LAST_INTERVAL: Duration = Duration::from_secs(1);

impl Docker {
    pub(super) async fn run_inside(
        &self,
        id: &str,
        request: &ExecRequest,
    ) -> EngineResult<ExecOutcome> {
        let refused = |error| self.refusal_of(Kind::Container, id, "run a program in", error);
        let made = self.quick.create_exec(id, config_for(request)).await.map_err(refused)?;
        let started = self.quick.start_exec(&made.id, None::<StartExecOptions>).await;
        let mut end = End::default();
        if let StartExecResults::Attached { mut output, input } = started.map_err(refused)? {
            // Without this the program's side of the connection stays open.
            drop(input);
            while let Some(piece) = output.next().await {
                end.add(piece.map_err(refused)?.as_ref());
            }
        }
        let code = self.exec_code(&made.id).await.map_err(refused)?;
        Ok(ExecOutcome { code, output: end.text() })
    }

    /// The output ends a moment before the engine has the exit code, or long
    /// before it, when a program closes its outputs and works on.
    async fn exec_code(&self, exec: &str) -> Result<i64, bollard::errors::Error> {
        let mut interval = FIRST_INTERVAL;
        loop {
            let told = self.quick.inspect_exec(exec).await?;
            if let (Some(false), Some(code)) = (told.running, told.exit_code) {
                return Ok(code);
            }
            tokio::time::sleep(interval).await;
            interval = (interval * 2).min(LAST_INTERVAL);
        }
    }
}

fn config_for(request: &ExecRequest) -> ExecConfig {
    let environment = request.environment.iter().map(|(name, value)| format!("{name}={value}"));
    ExecConfig {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        env: Some(environment.collect()),
        cmd: Some(request.command.clone()),
        user: request.user.clone(),
        ..ExecConfig::default()
    }
}

/// The end of an output, as long as [`KEPT_OUTPUT`].
#[derive(Default)]
struct End {
    bytes: VecDeque<u8>,
}

impl End {
    fn add(&mut self, piece: &[u8]) {
        let piece = piece.get(piece.len().saturating_sub(KEPT_OUTPUT)..).unwrap_or_default();
        let over = (self.bytes.len() + piece.len()).saturating_sub(KEPT_OUTPUT);
        self.bytes.drain(..over);
        self.bytes.extend(piece);
    }

    /// As text; a letter that was cut in two at the beginning is left out.
    fn text(self) -> String {
        let bytes = Vec::from(self.bytes);
        let cut = bytes.iter().take(3).take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000);
        let start = cut.count();
        String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_long_output_is_kept_and_no_letter_is_cut() {
        let mut end = End::default();
        end.add("é".repeat(KEPT_OUTPUT).as_bytes());
        end.add(b"!");
        let text = end.text();
        assert!(text.len() <= KEPT_OUTPUT && text.ends_with("é!"));
        assert!(!text.contains(char::REPLACEMENT_CHARACTER));
    }
}
