//! What happens to the owner's containers.

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::{Docker, label, owned_by};
use crate::engine::EngineResult;
use crate::spec::{EngineEvent, Owner};

impl Docker {
    pub(super) fn read_events(
        &self,
        owner: &Owner,
    ) -> BoxStream<'static, EngineResult<EngineEvent>> {
        let mut filters = owned_by(owner);
        filters.insert("type".to_owned(), vec!["container".to_owned()]);
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        let engine = self.clone();
        self.patient
            .events(Some(options))
            .filter_map(move |message| {
                let told = match message {
                    Ok(message) => event_of(message).map(Ok),
                    Err(error) => Some(Err(engine.refusal("tell what happens", error))),
                };
                async move { told }
            })
            .boxed()
    }
}

fn event_of(message: EventMessage) -> Option<EngineEvent> {
    let attributes = message.actor.and_then(|actor| actor.attributes);
    // Programs run inside are told as `exec_start: the whole command`, whose
    // words may hold what nobody should read in a log.
    let action = message.action?;
    let action = action.split(':').next().unwrap_or_default().to_owned();
    Some(EngineEvent {
        action,
        service: label(attributes.as_ref(), Owner::SERVICE),
        part: label(attributes.as_ref(), Owner::PART),
    })
}
