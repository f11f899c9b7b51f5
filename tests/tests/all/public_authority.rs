//! Certificates from a public authority: a real ACME server, a real front door
//! that answers it, and no engine; the clock is the test's.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use certificates::{
    AnswerBoard, ChallengeAnswer, Failure, Leaf, NotShown, Public, PublicAuthority, Reason, Way,
};
use jiff::{SignedDuration, Timestamp};
use proxy::{Certificate, Challenge, FrontDoor, FrontDoorOptions, Secret, Table};
use rustix::process::{Pid, Signal, kill_process};
use tests::{Client, Door, Http, Pebble, PebblePlan, program};

const DAY: i64 = 24 * 60 * 60;

/// A front door, and a box's memory of certificates.
struct House {
    folder: tempfile::TempDir,
    door: FrontDoor,
    generation: AtomicU64,
    moved: Arc<AtomicI64>,
    public: Public,
    /// Whether answers are kept from the door.
    silent: AtomicBool,
    seen: Mutex<Vec<ChallengeAnswer>>,
}

fn now() -> Timestamp {
    system::clock::now()
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let options = FrontDoorOptions {
            unit: None,
            build: "tests".into(),
            binary: program("panier"),
            arguments: vec!["front-door".into()],
            control: folder.path().join("front-door.sock"),
            run_as: None,
            https: vec![any],
            http: vec![any],
            log: None,
            drain: Duration::from_secs(1),
        };
        let door = FrontDoor::start_or_adopt(options).await.unwrap();
        let moved = Arc::new(AtomicI64::new(0));
        let public = public(&folder, &moved);
        let house = Self {
            folder,
            door,
            generation: AtomicU64::new(0),
            moved,
            public,
            silent: AtomicBool::new(false),
            seen: Mutex::default(),
        };
        house.publish(Vec::new(), Vec::new()).await;
        house
    }

    /// The same house with another daemon: all that is known comes from the files.
    fn forget(&mut self) {
        self.public = public(&self.folder, &self.moved);
    }

    fn plan(&self) -> PebblePlan {
        PebblePlan::asking(
            self.door.http_address().unwrap().port(),
            self.door.https_address().unwrap().port(),
        )
    }

    fn move_clock(&self, seconds: i64) {
        self.moved.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn publish(&self, certificates: Vec<Certificate>, challenges: Vec<Challenge>) {
        let generation = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        let table = Table {
            generation,
            https_port: 443,
            box_names: Vec::new(),
            web_socket: self.folder.path().join("web.sock"),
            home_networks: Vec::new(),
            routes: Vec::new(),
            certificates,
            default_certificate: None,
            challenges,
            lookups: proxy::LookupTable::default(),
            probe_token: Secret(String::new()),
        };
        self.door.publish(table).await.unwrap();
    }

    async fn attend(&self, to: &PublicAuthority, domain: &str) -> Result<Leaf, Failure> {
        self.public.attend(to, domain, self).await
    }
}

impl Drop for House {
    /// A front door lives on without its daemon: that is what it is for.
    fn drop(&mut self) {
        let door = i32::try_from(self.door.pid()).ok().and_then(Pid::from_raw);
        let _ended_already = door.map(|door| kill_process(door, Signal::TERM));
    }
}

fn public(folder: &tempfile::TempDir, moved: &Arc<AtomicI64>) -> Public {
    let moved = Arc::clone(moved);
    let clock = move || now() + SignedDuration::from_secs(moved.load(Ordering::SeqCst));
    Public::new(&folder.path().join("public"), Arc::new(clock))
}

#[async_trait]
impl AnswerBoard for House {
    async fn show(&self, answers: Vec<ChallengeAnswer>) -> Result<(), NotShown> {
        self.seen.lock().unwrap().extend(answers.clone());
        if self.silent.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.publish(Vec::new(), answers.into_iter().map(translated).collect()).await;
        Ok(())
    }
}

fn translated(answer: ChallengeAnswer) -> Challenge {
    match answer {
        ChallengeAnswer::Http { domain, token, content } => {
            Challenge::Http { host: domain, token, content }
        }
        ChallengeAnswer::Tls { domain, chain_pem, key_pem } => Challenge::Tls {
            certificate: Certificate { names: vec![domain], chain_pem, key_pem: Secret(key_pem) },
        },
    }
}

fn authority(pebble: &Pebble) -> PublicAuthority {
    PublicAuthority {
        directory: pebble.directory(),
        contact: Some("someone@example.org".into()),
        root_pem: Some(std::fs::read_to_string(pebble.server_root()).unwrap()),
    }
}

