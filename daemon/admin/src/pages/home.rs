//! The page at the box's own name: its services, where they are, how they are.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use recipe::{Text, text};

use super::frame::Frame;
use super::markup::Escaped;
use super::reader::Reader;
use crate::api::services;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::views::{HealthView, ServiceView};

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    reader: Reader,
) -> Result<Html<String>, Refusal> {
    let services = shared.admin.ledger.read(|records| records.services())?;
    let services: Vec<ServiceView> =
        services.iter().map(|service| services::view(&shared, service).0).collect();
    Ok(Html(page(&reader, &shared.admin.identity.base_domain, &services)))
}

fn page(reader: &Reader, base_domain: &str, services: &[ServiceView]) -> String {
    let title = text!("The services of this box", "Les services de cette boîte");
    let title = reader.say(&title);
    let mut body = format!("<h1>{title}</h1><p class=\"soft\">{}</p>", Escaped(base_domain));
    if services.is_empty() {
        let none = text!("No service is installed yet.", "Aucun service n’est encore installé.");
        let how = text!(
            "On the box itself, this shows what can be:",
            "Sur la boîte elle-même, ceci montre ceux qu’on peut installer :"
        );
        // Writing to a String cannot fail, here and below.
        let _ = write!(
            body,
            "<p>{}</p><p>{} <code>panier recipe list</code></p>",
            reader.say(&none),
            reader.say(&how)
        );
    } else {
        body.push_str("<ul class=\"services\">");
        for service in services {
            card(reader, service, &mut body);
        }
        body.push_str("</ul>");
    }
    Frame { reader, path: "/", title }.around(&body)
}

fn card(reader: &Reader, service: &ServiceView, body: &mut String) {
    let (class, state, more) = health(&service.health);
    let address = Escaped(&service.address);
    let heading = if service.software.eq_ignore_ascii_case(&service.name) {
        service.software.clone()
    } else {
        format!("{} ({})", service.name, service.software)
    };
    let _ = write!(
        body,
        "<li class=\"card\"><div class=\"top\"><h2><a href=\"{address}\">{}</a></h2>\
         <span class=\"state {class}\">{}</span></div>",
        Escaped(&heading),
        Escaped(reader.say(&state))
    );
    if let Some(summary) = &service.summary {
        let _ = write!(body, "<p>{}</p>", Escaped(reader.say(summary)));
    }
    if let Some(more) = more {
        let _ = write!(body, "<p>{}</p>", Escaped(reader.say(&more)));
    }
    let _ = write!(body, "<p class=\"soft\">{address}</p></li>");
}

/// A service's health: its colour, a word or two, and more where there is more.
fn health(health: &HealthView) -> (&'static str, Text, Option<Text>) {
    match health {
        HealthView::Up => ("up", text!("Works", "Fonctionne"), None),
        HealthView::Starting => ("wait", text!("Is starting", "Démarre"), None),
        HealthView::Stopped => ("off", text!("Stopped", "Arrêté"), None),
        HealthView::Working { label, .. } => {
            let Text { en, fr } = label;
            ("wait", text!("Under way: {en}", "En cours : {fr}"), None)
        }
        HealthView::Ill { trouble } => {
            ("ill", text!("Does not work", "Ne fonctionne pas"), Some(trouble.what.clone()))
        }
    }
}
