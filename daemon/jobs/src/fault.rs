//! Fault points: the named instants at which a test may break the world.

use std::fmt;

use async_trait::async_trait;
use ledger::Trouble;

/// Where in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Written down as begun, nothing done yet.
    Before,
    /// Half-done in the world.
    Within,
    /// Done in the world, not yet written down as done.
    After,
}

/// A named instant of a job: `install/create-containers/within`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FaultPoint {
    /// The job's kind.
    pub kind: String,
    /// The step's name; `undo-` is put before it while it is taken back.
    pub step: String,
    /// Where in the step.
    pub moment: Moment,
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = match self.moment {
            Moment::Before => "before",
            Moment::Within => "within",
            Moment::After => "after",
        };
        write!(formatter, "{}/{}/{moment}", self.kind, self.step)
    }
}

/// What happens at fault points: nothing, outside tests.
#[async_trait]
pub trait Faults: Send + Sync {
    /// Called when a job reaches `point`. An error makes the step fail there;
    /// it may as well end the process, or never return.
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble>;
}

/// No faults.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

#[async_trait]
impl Faults for NoFaults {
    async fn reach(&self, _point: &FaultPoint) -> Result<(), Trouble> {
        Ok(())
    }
}
