//! The journeys that lie beside the recipes: real data, made and read back
//! through a service's own interface.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Run, TestBox};

impl TestBox {
    /// Runs the journey of a project's recipe against a service: `make`, or `check`.
    ///
    /// # Panics
    /// When there is no such service, or the script cannot be run at all.
    pub fn journey(&self, recipe: &str, service: &str, what: &str) -> Run {
        let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes");
        let shown = self.json(&["show", service, "--secrets"]);
        let door = self.door(service);
        let mut command = Command::new("sh");
        command.arg(recipes.join(recipe).join("journey")).arg(what);
        command.env("ADDRESS", shown.get("address").and_then(Value::as_str).unwrap_or_default());
        command.env("CA", self.root().join("certificates/root.pem"));
        command.env("RESOLVE", format!("{}:{}:{}", door.name, door.at.port(), door.at.ip()));
        for (prefix, pairs) in [("SECRET", "revealed"), ("ANSWER", "answers")] {
            for (key, value) in shown.get(pairs).and_then(Value::as_object).into_iter().flatten() {
                let value = value.as_str().unwrap_or_default();
                command.env(format!("{prefix}_{}", key.to_uppercase()), value);
            }
        }
        let output = command.output().expect("a shell");
        Run::new(format!("{recipe}/journey {what}, for {service}"), &output)
    }
}
