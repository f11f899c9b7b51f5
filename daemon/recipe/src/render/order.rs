//! The order in which a recipe's own containers start.

use crate::format::RecipeFile;

/// Each after those that it names; where that leaves a choice, the container
/// that answers the web comes last. Containers in a circle, which the check
/// refuses, come at the end.
pub(crate) fn starting(file: &RecipeFile) -> Vec<&str> {
    let mut waiting: Vec<&str> = file.container.keys().map(String::as_str).collect();
    let answers_web =
        |name: &str| file.container.get(name).is_some_and(|container| container.web.is_some());
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let ready = |name: &&str| {
            file.container.get(*name).is_none_or(|container| {
                container.after.iter().all(|before| !waiting.contains(&before.as_str()))
            })
        };
        let next = waiting
            .iter()
            .copied()
            .filter(ready)
            .min_by_key(|name| answers_web(name))
            .or_else(|| waiting.first().copied());
        if let Some(next) = next {
            waiting.retain(|name| *name != next);
            order.push(next);
        }
    }
    order
}

/// The containers that wait for each other in a circle, if any do.
pub(crate) fn in_a_circle(file: &RecipeFile) -> Vec<&str> {
    let mut waiting: Vec<&str> = file.container.keys().map(String::as_str).collect();
    loop {
        let before = waiting.len();
        let still = waiting.clone();
        waiting.retain(|name| {
            file.container.get(*name).is_some_and(|container| {
                container.after.iter().any(|other| still.contains(&other.as_str()))
            })
        });
        if waiting.len() == before {
            return waiting;
        }
    }
}
