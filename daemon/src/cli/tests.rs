//! What a person reads: help, errors, tables, in both languages.

use std::collections::BTreeMap;
use std::ffi::OsString;

use admin::views::{
    AuthorityView, BoxView, CertificateStateView, CertificateTestView, CertificateView, CodeView,
    ContainerView, EventView, HealthView, InsideView, IssuerView, JobDetail, JobStateView, JobView,
    LineView, MemoryView, MovedView, PreviousView, RecipeDetail, RecipeView, RoomView,
    ScheduledView, ServiceDetail, ServiceView, StepStateView, StepView, TrashView, UpdateView,
    VolumeView, WantedView, WayBackView,
};
use recipe::{Language, Recipe, Text, Trouble, text};

use super::complaint::Complaint;
use super::exit::Exit;
use super::output::Output;
use super::{
    boxes, certificates, complaint, grammar, jobs, people, recipes, services, trash, updates, usage,
};

const BOTH: [Language; 2] = [Language::En, Language::Fr];

fn arguments(line: &str) -> Vec<OsString> {
    line.split(' ').map(Into::into).collect()
}

/// What is said of a command line that is not understood.
fn refused(line: &str, language: Language) -> Complaint {
    let arguments = arguments(line);
    let mut command = grammar::command(language);
    let error = command.try_get_matches_from_mut(arguments.clone()).unwrap_err();
    usage::complaint(&error, &command, &arguments)
}

/// The same in both languages, one below the other.
fn both(show: impl Fn(&Output) -> String) -> String {
    BOTH.map(|language| show(&Output::plain(language))).join("\n\n")
}

#[test]
fn the_grammar_holds_together() {
    for language in BOTH {
        grammar::command(language).debug_assert();
    }
}

#[test]
fn help_is_in_the_persons_language() {
    for (language, name) in [(Language::En, "help_english"), (Language::Fr, "help_french")] {
        let mut command = grammar::command(language).term_width(100);
        command.build();
        let mut help = command.render_help().to_string();
        for path in [
            &["install"][..],
            &["logs"],
            &["update"],
            &["rollback"],
            &["remove"],
            &["trash", "restore"],
            &["recipe", "validate"],
            &["box", "delete"],
            &["code"],
            &["password", "reset"],
            &["certificate"],
            &["certificate", "authority", "set"],
        ] {
            let mut at = &mut command;
            for name in path {
                at = at.find_subcommand_mut(name).unwrap();
            }
            help.push_str(&format!("\n── {}\n{}", path.join(" "), at.render_help()));
        }
        insta::assert_snapshot!(name, help);
    }
}

#[test]
fn every_command_is_described_in_both_languages() {
    fn descriptions(command: &clap::Command, found: &mut BTreeMap<String, String>, path: &str) {
        for below in command.get_subcommands() {
            let path = format!("{path} {}", below.get_name());
            found.insert(path.clone(), below.get_about().unwrap().to_string());
            for argument in below.get_arguments() {
                let help = argument.get_help().unwrap().to_string();
                found.insert(format!("{path} {}", argument.get_id()), help);
            }
            descriptions(below, found, &path);
        }
    }
    let [mut english, mut french] = BOTH.map(|language| {
        let mut found = BTreeMap::new();
        descriptions(&grammar::command(language), &mut found, "panier");
        found
    });
    assert!(english.len() > 40);
    assert_eq!(english.keys().collect::<Vec<_>>(), french.keys().collect::<Vec<_>>());
    english.retain(|key, about| french.get(key) == Some(about));
    french.clear();
    assert_eq!(english, BTreeMap::new(), "left untranslated");
}

#[test]
fn a_line_that_is_not_understood_says_what_to_do() {
    let lines = [
        "panier instal ihatemoney",
        "panier frobnicate",
        "panier install",
        "panier install ihatemoney --naem budget",
        "panier install ihatemoney --name",
        "panier install ihatemoney pad",
        "panier logs budget --tail many",
        "panier recipe",
        "panier recipe lst",
        "panier trash restore",
        "panier trash restore first",
        "panier set budget",
        "panier completions tcsh",
        "panier --language de list",
        "panier remove budget --purge --purge",
    ];
    let mut said = String::new();
    for line in lines {
        said.push_str(&format!("$ {line}\n"));
        for language in BOTH {
            let complaint = refused(line, language);
            assert_eq!(complaint.exit, Exit::Usage, "{line}");
            let told = complaint::told(&Output::plain(language), complaint.trouble().unwrap());
            said.push_str(&format!("{told}\n"));
        }
        said.push('\n');
    }
    insta::assert_snapshot!(said);
}

