//! Images built at home, by the real engine.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use containers::{
    BuildRequest, EngineError, ExecRequest, HomeImageError, HomeImages, Host, INPUTS_LABEL,
    Progress,
};

use crate::bench::{Bench, SERVE, images_folder, on_docker, on_docker_within};

/// A tree with one image upon the base, whose Dockerfile ends like this.
fn tree(dockerfile: &str) -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let folder = tree.path().join("mark");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("image.toml"),
        "kind = \"dockerfile\"\nfrom = \"debian\"\n[version.1]\narguments = { GREETING = \"salut\" }\n",
    )
    .unwrap();
    std::fs::write(folder.join("Dockerfile"), dockerfile).unwrap();
    tree
}

fn images(tree: &Path, host: Host) -> HomeImages {
    HomeImages::open(tree).unwrap().and_folder(&images_folder()).with_host(host)
}

/// Looks through every file of an image for these lines; gives the files that have one.
async fn files_with(bench: &Bench, image: &str, text: &str) -> String {
    let mut spec = bench.container("look", &SERVE);
    spec.image = image.to_owned();
    spec.entrypoint = Some(vec![]);
    spec.user = Some("0:0".to_owned());
    spec.memory = 256 << 20;
    spec.nano_cpus = 2_000_000_000;
    spec.capabilities = vec!["DAC_READ_SEARCH".to_owned()];
    let id = bench.engine.create_container(&bench.owner, &spec).await.unwrap();
    bench.engine.start_container(&id).await.unwrap();
    let line = "grep --recursive --files-with-matches --fixed-strings --regexp=\"$TEXT\" \
                --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev /; test $? -le 1";
    let request = ExecRequest {
        command: ["sh", "-c", line].map(str::to_owned).into(),
        environment: vec![("TEXT".to_owned(), text.to_owned())],
        user: None,
    };
    let outcome = bench.engine.exec(&id, &request).await.unwrap();
    assert_eq!(outcome.code, 0, "{}", outcome.output);
    bench.engine.remove_container(&id).await.unwrap();
    outcome.output
}

#[test]
fn what_the_host_adds_reaches_the_build_stage_and_no_final_image() {
    let test = "what_the_host_adds_reaches_the_build_stage_and_no_final_image";
    on_docker(test, 120, async |bench: Arc<Bench>| {
        let line = "UGFuaWVyIGhhcyBubyBzdWNoIGF1dGhvcml0eSBhbnl3aGVyZQ";
        let certificate = bench.folder.path().join("extra.crt");
        std::fs::write(&certificate, format!("-----BEGIN-----\n{line}\n-----END-----\n")).unwrap();
        let tree = tree(
            "ARG BASE\nFROM ${BASE} AS build\nCOPY .host /\n\
             RUN grep -c UGFu /usr/local/share/ca-certificates/00-extra.crt > /found\n\
             ARG STAGE\nLABEL org.panier.stage=${STAGE}\n\
             FROM ${BASE}\nARG GREETING\nENV GREETING=${GREETING}\nCOPY --from=build /found /found\n",
        );
        let host = Host { certificates: vec![certificate], ..Host::default() };
        let images = images(tree.path(), host);
        let lines = Mutex::new(Vec::new());
        let progress = |told| {
            if let Progress::Line(line) = told {
                lines.lock().unwrap().push(line);
            }
        };
        let made = images.ensure(&*bench.engine, "mark", "1", &progress).await.unwrap();
        assert!(lines.lock().unwrap().iter().any(|line| line.starts_with("Step 1/")));
        assert_eq!(made.labels[0].0, INPUTS_LABEL);

        bench.with_network().await;
        assert_eq!(files_with(&bench, &made.id, line).await, "");
        // The search finds what is there.
        assert_eq!(
            files_with(&bench, &made.id, "force-unsafe-io").await,
            "/etc/dpkg/dpkg.cfg.d/90-image\n"
        );

        lines.lock().unwrap().clear();
        let again = images.ensure(&*bench.engine, "mark", "1", &progress).await.unwrap();
        assert_eq!(again, made);
        assert_eq!(lines.lock().unwrap().len(), 0, "what is there is not built again");
        bench.engine.remove_image(&images.tag("mark", "1").unwrap()).await.unwrap();
    });
}

