//! `panier recipe check`: for whoever makes a recipe. It installs it on a box
//! of its own, by the API alone, and tries what people will need of it; a line
//! for each thing, and a report.

mod answers;
mod bench;
mod journey;
mod report;
mod tour;

use std::path::{Path, PathBuf};

use admin::views::BoxView;
use clap::ArgMatches;
use containers::{Docker, Engine as _};
use recipe::{Recipe, Text, Trouble, text};

use super::Call;
use super::complaint::Complaint;
use super::exit::Exit;
use bench::Bench;
use journey::Journey;
use report::Report;
use tour::Tour;

/// Why a line did not pass.
pub(super) enum Halt {
    Failed(Text),
    LeftOut(Text),
}

impl Halt {
    fn failed(why: Text) -> Self {
        Self::Failed(why)
    }
}

impl From<Complaint> for Halt {
    fn from(complaint: Complaint) -> Self {
        Self::Failed(complaint.into_words())
    }
}

/// What was asked on the command line.
struct Asked {
    folder: PathBuf,
    file: PathBuf,
    release: Option<String>,
    from: Option<String>,
    images: PathBuf,
    engine: PathBuf,
    against: Option<String>,
    report: Option<PathBuf>,
}

impl Asked {
    fn read(of: &ArgMatches) -> Self {
        let path = |name: &str| of.get_one::<PathBuf>(name).cloned();
        let word = |name: &str| of.get_one::<String>(name).cloned();
        let named = path("file").unwrap_or_default();
        let file = if named.is_dir() { named.join("recipe.toml") } else { named };
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        // As in this project: recipes/<id> beside images/.
        let beside = folder.parent().and_then(Path::parent).map(|it| it.join("images"));
        Self {
            images: path("images").or(beside).unwrap_or_default(),
            engine: path("engine").unwrap_or_else(|| PathBuf::from("/var/run/docker.sock")),
            release: word("release"),
            from: word("from"),
            against: word("against"),
            report: path("report"),
            folder,
            file,
        }
    }
}

/// `panier recipe check`.
pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let asked = Asked::read(of);
    let text = std::fs::read_to_string(&asked.file)
        .map_err(|error| super::recipes::unreadable(&asked.file, &error))?;
    let recipe = match Recipe::parse(&asked.file.display().to_string(), &text) {
        Ok(recipe) => recipe,
        Err(errors) => {
            call.output.message(errors.in_language(call.output.language));
            return Err(Complaint::silent(Exit::Refused));
        }
    };
    for release in asked.release.iter().chain(&asked.from) {
        if recipe.release(release).is_none() {
            return Err(no_release(&recipe, release));
        }
    }
    let bench = Bench::open(call, recipe.id(), &asked.folder, &asked.images, &asked.engine).await?;
    let toured = tokio::select! {
        toured = tour(call, &asked, &bench, &recipe) => toured,
        _ = tokio::signal::ctrl_c() => Err(Complaint::silent(Exit::LookedAway)),
    };
    let ended = bench.end().await;
    let report = toured?;
    ended?;
    if let Some(path) = &asked.report {
        let page = match path.extension().is_some_and(|kind| kind == "json") {
            true => serde_json::to_string_pretty(&report).unwrap_or_default(),
            false => report.markdown(&call.output),
        };
        std::fs::write(path, page).map_err(|error| unwritable(path, &error))?;
    }
    if call.json {
        call.output.json(&report, false);
    } else if asked.report.is_none() {
        call.output.line(report.markdown(&call.output));
    }
    if report.passed() { Ok(()) } else { Err(Complaint::silent(Exit::Trouble)) }
}

async fn tour(
    call: &Call,
    asked: &Asked,
    bench: &Bench,
    recipe: &Recipe,
) -> Result<Report, Complaint> {
    let this: BoxView = bench.client.get("/api/box").await?;
    let journey = Journey::beside(&asked.folder, bench.certificate());
    let mut tour = Tour::new(call, bench, recipe, journey, &this.architecture).await?;
    tour.passed("valid", text!("the recipe is valid", "la recette est valide"));
    tour.whole(asked.release.as_deref(), asked.from.as_deref()).await;
    let engine = match Docker::connect(bench.configuration.engine_socket()).await {
        Ok(engine) => engine.facts().await.map(|facts| facts.version).unwrap_or_default(),
        Err(_untold) => String::new(),
    };
    Ok(Report {
        recipe: recipe.id().to_owned(),
        releases: tour.releases,
        date: this.now,
        panier: this.version,
        architecture: this.architecture.clone(),
        engine,
        against: asked.against.clone(),
        images: tour.images,
        lines: tour.lines,
    })
}

fn no_release(recipe: &Recipe, release: &str) -> Complaint {
    let known: Vec<&str> = recipe.releases().iter().map(recipe::Release::version).collect();
    let (id, known) = (recipe.id(), known.join(", "));
    Complaint::new(
        Exit::Unknown,
        Trouble::new(
            "release-unknown",
            text!("{id} has no release {release}.", "{id} n’a pas de version {release}."),
            text!("It has these: {known}.", "Elle a celles-ci : {known}."),
        ),
    )
}

fn unwritable(path: &Path, error: &std::io::Error) -> Complaint {
    let path = path.display();
    Trouble::new(
        "file-unwritable",
        text!("{path} cannot be written.", "{path} ne peut pas être écrit."),
        text!("Name another file.", "Indiquez un autre fichier."),
    )
    .because_of(error)
    .into()
}
