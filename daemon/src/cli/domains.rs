//! `panier domain`: the names by which a service is found.

use admin::views::{DomainBody, ServiceDetail};
use clap::ArgMatches;
use http::Method;
use recipe::text;

use super::client::{Client, segment};
use super::complaint::Complaint;
use super::output::{Output, Paint};
use super::services::named;
use super::{Call, follow};

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    // clap lets no other command through.
    let Some((what, of)) = of.subcommand() else { return Ok(()) };
    let client = call.client()?;
    let service = format!("/api/services/{}", segment(named(of)));
    let domain = of.get_one::<String>("domain").cloned().unwrap_or_default();
    let job = match what {
        "remove" => {
            let path = format!("{service}/domains/{}", segment(&domain));
            client.begin(Method::DELETE, &path, &()).await?
        }
        "main" => {
            let path = format!("{service}/domains/main");
            client.begin(Method::PUT, &path, &DomainBody { domain }).await?
        }
        _ => {
            let path = format!("{service}/domains");
            client.begin(Method::POST, &path, &DomainBody { domain }).await?
        }
    };
    let done = follow::job(call, &client, job).await?;
    if done.is_some() && !call.json {
        told(call, &client, &service).await?;
    }
    Ok(())
}

/// Says where the service is now.
async fn told(call: &Call, client: &Client, path: &str) -> Result<(), Complaint> {
    let detail: ServiceDetail = client.get(path).await?;
    call.output.line(found(&call.output, &detail));
    Ok(())
}

fn found(output: &Output, detail: &ServiceDetail) -> String {
    let service = &detail.service;
    let (name, address) = (&service.name, output.paint(&service.address, Paint::Bold));
    let others = service.domains.get(1..).unwrap_or_default().join(", ");
    let said = if others.is_empty() {
        text!("{name} is at {address}", "{name} est à l’adresse {address}")
    } else {
        text!(
            "{name} is at {address}, and at {others}",
            "{name} est à l’adresse {address}, et aussi à {others}"
        )
    };
    output.say(&said).to_owned()
}
