//! Following a job to its end, through a restart of the daemon as well.

use std::time::Duration;

use admin::views::{EventView, JobDetail, JobStarted, JobStateView};
use recipe::{Trouble, text};
use tokio::time::sleep;

use super::Call;
use super::client::Client;
use super::complaint::Complaint;
use super::exit::Exit;
use super::presenter::Presenter;

/// A daemon that was cut off is asked again this often: it may be restarting,
/// and takes its jobs up again.
const ASKED_AGAIN: u32 = 60;
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// Follows a job to its end and gives it; none where it was not to be waited for.
///
/// # Errors
/// The job's own trouble when it failed; [`Exit::LookedAway`] after Ctrl-C.
pub(super) async fn job(
    call: &Call,
    client: &Client,
    id: i64,
) -> Result<Option<JobDetail>, Complaint> {
    if call.detach {
        started(call, id);
        return Ok(None);
    }
    let mut presenter = Presenter::new(call);
    let followed = tokio::select! {
        followed = to_the_end(client, id, &mut presenter) => followed,
        _ = tokio::signal::ctrl_c() => {
            presenter.close();
            let goes_on = text!(
                "Job {id} goes on. To see it again: panier job {id} --follow",
                "La tâche {id} continue. Pour la revoir : panier job {id} --follow"
            );
            call.output.message(call.output.say(&goes_on));
            return Err(Complaint::silent(Exit::LookedAway));
        }
    };
    presenter.close();
    outcome(followed?)
}

/// What a job that has ended means for the command.
fn outcome(detail: JobDetail) -> Result<Option<JobDetail>, Complaint> {
    match (detail.job.state, &detail.job.trouble) {
        (JobStateView::Failed, Some(trouble)) => Err(trouble.clone().into()),
        (JobStateView::Failed, None) => Err(Complaint::silent(Exit::Trouble)),
        _ => Ok(Some(detail)),
    }
}

fn started(call: &Call, id: i64) {
    if call.json {
        call.output.json(&JobStarted { job: id }, false);
    } else {
        let begun = text!(
            "Job {id} has begun. To see it: panier job {id} --follow",
            "La tâche {id} a commencé. Pour la voir : panier job {id} --follow"
        );
        call.output.line(call.output.say(&begun));
    }
}

async fn to_the_end(
    client: &Client,
    id: i64,
    presenter: &mut Presenter<'_>,
) -> Result<JobDetail, Complaint> {
    let mut asked = 0;
    loop {
        match once(client, id, presenter).await {
            Ok(Some(detail)) => return Ok(detail),
            // It went away in the middle, or has not come back yet.
            Err(complaint) if complaint.exit != Exit::Away || asked >= ASKED_AGAIN => {
                return Err(complaint);
            }
            Ok(None) if asked >= ASKED_AGAIN => return Err(lost(id)),
            Ok(None) | Err(_) => {}
        }
        asked += 1;
        sleep(ASKED_EVERY).await;
    }
}

/// Follows until the stream ends; gives the job when it has ended, too.
async fn once(
    client: &Client,
    id: i64,
    presenter: &mut Presenter<'_>,
) -> Result<Option<JobDetail>, Complaint> {
    let mut lines = client.lines(&format!("/api/jobs/{id}/events")).await?;
    while let Ok(Some(data)) = lines.next_event().await {
        // An event that a newer daemon knows and we do not is passed over.
        let Ok(event) = serde_json::from_str::<EventView>(&data) else { continue };
        presenter.show(&event);
        if let EventView::Known { detail } = event
            && detail.job.state.is_end()
        {
            return Ok(Some(*detail));
        }
    }
    Ok(None)
}

fn lost(id: i64) -> Complaint {
    Complaint::new(
        Exit::Away,
        Trouble::new(
            "daemon-away",
            text!("The daemon went away.", "Le démon est parti."),
            text!(
                "Its jobs go on when it is back: panier job {id} --follow",
                "Ses tâches reprennent à son retour : panier job {id} --follow"
            ),
        ),
    )
}

#[cfg(test)]
mod tests;
