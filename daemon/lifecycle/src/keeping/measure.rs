//! Reading what must be equal before a snapshot and after its restore.

use std::path::Path;
use std::time::Duration;

use containers::{ContainerFacts, ContainerState, ExecRequest};
use ledger::{MeasureRecord, ServiceId};
use recipe::{DatabaseKind, MeasureSource, Recipe, Trouble, text};
use tokio::time::timeout;

use crate::plan::Plan;
use crate::site::{Folders, Ground};
use crate::trouble;

/// How long one question may take.
const ONE_MEASURE: Duration = Duration::from_secs(120);
/// The container that a database of ours runs in.
pub(crate) const DATABASE: &str = "database";
/// Between two answers of a database.
pub(super) const MARK: &str = "panier-next-measure";

/// Measures by commands in the service's containers, which must run.
pub(crate) async fn by_commands(
    ground: &Ground,
    id: ServiceId,
    recipe: &Recipe,
) -> Result<Vec<MeasureRecord>, Trouble> {
    let mut measured = Vec::new();
    for measure in recipe.measures() {
        let MeasureSource::Command { container, run, user } = measure.source else { continue };
        let request = ExecRequest { command: run.to_vec(), user, environment: Vec::new() };
        let there = running(ground, id, container).await?;
        let value = ask(ground, &there, &request).await?;
        measured.push(MeasureRecord { name: measure.name.to_owned(), value });
    }
    Ok(measured)
}

/// Measures by questions to the service's database, whose container must run.
pub(crate) async fn by_database(
    ground: &Ground,
    id: ServiceId,
    recipe: &Recipe,
    plan: &Plan,
) -> Result<Vec<MeasureRecord>, Trouble> {
    let (names, questions) = questions(recipe);
    let Some(kind) = recipe.database().filter(|_kind| !questions.is_empty()) else {
        return Ok(Vec::new());
    };
    let there = running(ground, id, DATABASE).await?;
    let command = match kind {
        DatabaseKind::Postgresql => psql(&database_name(plan), &questions),
        DatabaseKind::Mariadb => mariadb(&database_name(plan), &questions),
    };
    let request = ExecRequest { command, ..ExecRequest::default() };
    let answers = ask(ground, &there, &request).await?;
    Ok(sorted_out(&names, &answers))
}

/// Names and texts of the questions to the database.
pub(super) fn questions(recipe: &Recipe) -> (Vec<String>, Vec<String>) {
    let of = |measure: recipe::Measured<'_>| match measure.source {
        MeasureSource::Database { sql } => {
            let sql = sql.trim().trim_end_matches(';').to_owned();
            Some((measure.name.to_owned(), sql))
        }
        _ => None,
    };
    recipe.measures().into_iter().filter_map(of).unzip()
}

/// Answers that were given one behind the other, each after a mark.
pub(super) fn sorted_out(names: &[String], answers: &str) -> Vec<MeasureRecord> {
    let parts = answers.split(MARK).skip(1).map(|part| part.trim().to_owned());
    let pair = |(name, value): (&String, String)| MeasureRecord { name: name.clone(), value };
    names.iter().zip(parts).map(pair).collect()
}

/// The name of the service's database inside its server.
pub(super) fn database_name(plan: &Plan) -> String {
    let block = plan.rendered.containers.iter().find(|container| container.name == DATABASE);
    block.and_then(|block| block.environment.get("DATABASE_NAME")).cloned().unwrap_or_default()
}

fn psql(database: &str, questions: &[String]) -> Vec<String> {
    let mut words: Vec<String> =
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"].map(str::to_owned).into();
    words.extend(["--set=ON_ERROR_STOP=1", "--host=/run/postgresql"].map(str::to_owned));
    words.extend(["--username=postgres".to_owned(), format!("--dbname={database}")]);
    words.push("--command=SET default_transaction_read_only = on".to_owned());
    for question in questions {
        words.push(format!("--command=SELECT '{MARK}'"));
        words.push(format!("--command={question}"));
    }
    words
}

fn mariadb(database: &str, questions: &[String]) -> Vec<String> {
    let asked: Vec<String> =
        questions.iter().map(|question| format!("SELECT '{MARK}'; {question}")).collect();
    let mut words: Vec<String> =
        ["mariadb", "--batch", "--skip-column-names", "--socket=/run/mysqld/mysqld.sock"]
            .map(str::to_owned)
            .into();
    words.push(format!("--database={database}"));
    words.push(format!("--execute=SET SESSION TRANSACTION READ ONLY; {}", asked.join("; ")));
    words
}

/// Measures the SQLite files below a service's folder, or below a copy of it.
/// Nobody may write to them meanwhile.
pub(crate) async fn by_files(
    recipe: &Recipe,
    service_folder: &Path,
) -> Result<Vec<MeasureRecord>, Trouble> {
    let mut measured = Vec::new();
    // Links on the way to the folder are the box's own; those below are the service's.
    let service_folder = service_folder.canonicalize().unwrap_or(service_folder.to_owned());
    for measure in recipe.measures() {
        let MeasureSource::Sqlite { file, sql } = measure.source else { continue };
        let path = Folders::data(&service_folder, &file.volume).join(&file.path);
        let (sql, shown) = (sql.to_owned(), path.display().to_string());
        let asked = tokio::task::spawn_blocking(move || ledger::ask_file(&path, &sql)).await;
        let failed =
            |error: &dyn std::error::Error| not_measured(&shown).because_of(trouble::chain(error));
        let value = match asked {
            Ok(answer) => answer.map_err(|error| failed(&error))?,
            Err(error) => return Err(failed(&error)),
        };
        measured.push(MeasureRecord { name: measure.name.to_owned(), value });
    }
    Ok(measured)
}

/// The running container of a service's part.
pub(super) async fn running(
    ground: &Ground,
    id: ServiceId,
    part: &str,
) -> Result<ContainerFacts, Trouble> {
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let label = id.to_string();
    let is_it = |found: &ContainerFacts| {
        found.service == label && found.part == part && found.state == ContainerState::Running
    };
    there.into_iter().find(is_it).ok_or_else(|| not_measured(part))
}

async fn ask(
    ground: &Ground,
    container: &ContainerFacts,
    request: &ExecRequest,
) -> Result<String, Trouble> {
    let part = &container.part;
    match timeout(ONE_MEASURE, ground.engine.exec(&container.id, request)).await {
        Ok(Ok(outcome)) if outcome.code == 0 => Ok(outcome.output.trim().to_owned()),
        Ok(Ok(outcome)) => Err(not_measured(part).because_of(outcome.output.trim())),
        Ok(Err(error)) => Err(trouble::of_engine(&error)),
        Err(_elapsed) => Err(not_measured(part)
            .because(text!("It did not answer in time.", "Il n’a pas répondu à temps."))),
    }
}

fn not_measured(what: &str) -> Trouble {
    Trouble::new(
        "not-measured",
        text!(
            "What the recipe measures could not be read ({what}).",
            "Ce que la recette mesure n’a pas pu être lu ({what})."
        ),
        text!(
            "Look into the service's log, then try again.",
            "Regardez le journal du service, puis réessayez."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_the_mark() {
        let names = ["rows".to_owned(), "people".to_owned()];
        let answers = format!("{MARK}\n12\n{MARK}\n3 / two\n");
        let measured = sorted_out(&names, &answers);
        let values: Vec<&str> = measured.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["12", "3 / two"]);
    }
}