fn domains(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// A port at which nobody answers.
fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Whether what is served for a name is signed by the authority, chain and all.
async fn is_served(house: &House, pebble: &Pebble, domain: &str) -> bool {
    let client = Client::trusting(&pebble.root().await);
    let at = house.door.https_address().unwrap();
    client.dial(&Door { at, name: domain.to_owned(), http: Http::One }).await.is_ok()
}

#[tokio::test]
async fn a_certificate_is_had_by_http_and_served_with_its_whole_chain() {
    let house = House::new().await;
    let Some(pebble) = Pebble::start("HTTP-01", house.plan()) else { return };
    let (to, all) = (authority(&pebble), domains(&["pad.example.org", "wiki.example.org"]));
    assert_eq!(house.public.due(&to, &all).len(), 2);
    let mut served = Vec::new();
    for domain in &all {
        let leaf = house.attend(&to, domain).await.unwrap();
        assert_eq!(leaf.names, [domain.as_str()]);
        assert!(leaf.chain_pem.matches("BEGIN CERTIFICATE").count() > 1, "no chain");
        served.push(Certificate::from(leaf));
    }
    assert!(house.seen.lock().unwrap().iter().all(|answer| answer.way() == Way::Http));
    assert!(house.public.answers().is_empty() && house.public.due(&to, &all).is_empty());
    house.publish(served, Vec::new()).await;
    for domain in &all {
        assert!(is_served(&house, &pebble, domain).await, "{domain}");
    }
    assert!(!is_served(&house, &pebble, "other.example.org").await);
}

#[tokio::test]
async fn where_port_80_is_closed_the_other_way_is_taken_and_remembered() {
    let house = House::new().await;
    let plan = PebblePlan { http_port: closed(), ..house.plan() };
    let Some(pebble) = Pebble::start("TLS-ALPN-01", plan) else { return };
    let to = authority(&pebble);
    house.attend(&to, "pad.example.org").await.unwrap();
    let ways = |house: &House| -> Vec<Way> {
        house.seen.lock().unwrap().iter().map(ChallengeAnswer::way).collect()
    };
    assert_eq!(ways(&house), [Way::Http, Way::Tls]);
    house.seen.lock().unwrap().clear();
    // One order in a hundred is content with the proof of the last one.
    for _ in 0..5 {
        house.public.ask_now(&to, "pad.example.org").unwrap();
        assert_eq!(house.public.due(&to, &domains(&["pad.example.org"])).len(), 1);
        house.attend(&to, "pad.example.org").await.unwrap();
        if !ways(&house).is_empty() {
            break;
        }
    }
    assert_eq!(ways(&house), [Way::Tls]);
}

#[tokio::test]
async fn where_both_ports_are_closed_the_domain_waits_with_growing_pauses() {
    let mut house = House::new().await;
    let plan = PebblePlan::asking(closed(), closed());
    let Some(pebble) = Pebble::start("a box that nobody reaches", plan) else { return };
    let (to, all) = (authority(&pebble), domains(&["pad.example.org"]));
    let Failure::Unproven { tried } = house.attend(&to, &all[0]).await.unwrap_err() else {
        panic!("another failure")
    };
    let ways: Vec<_> = tried.iter().map(|it| it.way).collect();
    assert_eq!((ways, tried[0].reason), (vec![Way::Http, Way::Tls], Reason::NotReached));
    assert!(tried.iter().all(|it| !it.detail.is_empty()), "{tried:?}");
    let first = house.public.next(&to, &all).unwrap();
    assert!(
        first > now() + SignedDuration::from_mins(20) && house.public.due(&to, &all).is_empty()
    );
    // Neither another daemon nor the time makes it impatient before then.
    house.forget();
    assert_eq!(house.public.next(&to, &all), Some(first));
    assert_eq!(house.public.standing(Some(&to), &all[0]).failures, 1);
    house.move_clock(first.as_second() - now().as_second() + 1);
    assert_eq!(house.public.due(&to, &all), all);
    house.attend(&to, &all[0]).await.unwrap_err();
    let second = house.public.next(&to, &all).unwrap();
    assert!(second.as_second() - first.as_second() > 50 * 60, "{first} {second}");
}

#[tokio::test]
async fn the_clock_moved_brings_renewal_for_long_lives_and_for_short_ones() {
    for days in [90, 6] {
        let house = House::new().await;
        let life = Duration::from_secs(days * DAY as u64);
        let plan = PebblePlan { life, ..house.plan() };
        let Some(pebble) = Pebble::start("renewal", plan) else { return };
        let (to, all) = (authority(&pebble), domains(&["pad.example.org"]));
        let first = house.attend(&to, &all[0]).await.unwrap();
        let renew_at = house.public.next(&to, &all).unwrap();
        assert_eq!(house.public.standing(Some(&to), &all[0]).renew_at, Some(renew_at));
        let share = (renew_at.as_second() - first.not_before.as_second()) * 100
            / (first.not_after.as_second() - first.not_before.as_second());
        assert!((66..=70).contains(&share), "at {share} % of {days} days");
        house.move_clock(renew_at.as_second() - now().as_second() - 60);
        assert!(house.public.due(&to, &all).is_empty());
        house.move_clock(120);
        assert_eq!(house.public.due(&to, &all), all);
        let second = house.attend(&to, &all[0]).await.unwrap();
        assert_ne!(first.public_key, second.public_key, "the key is not the old one");
        assert_eq!(house.public.leaf(&all[0]).unwrap().public_key, second.public_key);
    }
}

#[tokio::test]
async fn half_of_all_nonces_refused_keep_nobody_from_a_certificate() {
    let house = House::new().await;
    let plan = PebblePlan { stale_nonces: 50, ..house.plan() };
    let Some(pebble) = Pebble::start("stale nonces", plan) else { return };
    let to = authority(&pebble);
    house.attend(&to, "pad.example.org").await.unwrap();
    assert!(house.public.answers().is_empty());
}

#[tokio::test]
async fn an_authority_that_dies_half_way_and_forgets_all_is_asked_anew() {
    let mut house = House::new().await;
    let plan = PebblePlan { hesitates: Some(30), ..house.plan() };
    let Some(mut pebble) = Pebble::start("an authority that dies", plan) else { return };
    let (to, all) = (authority(&pebble), domains(&["pad.example.org"]));
    let attending = house.attend(&to, &all[0]);
    let dying = async {
        // The answer is shown, and the authority has been told to look.
        while house.public.answers().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        pebble.kill();
    };
    let (outcome, ()) = tokio::join!(attending, dying);
    assert!(matches!(outcome, Err(Failure::Away { .. })), "{outcome:?}");
    let standing = house.public.standing(Some(&to), &all[0]);
    assert!(standing.ordering && standing.failures == 1, "{standing:?}");
    assert!(standing.next.unwrap() < now() + SignedDuration::from_mins(3), "{standing:?}");
    assert_eq!(house.public.answers().len(), 1, "a cut-off order goes on being answered");

    pebble.set_plan(|plan| plan.hesitates = None);
    pebble.begin_again();
    house.forget();
    house.move_clock(5 * 60);
    assert_eq!(house.public.due(&to, &all), all);
    house.attend(&to, &all[0]).await.unwrap();
    assert!(!house.public.standing(Some(&to), &all[0]).ordering);
}

#[tokio::test]
async fn an_order_that_was_cut_off_goes_on_where_it_was() {
    let mut house = House::new().await;
    let plan = PebblePlan { hesitates: Some(2), ..house.plan() };
    let Some(pebble) = Pebble::start("a daemon that dies", plan) else { return };
    let (to, all) = (authority(&pebble), domains(&["pad.example.org"]));
    {
        // Dropped in the middle, as a kill would.
        let attending = house.attend(&to, &all[0]);
        tokio::pin!(attending);
        let shown = async {
            while house.public.answers().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        };
        tokio::select! {
            _ = &mut attending => panic!("it was done already"),
            () = shown => {}
        }
    }
    house.forget();
    let before = house.public.answers();
    assert_eq!((before.len(), house.public.due(&to, &all)), (1, all.clone()));
    house.seen.lock().unwrap().clear();
    house.attend(&to, &all[0]).await.unwrap();
    let orders = pebble.log().matches("Added order").count();
    assert_eq!(orders, 1, "one order, begun once:\n{}", pebble.log());
    assert!(house.seen.lock().unwrap().iter().all(|answer| before.contains(answer)));
}

#[tokio::test]
async fn another_authority_is_another_account_and_a_new_certificate() {
    let house = House::new().await;
    let Some(one) = Pebble::start("two authorities", house.plan()) else { return };
    let Some(two) = Pebble::start("two authorities", house.plan()) else { return };
    let all = domains(&["pad.example.org"]);
    let first = house.attend(&authority(&one), &all[0]).await.unwrap();
    assert!(house.public.due(&authority(&one), &all).is_empty());
    assert_eq!(house.public.due(&authority(&two), &all), all);
    let second = house.attend(&authority(&two), &all[0]).await.unwrap();
    assert_ne!(first, second);
    assert!(house.public.due(&authority(&two), &all).is_empty());
    house.public.forget_all_but(&[]).unwrap();
    assert_eq!(house.public.leaf(&all[0]), None);
    let left: Vec<_> = std::fs::read_dir(house.folder.path().join("public"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(left.len() == 2 && left.iter().all(|name| name.ends_with(".account")), "{left:?}");
}

#[tokio::test]
async fn an_authority_that_is_not_there_holds_up_no_domain_for_long() {
    let house = House::new().await;
    let to = PublicAuthority {
        directory: format!("https://localhost:{}/dir", closed()),
        contact: None,
        root_pem: None,
    };
    let all = domains(&["pad.example.org", "wiki.example.org"]);
    let failure = house.attend(&to, &all[0]).await.unwrap_err();
    assert!(matches!(failure, Failure::Away { .. }), "{failure:?}");
    // The other one does not knock at the same closed door at once.
    assert!(house.public.due(&to, &all).is_empty());
    house.move_clock(3 * 60);
    assert_eq!(house.public.due(&to, &all).len(), 2);
}
