//! What must be equal before a move and after it.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use recipe::{Recipe, Text, Trouble, text};

use super::course::{Course, found};
use super::measured::{self, Values};
use super::sentences;
use crate::site::recipe_of;
use crate::stand;
use crate::steps::STARTING;

/// Measures the new release, and holds it against the old.
pub(super) struct Compare(pub(super) Course);

#[async_trait]
impl Step for Compare {
    fn name(&self) -> &'static str {
        "compare"
    }

    fn label(&self) -> Text {
        text!("Comparing the data", "On compare les données")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let there = self.0.there();
        let drawn = there.draw()?;
        stand::up(&self.0.ground, &drawn.service, &drawn.plan).await?;
        let after = measured::of_living(&there, &drawn).await.whole()?;
        let recipe = recipe_of(&drawn.service)?;
        let before = match &self.0.back {
            Some(back) => back.measures.clone(),
            None => self.0.found(found::BEFORE)?.unwrap_or_default(),
        };
        self.0.find(found::AFTER, &after)?;
        scene.halfway().await?;
        equal(&recipe, &before, &after)
    }
}

/// Whether nothing was lost. What was not measured before is not held against
/// anything; what the recipe lets an update change neither.
fn equal(recipe: &Recipe, before: &Values, after: &Values) -> Result<(), Trouble> {
    for measure in recipe.measures().iter().filter(|measure| !measure.changes_with_update) {
        let Some(then) = before.get(measure.name) else { continue };
        let now = after.get(measure.name);
        if now != Some(then) {
            return Err(sentences::not_equal(measure, then, now));
        }
    }
    Ok(())
}
