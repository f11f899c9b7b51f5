//! Images from a registry: Debian's own `docker-registry`, on loopback.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Client, Door, Http, TestBox, TestEngine, wait_until};

/// A registry of this test's own, in a folder of its own.
struct Registry {
    folder: TempDir,
    process: Child,
    port: u16,
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.end();
        // In a thread of its own, as the test's own runtime drops this.
        let repository = self.repository();
        let swept = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let Some(engine) = TestEngine::new("sweeping images").await else { return };
                engine.forget_images(&repository).await;
            });
        });
        if swept.join().is_err() {
            println!("images of {} stay in the engine's store", self.repository());
        }
    }
}

impl Registry {
    /// None where the program is not installed, which is printed.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // Free when asked; nobody else is given it so soon.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage:\n  filesystem: {{ rootdirectory: {:?} }}\n\
             http: {{ addr: \"127.0.0.1:{port}\", secret: \"none\" }}\n",
            folder.path().join("storage")
        );
        std::fs::write(&file, text).unwrap();
        let spawned = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match spawned {
            Ok(process) => {
                let own = Self { folder, process, port };
                wait_until("the registry listens", Duration::from_secs(30), || {
                    std::net::TcpStream::connect(("127.0.0.1", port)).ok()
                });
                Some(own)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                println!("left out, as docker-registry is not installed: images from a registry");
                None
            }
            Err(error) => panic!("docker-registry: {error}"),
        }
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn repository(&self) -> String {
        format!("127.0.0.1:{}/tiny", self.port)
    }

    /// Makes an image that nobody has had before out of a container, puts it
    /// into the registry under a tag, and takes it out of the engine's store.
    /// Gives the digest by which the registry knows it.
    async fn publish(&self, engine: &TestEngine, container: &str, tag: &str) -> String {
        let name = self.repository();
        let commit =
            format!("/commit?container={container}&repo={name}&tag={tag}&comment={}", self.port);
        engine.ask("POST", &commit, Some(&json!({}))).await;
        let said = engine.ask("POST", &format!("/images/{name}/push?tag={tag}"), None).await;
        assert!(!said.contains("errorDetail"), "{said}");
        engine.ask("DELETE", &format!("/images/{name}:{tag}?noprune=true"), None).await;
        let at = said.find("\"Digest\":\"").unwrap_or_else(|| panic!("no digest in {said}")) + 10;
        said[at..at + 71].to_owned()
    }

    /// Where the registry keeps what has this digest.
    fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let storage = self.folder.path().join("storage/docker/registry/v2/blobs/sha256");
        storage.join(&hex[..2]).join(hex).join("data")
    }
}

fn recipe(id: &str, image: &str, digest: Option<&str>) -> String {
    let digest = digest.map_or_else(String::new, |digest| format!("digest = \"{digest}\"\n"));
    let of = |architecture: &str| {
        format!(
            "[release.images.app.{architecture}]\n{digest}\
             download = \"40 MB\"\nunpacked = \"90 MB\"\n"
        )
    };
    let images = of("amd64") + &of("arm64");
    format!(
        "format = 1\nid = \"{id}\"\nname = \"Tiny\"\nsummary = {{ en = \"x\", fr = \"x\" }}\n\
         category = \"other\"\nlicense = \"AGPL-3.0-or-later\"\nsource = \"https://example.org/tiny\"\n\
         host_can_read = \"yes\"\n[needs]\nmemory = \"64 MiB\"\ndisk = \"10 MiB\"\n\
         [export]\nhow = {{ en = \"x\", fr = \"x\" }}\n\
         [container.app]\nimage = \"{image}\"\nweb = {{ port = 8080 }}\nuser = \"1000:1000\"\n\
         volumes = {{ data = \"/data\" }}\n\
         [probe]\npath = \"/health\"\njson = {{ status = \"pass\" }}\n[[release]]\nversion = \"1.0\"\n{images}"
    )
}

/// A box with a service whose container images are made of, and a registry,
/// which is dropped after the box: its images are in use until then.
async fn set_up(left_out: &str) -> Option<(Registry, TestBox, TestEngine, String)> {
    let own = TestBox::new(left_out)?;
    let registry = Registry::start()?;
    own.panier(&["install", "tiny", "--name", "model"]).well();
    let engine = own.engine().await;
    let container = engine.containers(&own.owner()).await.remove(0).id;
    Some((registry, own, engine, container))
}

