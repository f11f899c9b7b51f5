//! `panier image`: images built at home.

use admin::views::BuildBody;
use clap::ArgMatches;
use http::Method;

use super::complaint::Complaint;
use super::{Call, follow};

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let named = of.subcommand().and_then(|(_, of)| of.get_many::<String>("folder"));
    let body = BuildBody { folders: named.into_iter().flatten().cloned().collect() };
    let client = call.client()?;
    let job = client.begin(Method::POST, "/api/images/build", &body).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}