#[test]
fn a_build_that_fails_says_where_and_leaves_no_tag() {
    on_docker("a_build_that_fails_says_where_and_leaves_no_tag", 121, async |bench: Arc<Bench>| {
        let tree = tree("ARG BASE\nFROM ${BASE}\nRUN echo before; echo reason >&2; exit 9\n");
        let images = images(tree.path(), Host::default());
        let error = images.ensure(&*bench.engine, "mark", "1", &|_| {}).await.unwrap_err();
        let HomeImageError::Engine(EngineError::BuildFailed { step, last_lines, .. }) = error
        else {
            panic!("{error:?}")
        };
        assert_eq!(step.as_deref(), Some("RUN echo before; echo reason >&2; exit 9"));
        for line in ["before", "reason"] {
            assert!(last_lines.iter().any(|said| said == line), "{last_lines:?}");
        }
        let tag = images.tag("mark", "1").unwrap();
        assert_eq!(bench.engine.image(&tag).await.unwrap(), None);
    });
}

#[test]
fn an_archive_that_is_not_there_is_told() {
    on_docker("an_archive_that_is_not_there_is_told", 122, async |bench: Arc<Bench>| {
        let absent = bench.folder.path().join("absent.tar");
        let imported = bench.engine.import(&absent, "panier/absent:1", &[]).await;
        assert!(matches!(imported, Err(EngineError::Unreadable { .. })), "{imported:?}");
        let request = BuildRequest {
            context: absent,
            tag: "panier/absent:1".to_owned(),
            arguments: vec![],
            labels: vec![],
        };
        let built = bench.engine.build(&request, &|_| {}).await;
        assert!(matches!(built, Err(EngineError::Unreadable { .. })), "{built:?}");
    });
}

/// Those of our images that this engine has, looked through for the
/// certificates that this machine really adds.
#[test]
fn our_own_images_hold_nothing_of_this_machines_authorities() {
    let test = "our_own_images_hold_nothing_of_this_machines_authorities";
    // Every file of every image is read, from a disk that may be slow and busy.
    on_docker_within(Duration::from_secs(900), test, 123, async |bench: Arc<Bench>| {
        let certificates = Host::read().await.certificates;
        // A line from within each, of those that no two certificates share.
        let lines: Vec<String> = certificates
            .iter()
            .filter_map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                text.lines().nth(12).filter(|line| line.len() > 20).map(str::to_owned)
            })
            .collect();
        assert_eq!(lines.len(), certificates.len(), "each certificate is looked for");
        if lines.is_empty() {
            return;
        }
        bench.with_network().await;
        for image in HomeImages::open(&images_folder()).unwrap().list().unwrap() {
            let Some(there) = bench.engine.image(&image.tag).await.unwrap() else { continue };
            let found = files_with(&bench, &there.id, &lines.join("\n")).await;
            assert_eq!(found, "", "in {}", image.tag);
        }
    });
}

/// The same without an engine: `.host` is copied by no final stage.
#[test]
fn no_dockerfile_copies_what_the_host_adds_into_its_final_stage() {
    let mut seen = 0;
    for entry in std::fs::read_dir(images_folder()).unwrap() {
        let path: PathBuf = entry.unwrap().path().join("Dockerfile");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let last = text.rfind("\nFROM ").unwrap();
        let mut final_stage = text[last..].lines();
        let copied = final_stage.any(|line| {
            let from_context = !line.contains("--from=");
            (line.starts_with("COPY") || line.starts_with("ADD"))
                && from_context
                && (line.contains(".host") || line.contains(" . "))
        });
        assert!(!copied, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 4, "the images of this repository were looked at");
}
