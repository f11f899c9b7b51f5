//! Images: looked at, pulled, built, imported, removed. Archives are streamed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use bollard::body_try_stream;
use bollard::models::{BuildInfo, ImageInspect};
use bollard::query_parameters::{
    BuildImageOptionsBuilder, CreateImageOptionsBuilder, PruneImagesOptionsBuilder,
    RemoveImageOptions,
};
use futures_util::StreamExt;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::Docker;
use super::progress::{BuildLog, Layers};
use super::refusals::{status_of, words_of};
use crate::engine::{EngineResult, ProgressSink};
use crate::error::{EngineError, Kind};
use crate::spec::{BuildRequest, ImageFacts, Owner, Progress};

/// How much of an archive is read and sent at a time.
const PIECE: usize = 256 * 1024;

impl Docker {
    pub(super) async fn inspect_image(&self, reference: &str) -> EngineResult<Option<ImageFacts>> {
        Ok(self.look_at_image(reference).await?.map(facts_of))
    }

    pub(super) async fn look_at_image(
        &self,
        reference: &str,
    ) -> EngineResult<Option<ImageInspect>> {
        match self.quick.inspect_image(reference).await {
            Ok(told) => Ok(Some(told)),
            Err(error) if status_of(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.refusal_of(Kind::Image, reference, "look at", error)),
        }
    }

    /// The image that was just made or fetched: its absence is the engine's fault.
    async fn image_made(&self, reference: &str) -> EngineResult<ImageFacts> {
        let found = self.inspect_image(reference).await?;
        found.ok_or_else(|| EngineError::NotFound { kind: Kind::Image, name: reference.to_owned() })
    }

