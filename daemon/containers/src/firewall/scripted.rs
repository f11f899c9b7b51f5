//! A firewall in memory, for the tests of whoever asks for rules.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Firewall, FirewallError, FirewallRules, Held};

/// Remembers the rules that it was told to hold, and refuses when told to.
#[derive(Debug, Default)]
pub struct ScriptedFirewall {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rules: Option<FirewallRules>,
    refusing: bool,
}

impl ScriptedFirewall {
    /// The rules that hold now.
    #[must_use]
    pub fn rules(&self) -> Option<FirewallRules> {
        self.state().rules.clone()
    }

    /// Somebody else removes the rules.
    pub fn forget(&self) {
        self.state().rules = None;
    }

    /// From now on every change is refused, or no longer.
    pub fn refuse(&self, refusing: bool) {
        self.state().refusing = refusing;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Firewall for ScriptedFirewall {
    async fn hold(&self, rules: &FirewallRules) -> Result<Held, FirewallError> {
        let mut state = self.state();
        if state.refusing {
            return Err(FirewallError::NotPermitted);
        }
        let held = match &state.rules {
            Some(there) if there == rules => Held::Already,
            Some(_) => Held::Renewed,
            None => Held::Restored,
        };
        state.rules = Some(rules.clone());
        Ok(held)
    }

    async fn lift(&self, _table: &str) -> Result<(), FirewallError> {
        self.state().rules = None;
        Ok(())
    }
}
