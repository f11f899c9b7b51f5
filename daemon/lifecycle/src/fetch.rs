//! Images: had from the engine's store, a registry, or built at home; and
//! never another one than the recipe names.

use std::collections::BTreeMap;

use containers::{ImageFacts, Progress};
use jobs::Scene;
use recipe::{ImageSource, Rendered, Text, Trouble, text};

use crate::site::Ground;
use crate::trouble;

/// Container to reference and image id.
pub(crate) type Images = BTreeMap<String, (String, String)>;

/// Who is told how far a download is.
pub(crate) enum Listener<'a> {
    /// A job's log.
    Job(&'a Scene),
    /// Nobody: the reconciler brings back an image that vanished.
    Nobody,
}

impl Listener<'_> {
    fn say(&self, text: Text) {
        if let Self::Job(scene) = self {
            scene.say(text);
        }
    }

    fn hear(&self, label: &Text, progress: Progress) {
        let Self::Job(scene) = self else { return };
        match progress {
            Progress::Bytes { done, total } => scene.progress(label.clone(), done, total),
            Progress::Line(line) => scene.murmur(Text::new(line.clone(), line)),
        }
    }
}

/// Sees to it that the engine has every image of a service; gives which they are.
pub(crate) async fn all(
    ground: &Ground,
    rendered: &Rendered,
    listener: &Listener<'_>,
) -> Result<Images, Trouble> {
    let mut images = Images::new();
    let mut seen: Vec<(&ImageSource, (String, String))> = Vec::new();
    for container in &rendered.containers {
        let known = seen.iter().find(|(source, _)| *source == &container.image);
        let image = match known {
            Some((_, image)) => image.clone(),
            None => one(ground, &container.image, listener).await?,
        };
        seen.push((&container.image, image.clone()));
        images.insert(container.name.clone(), image);
    }
    Ok(images)
}

/// Whether the engine's store holds all of these.
pub(crate) async fn are_there(ground: &Ground, images: &Images) -> Result<bool, Trouble> {
    for (_, image) in images.values() {
        let found = ground.engine.image(image).await.map_err(|e| trouble::of_engine(&e))?;
        if found.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn one(
    ground: &Ground,
    source: &ImageSource,
    listener: &Listener<'_>,
) -> Result<(String, String), Trouble> {
    match source {
        ImageSource::Build { folder, version } => build(ground, folder, version, listener).await,
        ImageSource::Registry { reference, digest } => {
            pull(ground, reference, digest.as_deref(), listener).await
        }
    }
}

/// Builds one image at home, unless it is there.
pub(crate) async fn build(
    ground: &Ground,
    folder: &str,
    version: &str,
    listener: &Listener<'_>,
) -> Result<(String, String), Trouble> {
    let label = text!("Building {folder} {version}", "Construction de {folder} {version}");
    let facts = ground
        .images
        .ensure(ground.engine.as_ref(), folder, version, &|progress| {
            listener.hear(&label, progress);
        })
        .await
        .map_err(|error| trouble::of_home_image(folder, &error))?;
    fits(ground, folder, &facts)?;
    let tag = ground
        .images
        .tag(folder, version)
        .map_err(|error| trouble::of_home_image(folder, &error))?;
    Ok((tag, facts.id))
}

async fn pull(
    ground: &Ground,
    reference: &str,
    named: Option<&str>,
    listener: &Listener<'_>,
) -> Result<(String, String), Trouble> {
    let architecture = &ground.architecture;
    let first = ground.read(|records| records.known_digest(reference, architecture))?;
    let wanted = named.map(ToOwned::to_owned).or(first);
    let asked = match &wanted {
        Some(digest) => pinned(reference, digest),
        None => reference.to_owned(),
    };
    let there = ground.engine.image(&asked).await.map_err(|e| trouble::of_engine(&e))?;
    // A tag in the store may be anything: without a digest, the registry is asked.
    let facts = match there {
        Some(facts) if wanted.is_some() => facts,
        _ => {
            let label = text!("Fetching {reference}", "Téléchargement de {reference}");
            ground
                .engine
                .pull(&asked, &|progress| listener.hear(&label, progress))
                .await
                .map_err(|error| trouble::of_engine(&error))?
        }
    };
    fits(ground, reference, &facts)?;
    let had = facts.digests.first().cloned().unwrap_or_default();
    let had = had.rsplit('@').next().unwrap_or_default().to_owned();
    if wanted.is_none() && !had.is_empty() {
        ground
            .ledger
            .write(|records| records.first_digest(reference, architecture, &had, (ground.clock)()))
            .map_err(|error| trouble::of_ledger(&error))?;
        listener.say(text!(
            "The recipe names no digest for {reference}; from now on it is {had}.",
            "La recette ne fixe pas d’empreinte pour {reference} ; ce sera désormais {had}."
        ));
    }
    Ok((asked, facts.id))
}

/// `name@digest`, without the tag: engines refuse both at once.
fn pinned(reference: &str, digest: &str) -> String {
    let slash = reference.rfind('/').map_or(0, |place| place + 1);
    let name = match reference.get(slash..).and_then(|last| last.find(':')) {
        Some(colon) => reference.get(..slash + colon).unwrap_or(reference),
        None => reference,
    };
    format!("{name}@{digest}")
}

fn fits(ground: &Ground, name: &str, facts: &ImageFacts) -> Result<(), Trouble> {
    if facts.architecture == ground.architecture {
        return Ok(());
    }
    let (had, wanted) = (&facts.architecture, &ground.architecture);
    Err(Trouble::new(
        "image-other-architecture",
        text!(
            "The image {name} is for {had}, and this box is {wanted}.",
            "L’image {name} est faite pour {had}, et cette boîte est {wanted}."
        ),
        text!(
            "Choose a release that has an image for {wanted}.",
            "Choisissez une version qui a une image pour {wanted}."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::pinned;

    #[test]
    fn a_digest_takes_the_place_of_the_tag() {
        assert_eq!(pinned("docker.io/a/b:3.1", "sha256:0"), "docker.io/a/b@sha256:0");
        assert_eq!(pinned("127.0.0.1:5000/b:3.1", "sha256:0"), "127.0.0.1:5000/b@sha256:0");
        assert_eq!(pinned("127.0.0.1:5000/b", "sha256:0"), "127.0.0.1:5000/b@sha256:0");
    }
}
