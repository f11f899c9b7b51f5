//! One run of restic: started gently, listened to, ended when nobody waits.

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::message::{Complaint, Lines};
use super::{Inner, Restic};
use crate::secret::{HeldSecret, Secret};

/// How long restic may tidy up (its lock, its temporary files) once it is asked to end.
const GRACE: Duration = Duration::from_secs(15);
/// What is said of a disk without room. restic would try again for a quarter of an hour before it
/// says so itself: meanwhile a service would stay closed and a person would see nothing move.
const WITHOUT_ROOM: [&str; 2] = ["no space left on device", "disk quota exceeded"];
/// Complaints that are kept; a disk that fails has as many as files.
const MOST_COMPLAINTS: usize = 200;
/// Where the programs lie that restic is started by.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How hard a run may press the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Somebody waits.
    Prompt,
    /// Services come first: the processor and the disk when they leave them.
    Gentle,
}

/// What is asked of restic.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    arguments: Vec<OsString>,
    keys: Vec<(&'static str, &'a Secret)>,
    variables: Vec<(&'static str, OsString)>,
    within: Option<PathBuf>,
    pace: Pace,
    only_reads: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn new(command: &str) -> Self {
        let arguments = command.split(' ').map(OsString::from).collect();
        let pace = Pace::Prompt;
        let (keys, variables) = (Vec::new(), Vec::new());
        Self { arguments, keys, variables, within: None, pace, only_reads: false }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// `--option=value` as one argument, so that no value is ever taken for an option.
    pub(crate) fn option(self, option: &str, value: impl AsRef<OsStr>) -> Self {
        let mut argument = OsString::from(format!("--{option}="));
        argument.push(value);
        self.arg(argument)
    }

    /// An option before the command, where it is never taken for an argument.
    pub(crate) fn before(mut self, option: &str, value: &str) -> Self {
        self.arguments.insert(0, format!("--{option}={value}").into());
        self
    }

    /// Gives the path of a key by the environment variable that restic reads.
    pub(crate) fn key(mut self, variable: &'static str, key: &'a Secret) -> Self {
        self.keys.push((variable, key));
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.within = Some(folder.into());
        self
    }

    /// It writes nothing but its lock, and so does without one where nothing can be written.
    pub(crate) fn reading(mut self) -> Self {
        self.only_reads = true;
        self
    }

    pub(crate) fn only_reads(&self) -> bool {
        self.only_reads
    }

    pub(crate) fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None when it was ended by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) complaints: Vec<Complaint>,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("it could not be started")]
    Start(#[source] io::Error),
    #[error("it could not be listened to")]
    Listen(#[source] io::Error),
    #[error("the listener had heard enough")]
    Enough,
    #[error("no room is left: {0}")]
    Full(String),
}

/// Takes standard output piece by piece, and may have heard enough.
pub(crate) type Listener<'a> = &'a mut (dyn FnMut(&[u8]) -> ControlFlow<()> + Send);

impl Restic {
    /// Runs restic to its end. When this future is dropped, restic is asked to end, and made to
    /// after a while.
    pub(crate) async fn run(
        &self,
        call: &Call<'_>,
        listener: Listener<'_>,
    ) -> Result<Ended, RunError> {
        let (command, held) = self.command(call).map_err(RunError::Start)?;
        let mut child = self.inner.launcher.launch(command).await.map_err(RunError::Start)?;
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let parts = Parts { child, output, errors, _held: held, _inner: self.inner.clone() };
        Running { parts: Some(parts) }.listen(listener).await
    }

    fn command(&self, call: &Call<'_>) -> io::Result<(Command, Vec<HeldSecret>)> {
        let Inner { program, folder, .. } = &*self.inner;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]);
        if call.pace == Pace::Gentle {
            command.args(["nice", "-n", "10", "ionice", "-c", "2", "-n", "7"]);
        }
        command.arg(program).args(&call.arguments).env_clear();
        command.env("PATH", PATH).env("HOME", folder).env("TMPDIR", folder.join("temporary"));
        command.env("RESTIC_CACHE_DIR", folder.join("cache")).env("RESTIC_PROGRESS_FPS", "2");
        command.envs(call.variables.iter().map(|(name, value)| (name, value)));
        let mut held = Vec::new();
        for (variable, key) in &call.keys {
            let key = key.hold()?;
            command.env(variable, key.path());
            held.push(key);
        }
        command.current_dir(call.within.as_ref().unwrap_or(folder));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok((command, held))
    }
}