    pub(super) async fn pull_image(
        &self,
        reference: &str,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts> {
        let full = with_tag(reference);
        let options = CreateImageOptionsBuilder::default().from_image(&full).build();
        let mut messages = self.patient.create_image(Some(options), None, None).boxed();
        let mut layers = Layers::default();
        while let Some(message) = messages.next().await {
            let message = message.map_err(|error| self.pull_refusal(reference, error))?;
            if let Some(told) = layers.after(message) {
                progress(told);
            }
        }
        self.image_made(&full).await
    }

    pub(super) async fn build_image(
        &self,
        request: &BuildRequest,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts> {
        let context = body_try_stream(pieces_of(&request.context).await?);
        let arguments: HashMap<String, String> = request.arguments.iter().cloned().collect();
        let labels: HashMap<String, String> = request.labels.iter().cloned().collect();
        let options = BuildImageOptionsBuilder::default()
            .dockerfile("Dockerfile")
            .t(&request.tag)
            .rm(true)
            .forcerm(true)
            .buildargs(&arguments)
            .labels(&labels)
            .build();
        let mut messages = self.patient.build_image(options, None, Some(context)).boxed();
        let mut log = BuildLog::default();
        while let Some(message) = messages.next().await {
            match message {
                Ok(BuildInfo { stream: Some(piece), .. }) => {
                    log.add(&piece).into_iter().for_each(|line| progress(Progress::Line(line)));
                }
                Ok(_) => {}
                Err(error) => return Err(self.build_refusal(request, log, error)),
            }
        }
        log.end().into_iter().for_each(|line| progress(Progress::Line(line)));
        drop(messages);
        self.forget_stages(&request.tag).await?;
        self.image_made(&request.tag).await
    }

    fn build_refusal(
        &self,
        request: &BuildRequest,
        mut log: BuildLog,
        error: bollard::errors::Error,
    ) -> EngineError {
        let what = format!("build the image {}", request.tag);
        let said_by_builder = matches!(error, bollard::errors::Error::DockerStreamError { .. })
            || matches!(status_of(&error), Some(400));
        if words_of(&error).contains("no space left on device") || !said_by_builder {
            return self.refusal(what, error);
        }
        log.end();
        let (step, last_lines) = log.told();
        EngineError::BuildFailed {
            tag: request.tag.clone(),
            step,
            last_lines,
            source: Arc::new(error),
        }
    }

    /// Removes what earlier stages of this build left in the store. The
    /// classic builder keeps them as nameless images; compilers and what the
    /// host added for the build lie in them.
    async fn forget_stages(&self, tag: &str) -> EngineResult<()> {
        let filters = HashMap::from([
            ("dangling".to_owned(), vec!["true".to_owned()]),
            ("label".to_owned(), vec![format!("{}={tag}", Owner::STAGE)]),
        ]);
        let options = PruneImagesOptionsBuilder::default().filters(&filters).build();
        match self.patient.prune_images(Some(options)).await {
            Ok(_) => Ok(()),
            // Another call sweeps already; the next build of ours sweeps again.
            Err(error) if status_of(&error) == Some(409) => Ok(()),
            Err(error) => Err(self.refusal("remove a build's earlier stages", error)),
        }
    }

    pub(super) async fn import_image(
        &self,
        archive: &Path,
        tag: &str,
        labels: &[(String, String)],
    ) -> EngineResult<ImageFacts> {
        let body = body_try_stream(pieces_of(archive).await?);
        let (repository, version) = tag.rsplit_once(':').unwrap_or((tag, "latest"));
        // The client joins its list of changes with commas, which the engine
        // does not part again; it does read several lines in one.
        let options = CreateImageOptionsBuilder::default()
            .from_src("-")
            .repo(repository)
            .tag(version)
            .changes(vec![changes(labels)])
            .build();
        let mut messages = self.patient.create_image(Some(options), Some(body), None).boxed();
        while let Some(message) = messages.next().await {
            message.map_err(|error| self.refusal(format!("take in the image {tag}"), error))?;
        }
        self.image_made(tag).await
    }

    pub(super) async fn delete_image(&self, reference: &str) -> EngineResult<()> {
        match self.patient.remove_image(reference, None::<RemoveImageOptions>, None).await {
            Ok(_) => Ok(()),
            Err(error) if status_of(&error) == Some(404) => Ok(()),
            Err(error) => Err(self.refusal_of(Kind::Image, reference, "remove", error)),
        }
    }
}

/// A file, without ever holding the whole of it.
async fn pieces_of(archive: &Path) -> EngineResult<ReaderStream<File>> {
    let file = File::open(archive).await.map_err(|error| EngineError::Unreadable {
        path: archive.to_path_buf(),
        source: Arc::new(error),
    })?;
    Ok(ReaderStream::with_capacity(file, PIECE))
}

/// Without a tag the engine would fetch all that there are.
fn with_tag(reference: &str) -> String {
    let last = reference.rsplit('/').next().unwrap_or_default();
    if last.contains(':') || last.contains('@') {
        reference.to_owned()
    } else {
        format!("{reference}:latest")
    }
}

/// What the configuration of an imported root filesystem says, one instruction a line.
fn changes(labels: &[(String, String)]) -> String {
    let mut lines = vec![
        "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        "CMD [\"/bin/sh\"]".to_owned(),
    ];
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    lines.extend(labels.iter().map(|(name, value)| format!("LABEL {name}=\"{}\"", quoted(value))));
    lines.join("\n")
}

fn facts_of(told: ImageInspect) -> ImageFacts {
    let config = told.config.unwrap_or_default();
    let mut labels: Vec<_> = config.labels.unwrap_or_default().into_iter().collect();
    labels.sort();
    let digests = told.repo_digests.unwrap_or_default();
    ImageFacts {
        id: told.id.unwrap_or_default(),
        digests: digests
            .iter()
            .filter_map(|known| known.split_once('@').map(|(_, digest)| digest.to_owned()))
            .collect(),
        architecture: told.architecture.unwrap_or_default(),
        size: told.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        labels,
        user: config.user.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_without_tag_means_the_latest() {
        assert_eq!(with_tag("docker.io/library/debian"), "docker.io/library/debian:latest");
        assert_eq!(with_tag("box.local:5000/pad"), "box.local:5000/pad:latest");
        assert_eq!(with_tag("debian:13"), "debian:13");
        assert_eq!(with_tag("debian@sha256:00"), "debian@sha256:00");
    }

    #[test]
    fn an_imported_image_gets_labels_whose_text_is_kept_as_it_is() {
        let said = changes(&[("org.panier.inputs".into(), "say \"$x\"".into())]);
        assert!(said.ends_with("LABEL org.panier.inputs=\"say \\\"\\$x\\\"\""), "{said}");
    }
}