#[test]
fn an_answer_is_a_key_and_a_value() {
    let (key, value) = services::answer("title=a=b c").unwrap();
    assert_eq!((key.as_str(), value.as_str()), ("title", "a=b c"));
    assert_eq!(services::answer("title=").unwrap().1, "");
    for wrong in ["title", "=value", ""] {
        let complaint = services::answer(wrong).unwrap_err();
        assert_eq!(complaint.exit, Exit::Usage);
        assert_eq!(complaint.trouble().unwrap().code, "answer-not-a-pair");
    }
}

#[test]
fn a_trouble_is_told_with_its_cause_and_its_remedy() {
    let trouble = Trouble::new(
        "image-not-fetched",
        text!("The image could not be fetched.", "L’image n’a pas pu être téléchargée."),
        text!("Check the network, then try again.", "Vérifiez le réseau, puis réessayez."),
    )
    .because_of("no route to host\nasked three times");
    insta::assert_snapshot!(both(|output| complaint::told(output, &trouble)));
}

fn service(name: &str, health: HealthView) -> ServiceView {
    ServiceView {
        id: 3,
        name: name.into(),
        recipe: "ihatemoney".into(),
        software: "I hate money".into(),
        summary: Some(text!("Share expenses", "Partager des dépenses")),
        release: "7.2.1".into(),
        revision: 2,
        address: format!("https://{name}.panier.localhost:8443"),
        domains: vec![format!("{name}.panier.localhost"), "money.example.org".into()],
        health,
        wanted: WantedView::Running,
        created: "2026-11-22T10:00:00Z".parse().unwrap(),
        last_snapshot: None,
        last_rehearsal: None,
        backed_up: false,
        update: None,
    }
}

fn ill() -> HealthView {
    let trouble = Trouble::new(
        "no-answer",
        text!("budget does not answer.", "budget ne répond pas."),
        text!("Look into its log: panier logs budget", "Regardez son journal : panier logs budget"),
    );
    HealthView::Ill { trouble }
}

fn job(id: i64, state: JobStateView) -> JobView {
    JobView {
        id,
        kind: "install".into(),
        label: admin::kinds::label("install"),
        subject: "budget".into(),
        state,
        created: "2026-11-22T10:00:00Z".parse().unwrap(),
        ended: state.is_end().then(|| "2026-11-22T10:01:12Z".parse().unwrap()),
        trouble: None,
    }
}

fn detail() -> JobDetail {
    let label = |en: &str, fr: &str| Some(Text::new(en, fr));
    let step = |ordinal: u32, label, state| StepView {
        ordinal,
        name: format!("step-{ordinal}"),
        label,
        state,
        begun: Some("2026-11-22T10:00:01Z".parse().unwrap()),
        ended: (state == StepStateView::Done).then(|| "2026-11-22T10:00:43Z".parse().unwrap()),
    };
    JobDetail {
        job: job(7, JobStateView::Running),
        steps: vec![
            step(0, label("Fetching the images", "On télécharge les images"), StepStateView::Done),
            step(1, label("Starting", "On démarre"), StepStateView::Begun),
            step(2, None, StepStateView::Planned),
        ],
        lines: vec![LineView {
            number: 0,
            time: "2026-11-22T10:00:02Z".parse().unwrap(),
            text: text!("Its image is there already.", "Son image est déjà là."),
        }],
    }
}

#[test]
fn services_are_listed_in_columns() {
    let working = HealthView::Working {
        job: 7,
        kind: "restart".into(),
        label: admin::kinds::label("restart"),
    };
    let all =
        [service("budget", HealthView::Up), service("été", ill()), service("feeds-2", working)];
    insta::assert_snapshot!(both(|output| format!(
        "{}\n\n{}",
        services::listed(output, &all),
        services::listed(output, &[])
    )));
}

