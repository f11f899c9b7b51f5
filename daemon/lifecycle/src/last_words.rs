//! What a service wrote last, kept with the job that takes its containers away:
//! their own log goes with them.

use std::time::Duration;

use containers::LogRequest;
use futures_util::StreamExt as _;
use jobs::Scene;
use recipe::{QuestionKind, Trouble, text};
use tokio::time::timeout;

use crate::site::recipe_of;
use crate::target::Target;

/// Lines told of each container: the reason mostly stands in the last ones.
const LINES: u32 = 12;
/// A line's signs that are told.
const LONGEST: usize = 500;
/// A log that does not come is not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says them, and gives the trouble with the way to them.
pub(crate) async fn told(target: &Target, scene: &Scene, trouble: Trouble) -> Trouble {
    // What must not be told has to be known first.
    let Ok(secret) = secret(target) else { return trouble };
    let _late = timeout(PATIENCE, say(target, scene, &secret)).await;
    if !["service-unwell", "container-ended", "block-not-ready"].contains(&&*trouble.code) {
        return trouble;
    }
    let job = scene.job();
    let remedy = text!(
        "Look for the reason in what it wrote last: panier job {job}",
        "Cherchez-en la raison dans ce qu’il a écrit en dernier : panier job {job}"
    );
    Trouble { remedy, ..trouble }
}

async fn say(target: &Target, scene: &Scene, secret: &[String]) {
    let ground = &target.ground;
    let label = target.id.to_string();
    let there = ground.engine.containers(&ground.owner).await.unwrap_or_default();
    for found in there.iter().filter(|found| found.service == label) {
        let request = LogRequest { follow: false, tail: Some(LINES) };
        let mut lines = ground.engine.logs(&found.id, &request);
        while let Some(Ok(line)) = lines.next().await {
            let (part, words) = (&found.part, without(&line.text, secret));
            if !words.trim().is_empty() {
                scene.say(text!("{part}: {words}", "{part} : {words}"));
            }
        }
    }
}

/// A service's secrets, and what people answered that nobody else may read.
fn secret(target: &Target) -> Result<Vec<String>, Trouble> {
    let service = target.service()?;
    let recipe = recipe_of(&service)?;
    let mut all = target.ground.read(|records| records.secrets(service.id))?;
    let answers = target.answers.as_ref().unwrap_or(&service.answers);
    for question in recipe.questions() {
        let answer = answers.get(question.key.as_str());
        if let (QuestionKind::Password, Some(answer)) = (question.kind, answer) {
            all.insert(format!("answer.{}", question.key.as_str()), answer.clone());
        }
    }
    Ok(all.into_values().filter(|value| !value.is_empty()).collect())
}

/// A line without what is secret, and no longer than people read.
fn without(line: &str, secret: &[String]) -> String {
    let told = secret.iter().fold(line.to_owned(), |line, value| line.replace(value, "•••"));
    if told.chars().count() <= LONGEST {
        return told;
    }
    told.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_no_secret_and_does_not_go_on_for_ever() {
        let secret = ["tige-poireau".to_owned()];
        let line = "postgresql://app:tige-poireau@database/app";
        assert_eq!(without(line, &secret), "postgresql://app:•••@database/app");
        let long = without(&"é".repeat(2 * LONGEST), &secret);
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
