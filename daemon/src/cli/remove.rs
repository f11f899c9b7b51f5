//! `panier remove`: into the trash, or away for good.

use admin::views::ServiceDetail;
use clap::ArgMatches;
use http::Method;
use recipe::text;

use super::client::segment;
use super::complaint::Complaint;
use super::services::named;
use super::{Call, follow, question};

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let name = named(of);
    let purge = of.get_flag("purge");
    let path = format!("/api/services/{}", segment(name));
    let client = call.client()?;
    if purge && !of.get_flag("yes") {
        // A wrong name is said before anybody is asked to confirm it.
        let _there: ServiceDetail = client.get(&path).await?;
        let warning = text!(
            "{name} and all its data will be deleted for good.",
            "{name} et toutes ses données seront supprimés définitivement."
        );
        question::confirm(call, &warning, name)?;
    }
    let job = client.begin(Method::DELETE, &format!("{path}?purge={purge}"), &()).await?;
    let followed = follow::job(call, &client, job).await?;
    if followed.is_some() && !purge && !call.json {
        let kept = text!(
            "Its data are in the trash: panier trash",
            "Ses données sont dans la corbeille : panier trash"
        );
        call.output.line(call.output.say(&kept));
    }
    Ok(())
}