/// A child that is asked to end when nobody waits for it any more.
struct Running {
    parts: Option<Parts>,
}

/// A child, and what it needs to live until its end.
struct Parts {
    child: Child,
    output: Option<ChildStdout>,
    errors: Option<ChildStderr>,
    /// Its keys.
    _held: Vec<HeldSecret>,
    /// The thread that it dies with.
    _inner: Arc<Inner>,
}

impl Running {
    async fn listen(&mut self, listener: Listener<'_>) -> Result<Ended, RunError> {
        let Some(parts) = &mut self.parts else { return Err(RunError::Enough) };
        let mut heard = Heard::default();
        let mut on_error = |piece: &[u8]| heard.take(piece);
        let (output, errors) = (parts.output.as_mut(), parts.errors.as_mut());
        let listened = tokio::try_join!(pump(output, listener), pump(errors, &mut on_error));
        if let Some(said) = heard.without_room() {
            // Its end is waited for: whoever is told so may go on at once.
            if let Some(parts) = self.parts.take() {
                interrupt(&parts.child);
                end(parts).await;
            }
            return Err(RunError::Full(said));
        }
        listened?;
        let complaints = heard.finish();
        let status = parts.child.wait().await.map_err(RunError::Listen)?;
        self.parts = None;
        Ok(Ended { code: status.code(), complaints })
    }
}

/// What a run has complained of so far.
#[derive(Default)]
struct Heard {
    lines: Lines,
    complaints: Vec<Complaint>,
}

impl Heard {
    /// Takes a piece of standard error; one that tells of a full disk is enough.
    fn take(&mut self, piece: &[u8]) -> ControlFlow<()> {
        let Self { lines, complaints } = self;
        lines.take(piece, &mut |line| keep(complaints, line));
        if self.without_room().is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn without_room(&self) -> Option<String> {
        let tells = |one: &&Complaint| WITHOUT_ROOM.iter().any(|it| one.message.contains(it));
        self.complaints.iter().find(tells).map(|one| one.message.clone())
    }

    fn finish(self) -> Vec<Complaint> {
        let Self { lines, mut complaints } = self;
        lines.finish(&mut |line| keep(&mut complaints, line));
        complaints
    }
}

fn keep(complaints: &mut Vec<Complaint>, line: &[u8]) {
    let Some(said) = Complaint::of_line(line) else { return };
    if complaints.len() == MOST_COMPLAINTS {
        // The last word says how it ended.
        complaints.pop();
    }
    complaints.push(said);
}

async fn pump<Source: AsyncRead + Unpin>(
    source: Option<&mut Source>,
    listener: Listener<'_>,
) -> Result<(), RunError> {
    let Some(source) = source else { return Ok(()) };
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = source.read(&mut piece).await.map_err(RunError::Listen)?;
        let heard = piece.get(..length).unwrap_or_default();
        if heard.is_empty() {
            return Ok(());
        }
        if listener(heard).is_break() {
            return Err(RunError::Enough);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        interrupt(&parts.child);
        // Without a runtime the child is killed by being dropped here.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(end(parts));
        }
    }
}

fn interrupt(child: &Child) {
    // An id is there as long as the child was not waited for, so it is nobody else's.
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(Err(error)) = id.map(|id| kill_process(id, Signal::INT)) {
        tracing::warn!(%error, "restic could not be asked to end");
    }
}

/// Lets a child end in order: what it still says is read, or its pipe would kill it.
async fn end(mut parts: Parts) {
    let mut deaf = |_: &[u8]| ControlFlow::Continue(());
    let mut deaf_too = deaf;
    let ended = timeout(GRACE, async {
        let (output, errors) = (parts.output.as_mut(), parts.errors.as_mut());
        if let Err(error) = tokio::try_join!(pump(output, &mut deaf), pump(errors, &mut deaf_too)) {
            tracing::debug!(%error, "restic's last words were lost");
        }
        parts.child.wait().await
    });
    if ended.await.is_err() {
        tracing::warn!("restic does not end by itself and is killed");
        if let Err(error) = parts.child.kill().await {
            tracing::warn!(%error, "restic could not be killed");
        }
    }
}
