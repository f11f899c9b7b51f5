//! Fault points that a test sets: `PANIER_FAULT=install/make/within=kill`.
//!
//! What can be done at a point: `kill` (the process ends at once, as by
//! `kill -9`), `fail` (the step fails there, once), `hold` (the step stays
//! there until the daemon ends). Several are separated by commas. In a daemon
//! whose environment does not name any, no point does anything.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jobs::{FaultPoint, Faults};
use recipe::{Trouble, text};

/// The environment variable.
pub(crate) const VARIABLE: &str = "PANIER_FAULT";

/// What is to happen at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Kill,
    Fail,
    Hold,
}

/// The faults that the environment asks for.
pub(crate) struct AskedFaults {
    deeds: Mutex<HashMap<String, Deed>>,
}

impl AskedFaults {
    /// Reads a list such as `install/make/within=kill`.
    ///
    /// # Errors
    /// `fault-wrong`: a test that asks for what is not understood must not pass.
    pub(crate) fn read(list: &str) -> Result<Self, Trouble> {
        let mut deeds = HashMap::new();
        for part in list.split(',').filter(|part| !part.is_empty()) {
            let (point, deed) = part.split_once('=').ok_or_else(|| wrong(part))?;
            let deed = match deed {
                "kill" => Deed::Kill,
                "fail" => Deed::Fail,
                "hold" => Deed::Hold,
                _ => return Err(wrong(part)),
            };
            deeds.insert(point.to_owned(), deed);
        }
        Ok(Self { deeds: Mutex::new(deeds) })
    }

    fn take(&self, point: &FaultPoint) -> Option<Deed> {
        self.deeds.lock().unwrap_or_else(PoisonError::into_inner).remove(&point.to_string())
    }
}

#[async_trait]
impl Faults for AskedFaults {
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
        tracing::debug!(%point, "fault point");
        match self.take(point) {
            None => Ok(()),
            Some(Deed::Fail) => Err(Trouble::new(
                "fault-asked-for",
                text!(
                    "A test broke this step at {point}.",
                    "Un test a cassé cette étape à {point}."
                ),
                text!("Unset {VARIABLE}.", "Retirez {VARIABLE}."),
            )),
            Some(Deed::Hold) => std::future::pending().await,
            Some(Deed::Kill) => {
                let own = rustix::process::getpid();
                let killed = rustix::process::kill_process(own, rustix::process::Signal::KILL);
                tracing::error!(?killed, "outlived its own kill");
                std::future::pending().await
            }
        }
    }
}

fn wrong(part: &str) -> Trouble {
    Trouble::new(
        "fault-wrong",
        text!(
            "{VARIABLE} holds “{part}”, which is no fault.",
            "{VARIABLE} contient « {part} », qui n’est pas une panne."
        ),
        text!("Write job/step/moment=deed.", "Écrivez tâche/étape/moment=acte."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobs::Moment;

    fn point() -> FaultPoint {
        FaultPoint { kind: "install".into(), step: "make".into(), moment: Moment::Within }
    }

    #[tokio::test]
    async fn a_fault_happens_once_and_at_its_point_alone() {
        let faults = AskedFaults::read("install/make/within=fail").unwrap();
        let elsewhere = FaultPoint { moment: Moment::After, ..point() };
        faults.reach(&elsewhere).await.unwrap();
        assert_eq!(faults.reach(&point()).await.unwrap_err().code, "fault-asked-for");
        faults.reach(&point()).await.unwrap();
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(AskedFaults::read("install/make/within").is_err());
        assert!(AskedFaults::read("install/make/within=explode").is_err());
        assert!(AskedFaults::read("").is_ok());
    }
}
