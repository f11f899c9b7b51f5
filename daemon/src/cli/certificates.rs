//! `panier certificate`.

use std::path::PathBuf;
use std::time::Duration;

use admin::views::{
    AuthorityBody, AuthorityView, CertificateStateView, CertificateTestBody, CertificateTestView,
    CertificateView, IssuerView,
};
use clap::ArgMatches;
use http::Method;
use recipe::{Text, Trouble, text};
use tokio::time::{Instant, sleep};

use super::client::{Client, segment};
use super::complaint::{self, Complaint};
use super::exit::Exit;
use super::output::{Output, Paint};
use super::services::heading;
use super::table::{Cell, Table};
use super::{Call, shown};

/// How long an order is waited for: both ways, with a slow authority.
const PATIENCE: Duration = Duration::from_secs(300);
const ASKED_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    match of.subcommand() {
        Some(("renew", of)) => renew(call, of).await,
        Some(("test", of)) => test(call, of).await,
        Some(("authority", of)) => authority(call, of).await,
        _ => list(call).await,
    }
}

async fn list(call: &Call) -> Result<(), Complaint> {
    let all: Vec<CertificateView> = call.client()?.get("/api/certificates").await?;
    if call.json {
        call.output.json(&all, false);
    } else {
        call.output.line(listed(&call.output, &all));
    }
    Ok(())
}

