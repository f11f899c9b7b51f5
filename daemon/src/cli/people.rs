//! `panier code` and `panier password`: how somebody comes into the panel.

use admin::views::CodeView;
use clap::ArgMatches;
use http::Method;
use recipe::text;

use super::complaint::Complaint;
use super::output::{Output, Paint};
use super::{Call, shown};

/// Makes a first-run code and shows it, while there is no password.
pub(super) async fn code(call: &Call) -> Result<(), Complaint> {
    let view: CodeView =
        call.client()?.send_for(Method::POST, "/api/administrator/code", &()).await?;
    tell(call, &view);
    Ok(())
}

pub(super) async fn password(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    // `reset` is all that there is; clap lets nothing else through.
    if of.subcommand_name() == Some("reset") {
        let view: CodeView =
            call.client()?.send_for(Method::POST, "/api/administrator/reset", &()).await?;
        tell(call, &view);
    }
    Ok(())
}

fn tell(call: &Call, view: &CodeView) {
    if call.json {
        call.output.json(view, false);
    } else {
        call.output.line(described(&call.output, view));
    }
}

pub(super) fn described(output: &Output, view: &CodeView) -> String {
    let address = (text!("panel", "panneau"), output.paint(&view.address, Paint::Bold));
    let Some(code) = &view.code else {
        let set = text!(
            "It has a password. If it is lost: panier password reset",
            "Il a un mot de passe. S’il est perdu : panier password reset"
        );
        return format!("{}\n\n{}", shown::facts(output, &[address]), output.say(&set));
    };
    let mut facts = vec![address, (text!("code", "code"), output.paint(code, Paint::Bold))];
    if let Some(until) = view.until {
        facts.push((text!("valid until", "valable jusqu’au"), shown::moment(output, until)));
    }
    let how = text!(
        "Open the panel, write the code, and choose a password. Codes made before no longer count.",
        "Ouvrez le panneau, écrivez le code, et choisissez un mot de passe. Les codes d’avant ne comptent plus."
    );
    format!("{}\n\n{}", shown::facts(output, &facts), output.say(&how))
}