#[test]
fn a_service_is_shown_with_what_it_consists_of() {
    let inside = InsideView {
        containers: vec![ContainerView {
            name: "app".into(),
            image: "home/ihatemoney:7.2.1".into(),
            egress: Some(text!("to fetch feeds", "pour chercher les flux")),
            user: None,
            memory: 256 << 20,
        }],
        volumes: vec![VolumeView {
            name: "data".into(),
            folder: "/var/lib/panier/services/budget/data/data".into(),
        }],
        network: Some("10.213.0.32/27".into()),
        schedule: vec![ScheduledView {
            container: "app".into(),
            run: vec!["php".into(), "purge.php".into()],
            every: 86_400,
            last: Some("2026-11-22T03:00:00Z".parse().unwrap()),
            trouble: Some(Trouble::new(
                "command-failed",
                text!("The command php ended with 3.", "La commande php s’est terminée par 3."),
                text!("Look into its log.", "Regardez son journal."),
            )),
        }],
    };
    let shown = ServiceDetail {
        service: service("budget", ill()),
        answers: BTreeMap::from([("title".to_owned(), "Ours".to_owned())]),
        secrets: vec!["admin_password".into()],
        inside: Some(inside),
        previous: None,
        jobs: vec![job(7, JobStateView::Done)],
    };
    insta::assert_snapshot!(both(|output| services::described(output, &shown, None)));
    let revealed = BTreeMap::from([("admin_password".to_owned(), "s3cret".to_owned())]);
    let output = Output::plain(Language::En);
    assert!(
        services::described(&output, &shown, Some(&revealed)).contains("admin_password = s3cret")
    );
    assert!(!services::described(&output, &shown, None).contains("s3cret"));
    assert!(services::installed(&output, &shown).contains("panier show budget --secrets"));
}

#[test]
fn an_update_that_can_be_had_and_a_way_back_are_told() {
    let newer = UpdateView {
        release: "8.1".into(),
        revision: 1,
        way: vec!["8.0".into(), "8.1".into()],
        notes: vec![text!("Some minutes.", "Quelques minutes.")],
    };
    let service = ServiceView { update: Some(newer), ..service("budget", HealthView::Up) };
    let kept = "2026-11-22T10:00:00Z".parse().unwrap();
    let previous =
        PreviousView { release: "6.1.5".into(), revision: 1, kept, measures: Vec::new() };
    let moved = |then: &str, now: Option<&str>| MovedView {
        name: "bills".into(),
        label: text!("bills", "dépenses"),
        then: Some(then.into()),
        now: now.map(Into::into),
    };
    let back = |moved| WayBackView { release: "6.1.5".into(), revision: 1, kept, moved };
    let unmoved = updates::warning("budget", &back(Vec::new()));
    let written = updates::warning("budget", &back(vec![moved("214", Some("216"))]));
    let listed = services::listed(&Output::plain(Language::Fr), std::slice::from_ref(&service));
    assert!(listed.contains("7.2.1 (2) → 8.1"), "{listed}");
    let shown = ServiceDetail {
        service,
        answers: BTreeMap::new(),
        secrets: Vec::new(),
        inside: None,
        previous: Some(previous),
        jobs: Vec::new(),
    };
    insta::assert_snapshot!(both(|output| format!(
        "{}\n\n{}\n{}",
        services::described(output, &shown, None),
        output.say(&unmoved),
        output.say(&written)
    )));
}

#[test]
fn jobs_are_listed_and_shown() {
    let all = [job(8, JobStateView::Running), job(7, JobStateView::Failed)];
    insta::assert_snapshot!(both(|output| format!(
        "{}\n\n{}",
        jobs::listed(output, &all),
        jobs::described(output, &detail())
    )));
}

#[test]
fn the_trash_and_the_box_are_shown() {
    let one = TrashView {
        id: 3,
        name: "budget".into(),
        recipe: "ihatemoney".into(),
        release: "7.2.1".into(),
        domains: Vec::new(),
        removed: "2026-11-22T10:00:00Z".parse().unwrap(),
    };
    let own = BoxView {
        version: "0.1.0".into(),
        identity: "0123456789abcdef".into(),
        base_domain: "panier.localhost".into(),
        first_domains: "{name}.panier.localhost".into(),
        address: "https://panier.localhost".into(),
        architecture: "amd64".into(),
        certificate_fingerprint: "AA:BB".into(),
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        name: "radis".into(),
        up_since: "2026-11-22T08:00:00Z".parse().unwrap(),
        addresses: vec!["192.168.1.20".into()],
        memory: Some(MemoryView { total: 4 << 30, available: 3 << 30 }),
        disk: Some(RoomView { total: 64 << 30, free: 20 << 30 }),
    };
    insta::assert_snapshot!(both(|output| format!(
        "{}\n\n{}\n\n{}",
        trash::listed(output, std::slice::from_ref(&one)),
        trash::listed(output, &[]),
        boxes::described(output, &own)
    )));
}

