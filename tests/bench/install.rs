//! An installation beside `docker-compose up` of the same container, its image
//! present: from the command to the first good answer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Client, Door, Http, TestBox};
use tokio::runtime::Runtime;

use crate::configurations::write;
use crate::figures::{Spread, table};

/// Between two questions whether it answers.
const PAUSE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(120);

/// What both installers have in common.
struct Ground {
    own: TestBox,
    client: Client,
    /// Of a service that is always there; others are behind the same port.
    door: Door,
    image: String,
    runtime: Runtime,
}

/// Prints the table.
pub(crate) fn measure(rounds: usize) {
    println!("\n## Installing, beside docker-compose");
    let Some(own) = TestBox::new("installing") else { return };
    // Builds the image, and has the box do everything once.
    own.panier(&["install", "tiny", "--name", "first"]).well();
    let ground = Ground {
        client: own.client(),
        door: own.door("first"),
        image: image(&own, "first"),
        runtime: Runtime::new().expect("a runtime"),
        own,
    };
    let mut figures: [Vec<f64>; 2] = Default::default();
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let there = [ground.install(2 * round), ground.compose(2 * round)];
        let back = ground.compose(2 * round + 1);
        let both = [(there[0] + ground.install(2 * round + 1)) / 2, (there[1] + back) / 2];
        let seconds = both.map(|took| took.as_secs_f64());
        figures.iter_mut().zip(seconds).for_each(|(all, one)| all.push(one));
        ratios.push(seconds[0] / seconds[1]);
    }
    let [panier, compose] = figures.map(|all| Spread::of(all).said(2));
    println!("\nOne container, {rounds} rounds of two each.");
    let heads = ["", "seconds to the first good answer", "panier ÷ this"];
    let rows = [
        vec!["panier install".to_owned(), panier, "1".to_owned()],
        vec!["docker-compose up".to_owned(), compose, Spread::of(ratios).said(2)],
    ];
    table(&heads, &rows);
}

fn image(own: &TestBox, service: &str) -> String {
    let shown = own.json(&["show", service]);
    let image = shown.pointer("/inside/containers/0/image").and_then(Value::as_str);
    image.unwrap_or_else(|| panic!("no image in {shown}")).to_owned()
}

impl Ground {
    fn install(&self, number: usize) -> Duration {
        let name = format!("bench-{number}");
        let door = self.door.named(&format!("{name}.panier.localhost"));
        let mut command = self.own.command(&["install", "tiny", "--name", &name]);
        let took = self.first_answer(&mut command, &door);
        self.own.panier(&["remove", &name]).well();
        took
    }

    fn compose(&self, number: usize) -> Duration {
        let folder = self.own.root().join(format!("compose-{number}"));
        let file = self.lay_out(&folder, number);
        let compose = |words: &[&str]| {
            let mut command = Command::new("docker-compose");
            command.arg("--project-name").arg(format!("panier-bench-{number}"));
            command.arg("--file").arg(&file).args(words);
            command
        };
        let at = ([10, 214, octet(number), 2], 8080).into();
        let door = Door { at, name: "tiny".to_owned(), http: Http::Plain };
        let took = self.first_answer(&mut compose(&["up", "--detach"]), &door);
        let down = compose(&["down", "--volumes"]).stderr(Stdio::null()).status();
        assert!(down.is_ok_and(|status| status.success()), "compose does not go down");
        took
    }

    /// What Panier prepares for the container, by hand.
    fn lay_out(&self, folder: &Path, number: usize) -> PathBuf {
        let data = folder.join("data");
        std::fs::create_dir_all(&data).expect("a folder");
        std::os::unix::fs::chown(&data, Some(1000), Some(1000)).expect("an owner");
        std::fs::write(folder.join("token"), "hush").expect("a file");
        let file = folder.join("docker-compose.yml");
        let octet = octet(number);
        let facts = [
            ("folder", &*folder.to_string_lossy()),
            ("image", &self.image),
            ("subnet", &format!("10.214.{octet}.0/28")),
            ("address", &format!("10.214.{octet}.2")),
        ];
        write(&file, include_str!("configurations/docker-compose.yml"), &facts);
        file
    }

    /// Runs a command to its end, and gives the time from its start to the
    /// first good answer at the door.
    #[expect(clippy::disallowed_methods, reason = "time is what is measured")]
    fn first_answer(&self, command: &mut Command, door: &Door) -> Duration {
        let begun = Instant::now();
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("a process");
        let took = self.runtime.block_on(async {
            loop {
                let answer = self.client.get(door, "/health").await;
                if answer.is_ok_and(|answer| answer.status.is_success()) {
                    return begun.elapsed();
                }
                assert!(begun.elapsed() < PATIENCE, "no answer at {door:?}");
                tokio::time::sleep(PAUSE).await;
            }
        });
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        took
    }
}

fn octet(number: usize) -> u8 {
    u8::try_from(number).expect("fewer rounds")
}