fn image_of(own: &TestBox, service: &str) -> String {
    let shown = own.json(&["show", service]);
    shown["inside"]["containers"][0]["image"].as_str().unwrap().to_owned()
}

async fn is_well(client: &Client, door: &Door) {
    let answer = client.get(&door.by(Http::Two), "/health").await.unwrap();
    assert_eq!((answer.status, &answer.json()["status"]), (StatusCode::OK, &"pass".into()));
}

/// The engine names them in no order of its own.
async fn leftovers(own: &TestBox) -> BTreeSet<String> {
    own.engine().await.leftovers(&own.owner()).await.into_iter().collect()
}

/// An installation that must fail for this reason and leave nothing.
async fn is_refused(own: &TestBox, recipe: &str, code: &str) -> Value {
    let before = leftovers(own).await;
    own.panier(&["install", recipe]).ended_with(1);
    let jobs = own.json(&["jobs"]);
    assert_eq!(jobs[0]["trouble"]["code"], code, "{jobs}");
    own.panier(&["show", recipe]).ended_with(5);
    assert_eq!(leftovers(own).await, before);
    assert!(!own.root().join("services").join(recipe).exists());
    jobs[0]["trouble"].clone()
}

#[tokio::test]
async fn an_image_is_fetched_by_its_digest_and_another_one_is_refused() {
    let Some((mut registry, own, engine, container)) = set_up("images by digest").await else {
        return;
    };
    let good = registry.publish(&engine, &container, "1.0").await;
    own.put_recipe("right", &recipe("right", &registry.repository(), Some(&good)));
    own.panier(&["install", "right"]).well();
    is_well(&own.client(), &own.door("right")).await;
    assert_eq!(image_of(&own, "right"), format!("{}@{good}", registry.repository()));

    // A digest that the registry does not have.
    let unknown = format!("sha256:{}", "0123456789abcdef".repeat(4));
    own.put_recipe("unknown", &recipe("unknown", &registry.repository(), Some(&unknown)));
    is_refused(&own, "unknown", "image-unknown").await;

    // A registry that gives something else than was asked for.
    let swapped = registry.publish(&engine, &container, "1.1").await;
    let blob = registry.blob(&swapped);
    let manifest = std::fs::read_to_string(&blob).unwrap();
    std::fs::write(&blob, format!("{manifest}\n")).unwrap();
    own.put_recipe("swapped", &recipe("swapped", &registry.repository(), Some(&swapped)));
    let trouble = is_refused(&own, "swapped", "image-swapped").await;
    assert!(trouble["why"]["en"].as_str().unwrap().contains(&swapped), "{trouble}");

    // A registry that is away.
    let never = registry.publish(&engine, &container, "1.2").await;
    registry.end();
    own.put_recipe("away", &recipe("away", &registry.repository(), Some(&never)));
    let trouble = is_refused(&own, "away", "image-not-fetched").await;
    assert!(trouble["why"]["en"].as_str().unwrap().contains("connection refused"), "{trouble}");
    // What is there already needs no registry.
    own.panier(&["install", "right"]).well();
    is_well(&own.client(), &own.door("right-2")).await;
}

#[tokio::test]
async fn where_a_recipe_names_no_digest_the_first_one_had_is_kept_and_told() {
    let Some((registry, own, engine, container)) = set_up("a first digest").await else { return };
    let first = registry.publish(&engine, &container, "1.0").await;
    own.put_recipe("loose", &recipe("loose", &registry.repository(), None));
    own.panier(&["install", "loose"]).well();
    let jobs = own.json(&["jobs"]);
    let job = own.json(&["job", &jobs[0]["id"].to_string()]);
    let lines = job["lines"].as_array().unwrap();
    for language in ["en", "fr"] {
        let told = |line: &Value| line["text"][language].as_str().unwrap().contains(&first);
        assert!(lines.iter().any(told), "{job}");
    }
    // The registry moves the tag; the box stays with what it had.
    let second = registry.publish(&engine, &container, "1.0").await;
    assert_ne!(first, second);
    own.panier(&["install", "loose"]).well();
    assert_eq!(image_of(&own, "loose-2"), format!("{}@{first}", registry.repository()));
    is_well(&own.client(), &own.door("loose-2")).await;
}