#[test]
fn certificates_and_what_is_wrong_with_them_are_shown() {
    let certificate = |domain: &str, issuer, state, trouble| CertificateView {
        domain: domain.into(),
        service: (domain != "asso.example.org").then(|| "pad".into()),
        issuer,
        issuer_name: Some("Let's Encrypt R11".into()),
        not_before: None,
        not_after: Some("2027-02-20T10:00:00Z".parse().unwrap()),
        renew_at: None,
        state,
        next_attempt: None,
        trouble,
    };
    let trouble = Trouble::new(
        "certificate-not-reached",
        text!("Nobody was reached.", "Personne n’a été joint."),
        text!("Open port 80.", "Ouvrez le port 80."),
    );
    let all = [
        certificate("pad.example.org", IssuerView::Acme, CertificateStateView::Good, None),
        certificate("pad.local", IssuerView::Own, CertificateStateView::Good, None),
        certificate(
            "asso.example.org",
            IssuerView::Other,
            CertificateStateView::Waiting,
            Some(trouble.clone()),
        ),
    ];
    let test = CertificateTestView {
        domain: "pad.example.org".into(),
        ready: false,
        public_name: true,
        addresses: vec!["203.0.113.7".into()],
        leads_here: false,
        answers: false,
        port: 80,
        troubles: vec![trouble],
    };
    let authority = AuthorityView {
        directory: Some("https://ca.example.org/directory".into()),
        contact: Some("someone@example.org".into()),
        own_root: true,
    };
    insta::assert_snapshot!(both(|output| format!(
        "{}\n\n{}\n\n{}\n\n{}",
        certificates::listed(output, &all),
        certificates::tested(output, &test),
        certificates::described(output, &authority),
        certificates::described(output, &AuthorityView::default())
    )));
}

#[test]
fn recipes_are_listed_and_shown() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../recipes/miniflux/recipe.toml");
    let source = std::fs::read_to_string(folder).unwrap();
    let miniflux = Recipe::parse("recipe.toml", &source).unwrap();
    let all = [
        RecipeView::of(&miniflux, "amd64"),
        RecipeView::of(&miniflux, "riscv64"),
        RecipeView::wrong("broken", text!("It is.", "Elle l’est.")),
    ];
    let detail = RecipeDetail::of(&miniflux, "amd64");
    for language in BOTH {
        let output = Output::plain(language);
        let listed = recipes::listed(&output, &all);
        assert_eq!(listed.lines().count(), 4);
        assert!(listed.contains("panier recipe validate"));
        let described = recipes::described(&output, &detail);
        assert!(described.contains("Miniflux") && described.contains("Apache-2.0"), "{described}");
        assert!(described.ends_with("→ panier install miniflux"), "{described}");
    }
    let french = Output::plain(Language::Fr);
    assert!(recipes::listed(&french, &all).contains("(pas pour cette machine)"));
}

#[test]
fn an_event_survives_its_way_over_the_socket() {
    let event = EventView::Known { detail: Box::new(detail()) };
    let sent = serde_json::to_string(&event).unwrap();
    assert!(!sent.contains('\n'), "one line of a stream");
    assert_eq!(serde_json::from_str::<EventView>(&sent).unwrap(), event);
}

#[test]
fn the_first_run_code_is_shown_with_what_to_do() {
    let fresh = CodeView {
        address: "https://panier.localhost:8443".into(),
        code: Some("7K3M-Q9TX-4BDW".into()),
        until: Some("2026-11-23T10:00:00Z".parse().unwrap()),
    };
    let taken = CodeView { code: None, until: None, ..fresh.clone() };
    let shown = both(|output| people::described(output, &fresh));
    let told = both(|output| people::described(output, &taken));
    insta::assert_snapshot!(format!("{shown}\n\n──\n{told}"));
}
