//! The question that proves that a service works, asked as a person would ask it.

use std::time::Duration;

use containers::ContainerState;
use ledger::Service;
use recipe::{Probe, Text, Trouble, text};
use tokio::time::{Instant, sleep};

use crate::outside::Answer;
use crate::plan::Plan;
use crate::site::Ground;

/// How long one answer may take.
const ONE_ANSWER: Duration = Duration::from_secs(20);
/// Between two questions.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Asks until the service answers well, or its time is over, or a container of
/// it ends.
pub(crate) async fn until_well(
    ground: &Ground,
    service: &Service,
    plan: &Plan,
) -> Result<(), Trouble> {
    let probe = &plan.rendered.probe;
    let begun = Instant::now();
    let deadline = begun + probe.within;
    loop {
        let verdict = once(ground, service, probe).await;
        let Err(reason) = verdict else { return Ok(()) };
        if let Some(part) = ended_part(ground, plan).await {
            return Err(unwell(
                service,
                text!("Its container {part} has ended.", "Son conteneur {part} s’est arrêté."),
            ));
        }
        if Instant::now() >= deadline {
            return Err(unwell(service, reason));
        }
        sleep(pause_after(begun.elapsed())).await;
    }
}

/// How long to wait before the next question, so long after the first: nobody
/// waits much longer than the service took, and one that takes minutes is not
/// asked all the while.
pub(crate) fn pause_after(elapsed: Duration) -> Duration {
    (elapsed / 20).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// Asks once. The error says what was wrong with the answer.
pub(crate) async fn once(ground: &Ground, service: &Service, probe: &Probe) -> Result<(), Text> {
    let domain = service.domains.first().map(String::as_str).unwrap_or_default();
    let answer = ground.door.ask(domain, &probe.path, ONE_ANSWER).await?;
    judge(probe, &answer)
}

/// The trouble of a service that does not answer as it should.
pub(crate) fn unwell(service: &Service, reason: Text) -> Trouble {
    let (name, release) = (&service.name, &service.release);
    Trouble::new(
        "service-unwell",
        text!(
            "{name} {release} was started, and does not work.",
            "{name} {release} a été démarré, mais ne fonctionne pas."
        ),
        text!(
            "Look into its log for the reason: panier logs {name}.",
            "Cherchez-en la raison dans son journal : panier logs {name}."
        ),
    )
    .because(reason)
}

fn judge(probe: &Probe, answer: &Answer) -> Result<(), Text> {
    let (path, wanted, status) = (&probe.path, probe.status, answer.status);
    if status != wanted {
        return Err(text!(
            "{path} answered {status}, and {wanted} was expected.",
            "{path} a répondu {status}, alors que {wanted} était attendu."
        ));
    }
    if let Some(needle) = &probe.contains
        && !contains(&answer.body, needle.as_bytes())
    {
        return Err(text!(
            "The answer of {path} does not contain “{needle}”.",
            "La réponse de {path} ne contient pas « {needle} »."
        ));
    }
    if probe.json.is_empty() {
        return Ok(());
    }
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        return Err(text!("{path} did not answer with JSON.", "{path} n’a pas répondu en JSON."));
    };
    for (key, wanted) in &probe.json {
        let found = body.get(key);
        if found != Some(wanted) {
            let found = found.unwrap_or(&serde_json::Value::Null);
            return Err(text!(
                "In the answer of {path}, {key} is {found}, and {wanted} was expected.",
                "Dans la réponse de {path}, {key} vaut {found}, alors que {wanted} était attendu."
            ));
        }
    }
    Ok(())
}

fn contains(body: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || body.windows(needle.len()).any(|window| window == needle)
}

/// A container of the plan that has ended, if one has.
async fn ended_part(ground: &Ground, plan: &Plan) -> Option<String> {
    let there = ground.engine.containers(&ground.owner).await.ok()?;
    plan.containers
        .iter()
        .find(|planned| {
            there.iter().any(|found| {
                found.name == planned.spec.name
                    && matches!(found.state, ContainerState::Exited { .. } | ContainerState::Dead)
            })
        })
        .map(|planned| planned.spec.part.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn probe() -> Probe {
        Probe {
            path: "/health".into(),
            status: 200,
            json: BTreeMap::from([("status".into(), "pass".into())]),
            contains: None,
            within: Duration::from_secs(1),
        }
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn an_answer_is_judged_by_status_and_by_what_it_says() {
        assert!(judge(&probe(), &answer(200, r#"{"status":"pass","more":1}"#)).is_ok());
        let said = |status, body| judge(&probe(), &answer(status, body)).unwrap_err().fr;
        assert!(said(500, "").contains("500"));
        assert!(said(200, "<html>").contains("JSON"));
        assert!(said(200, r#"{"status":"fail"}"#).contains("\"fail\""));
        assert!(said(200, "{}").contains("null"));
    }

    #[test]
    fn nobody_waits_much_longer_than_a_service_took() {
        let mut now = Duration::ZERO;
        let mut questions = 0;
        while now < Duration::from_secs(120) {
            let pause = pause_after(now);
            assert!(pause <= SHORTEST_PAUSE.max(now / 20), "{now:?}: {pause:?}");
            now += pause;
            questions += 1;
        }
        assert!(questions < 200, "{questions} questions in two minutes");
    }

    #[test]
    fn a_wanted_text_is_looked_for() {
        let probe = Probe { json: BTreeMap::new(), contains: Some("pads".into()), ..probe() };
        assert!(judge(&probe, &answer(200, "all pads here")).is_ok());
        assert!(judge(&probe, &answer(200, "nothing")).is_err());
    }
}
