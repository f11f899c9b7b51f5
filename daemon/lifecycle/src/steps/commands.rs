//! The recipe's own commands, run inside the containers.

use std::time::Duration;

use async_trait::async_trait;
use containers::ExecRequest;
use jobs::{Scene, Step};
use recipe::{Moment, RenderedCommand, Text, Trouble, text};
use tokio::time::timeout;

use crate::site::Ground;
use crate::steps::STARTING;
use crate::target::{Drawn, Target};
use crate::{stand, trouble};

/// Runs the commands of one moment, in order. They may run again after a kill:
/// recipes must stand that.
pub(crate) struct RunCommands {
    pub(crate) target: Target,
    pub(crate) moment: Moment,
}

#[async_trait]
impl Step for RunCommands {
    fn name(&self) -> &'static str {
        match self.moment {
            Moment::DomainChange => "change-domain",
            _ => "run-commands",
        }
    }

    fn label(&self) -> Text {
        text!("Setting up", "On met en place")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.target.draw()?;
        // The containers may have ended while the daemon was away.
        stand::up(&self.target.ground, &drawn.service, &drawn.plan).await?;
        scene.halfway().await?;
        run_all(&self.target, &drawn, &self.moment).await
    }
}

/// Runs the commands of one moment, in order.
pub(crate) async fn run_all(
    target: &Target,
    drawn: &Drawn,
    moment: &Moment,
) -> Result<(), Trouble> {
    let ground = &target.ground;
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let commands = drawn.plan.rendered.commands.iter();
    for command in commands.filter(|command| command.moment == *moment) {
        let container = there.iter().find(|found| {
            found.part == command.container && found.service == target.id.to_string()
        });
        let id = container.map(|found| found.id.as_str()).unwrap_or_default();
        run_one(ground, id, command).await?;
    }
    Ok(())
}

/// Runs one command in a container, for as long as it may take.
pub(crate) async fn run_one(
    ground: &Ground,
    container: &str,
    command: &RenderedCommand,
) -> Result<(), Trouble> {
    let request = ExecRequest {
        command: command.run.clone(),
        user: command.user.clone(),
        environment: Vec::new(),
    };
    let work = ground.engine.exec(container, &request);
    let program = command.run.first().map(String::as_str).unwrap_or_default();
    match timeout(command.within, work).await {
        Ok(Ok(outcome)) if outcome.code == 0 => Ok(()),
        Ok(Ok(outcome)) => {
            let code = outcome.code;
            Err(failed(text!(
                "The command {program} ended with {code}.",
                "La commande {program} s’est terminée par {code}."
            ))
            .because_of(outcome.output.trim()))
        }
        Ok(Err(error)) => Err(trouble::of_engine(&error)),
        Err(_elapsed) => Err(failed(text!(
            "The command {program} did not end in time.",
            "La commande {program} ne s’est pas terminée à temps."
        ))),
    }
}

fn failed(what: Text) -> Trouble {
    Trouble::new(
        "command-failed",
        what,
        text!(
            "Look into the service's log, then try again.",
            "Regardez le journal du service, puis réessayez."
        ),
    )
}
