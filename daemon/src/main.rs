//! Panier: the daemon, the front door and the command line, in one binary.

mod appliance;
mod configuration;
mod faults;
mod front_door;

fn main() {
    // The command line takes this place as soon as it is written.
    let mut arguments = std::env::args().skip(1);
    let root = match arguments.next().as_deref() {
        Some("front-door") => {
            let _ended = proxy::run(&appliance::build());
            return;
        }
        Some("--root") => arguments.next().map(std::path::PathBuf::from),
        _ => None,
    };
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else {
        return;
    };
    let outcome = configuration::Configuration::load(root.as_deref()).map(|configuration| {
        runtime.block_on(async move {
            match arguments.next().as_deref() {
                Some("stop") => appliance::stop_everything(&configuration).await,
                Some("delete") => appliance::delete_everything(&configuration).await,
                _ => appliance::run(configuration).await,
            }
        })
    });
    tracing::info!(?outcome, "ended");
}