pub(super) fn listed(output: &Output, all: &[CertificateView]) -> String {
    let headings = [
        text!("NAME", "NOM"),
        text!("SERVICE", "SERVICE"),
        text!("SIGNED BY", "SIGNÉ PAR"),
        text!("UNTIL", "JUSQU’AU"),
        text!("STATE", "ÉTAT"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for one in all {
        let (state, paint) = state(one);
        table.push(vec![
            one.domain.as_str().into(),
            one.service.as_deref().unwrap_or("–").into(),
            output.say(&issuer(one)).into(),
            one.not_after.map(|at| shown::moment(output, at)).unwrap_or_default().into(),
            Cell::painted(output.say(&state), |words| output.paint(words, paint)),
        ]);
    }
    let troubles = all.iter().filter_map(|one| one.trouble.as_ref());
    let told = troubles.map(|trouble| format!("\n\n{}", complaint::told(output, trouble)));
    format!("{}{}", table.lines(), told.collect::<String>())
}

fn issuer(one: &CertificateView) -> Text {
    match (one.issuer, &one.issuer_name) {
        (IssuerView::Acme, Some(name)) => text!("{name}", "{name}"),
        (IssuerView::Acme, None) => text!("a public authority", "une autorité publique"),
        (IssuerView::Own, _) => text!("the box", "la boîte"),
        (IssuerView::Other, _) => {
            text!("the box, for another name", "la boîte, pour un autre nom")
        }
    }
}

fn state(one: &CertificateView) -> (Text, Paint) {
    match one.state {
        CertificateStateView::Good => (text!("good", "bon"), Paint::Good),
        CertificateStateView::Ordering => (text!("is being asked for", "demandé"), Paint::Waiting),
        CertificateStateView::Waiting => {
            (text!("not had yet", "pas encore obtenu"), Paint::Waiting)
        }
        CertificateStateView::Missing => (text!("missing", "manque"), Paint::Bad),
    }
}

async fn renew(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let domain = of.get_one::<String>("domain").cloned().unwrap_or_default();
    let client = call.client()?;
    let path = format!("/api/certificates/{}/renew", segment(&domain));
    let mut view: CertificateView = client.answer(Method::POST, &path, &()).await?;
    if !of.get_flag("detach") {
        view = settled(&client, view).await?;
    }
    if call.json {
        call.output.json(&view, false);
    } else if view.trouble.is_none() {
        call.output.line(renewed(&call.output, &view));
    }
    match view.trouble {
        // In JSON it has been said.
        Some(_) if call.json => Err(Complaint::silent(Exit::Trouble)),
        Some(trouble) => Err(trouble.into()),
        None => Ok(()),
    }
}

fn renewed(output: &Output, view: &CertificateView) -> String {
    let domain = &view.domain;
    let until = view.not_after.map(|at| shown::moment(output, at)).unwrap_or_default();
    let said = match view.state {
        CertificateStateView::Good => text!(
            "{domain} has a new certificate, good until {until}.",
            "{domain} a un nouveau certificat, valable jusqu’au {until}."
        ),
        _ => text!(
            "A certificate for {domain} is asked for; panier certificate list shows how it ends.",
            "Un certificat est demandé pour {domain} ; panier certificate list montre la suite."
        ),
    };
    output.say(&said).to_owned()
}

/// How it stands when the order has ended.
async fn settled(client: &Client, asked: CertificateView) -> Result<CertificateView, Complaint> {
    let deadline = Instant::now() + PATIENCE;
    let mut view = asked;
    while view.state == CertificateStateView::Ordering && Instant::now() < deadline {
        sleep(ASKED_EVERY).await;
        let all: Vec<CertificateView> = client.get("/api/certificates").await?;
        let found = all.into_iter().find(|one| one.domain == view.domain);
        let Some(found) = found else { break };
        view = found;
    }
    Ok(view)
}

async fn test(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let domain = of.get_one::<String>("domain").cloned().unwrap_or_default();
    let body = CertificateTestBody { domain };
    let view: CertificateTestView =
        call.client()?.answer(Method::POST, "/api/certificates/test", &body).await?;
    if call.json {
        call.output.json(&view, false);
    } else {
        call.output.line(tested(&call.output, &view));
    }
    if view.ready { Ok(()) } else { Err(Complaint::silent(Exit::Trouble)) }
}

pub(super) fn tested(output: &Output, view: &CertificateTestView) -> String {
    let yes_or_no = |is: bool| {
        let (said, paint) = match is {
            true => (text!("yes", "oui"), Paint::Good),
            false => (text!("no", "non"), Paint::Waiting),
        };
        output.paint(output.say(&said), paint)
    };
    let none = text!("nowhere", "nulle part");
    let addresses = match view.addresses.is_empty() {
        true => output.say(&none).to_owned(),
        false => view.addresses.join(", "),
    };
    let facts = [
        (text!("name of the internet's", "nom d’Internet"), yes_or_no(view.public_name)),
        (text!("DNS leads to", "le DNS mène à"), addresses),
        (
            text!("an address of this machine's", "une adresse de cette machine"),
            yes_or_no(view.leads_here),
        ),
        (text!("answers there", "y répond"), yes_or_no(view.answers)),
    ];
    let verdict = match view.ready {
        true => text!(
            "A certificate would be had, as far as it can be seen from here.",
            "Un certificat serait obtenu, autant qu’on puisse en juger d’ici."
        ),
        false => text!("A certificate would not be had.", "Aucun certificat ne serait obtenu."),
    };
    let told =
        view.troubles.iter().map(|trouble| format!("\n\n{}", complaint::told(output, trouble)));
    let told: String = told.collect();
    format!("{}\n\n{}{told}", shown::facts(output, &facts), output.say(&verdict))
}

async fn authority(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    const PATH: &str = "/api/certificates/authority";
    let client = call.client()?;
    let view: AuthorityView = match of.subcommand() {
        Some(("set", of)) => client.answer(Method::PUT, PATH, &asked(of)?).await?,
        Some(("none", _)) => client.answer(Method::DELETE, PATH, &()).await?,
        _ => client.get(PATH).await?,
    };
    if call.json {
        call.output.json(&view, false);
    } else {
        call.output.line(described(&call.output, &view));
    }
    Ok(())
}

pub(super) fn described(output: &Output, view: &AuthorityView) -> String {
    let Some(directory) = &view.directory else {
        let none = text!(
            "No public authority is set: the box's own signs for the names that it may.",
            "Aucune autorité publique n’est réglée : celle de la boîte signe pour les noms qu’elle peut."
        );
        return output.say(&none).to_owned();
    };
    let mut facts = vec![(text!("directory", "annuaire"), directory.clone())];
    if let Some(contact) = &view.contact {
        facts.push((text!("contact", "contact"), contact.clone()));
    }
    if view.own_root {
        let own = text!("one of its own", "la sienne");
        facts.push((text!("root", "racine"), output.say(&own).to_owned()));
    }
    shown::facts(output, &facts)
}

fn asked(of: &ArgMatches) -> Result<AuthorityBody, Complaint> {
    let root_pem = match of.get_one::<PathBuf>("own-root") {
        None => None,
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| unread(path, &error))?),
    };
    Ok(AuthorityBody {
        directory: of.get_one::<String>("directory").cloned().unwrap_or_default(),
        contact: of.get_one::<String>("contact").cloned(),
        root_pem,
    })
}

fn unread(path: &std::path::Path, error: &std::io::Error) -> Complaint {
    let place = path.display();
    let trouble = Trouble::new(
        "file-unreadable",
        text!("{place} cannot be read.", "{place} ne peut pas être lu."),
        text!(
            "See that the file is there and that you may read it.",
            "Vérifiez que le fichier est là et que vous pouvez le lire."
        ),
    );
    Complaint::new(Exit::Refused, trouble.because_of(error))
}
