//! `panier logs`: what a service wrote.

use admin::views::{LogEntry, LogLine};
use clap::ArgMatches;

use super::Call;
use super::client::{cut_off, segment};
use super::complaint::Complaint;
use super::output::{Output, Paint};
use super::services::named;

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let mut lines = call.client()?.lines(&path(of)).await?;
    loop {
        let line = tokio::select! {
            line = lines.next() => line.map_err(|error| cut_off(&error))?,
            // Enough was seen; nothing goes on that one would have to know of.
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let Some(line) = line else { return Ok(()) };
        match serde_json::from_str(&line) {
            Ok(LogEntry::Trouble { trouble }) => return Err(trouble.into()),
            Ok(entry @ LogEntry::Line(_)) if call.json => call.output.json(&entry, true),
            Ok(LogEntry::Line(line)) => call.output.line(shown(&call.output, &line)),
            Err(error) => return Err(super::client::not_understood(&error).into()),
        }
    }
}

fn path(of: &ArgMatches) -> String {
    let follow = of.get_flag("follow");
    let mut path = format!("/api/services/{}/logs?follow={follow}", segment(named(of)));
    if let Some(tail) = of.get_one::<u32>("tail") {
        path.push_str(&format!("&tail={tail}"));
    }
    if let Some(container) = of.get_one::<String>("container") {
        path.push_str(&format!("&container={}", segment(container)));
    }
    path
}

/// `10:31:07 app  what it wrote`.
fn shown(output: &Output, line: &LogLine) -> String {
    let time = line.time.map(|time| {
        let time = time.to_zoned(output.zone.clone()).strftime("%Y-%m-%d %H:%M:%S ").to_string();
        output.paint(&time, Paint::Soft)
    });
    let paint = if line.error { Paint::Waiting } else { Paint::Good };
    let container = output.paint(&line.container, paint);
    format!("{}{container}  {}", time.unwrap_or_default(), line.text)
}
