//! Volumes: names of the engine's for folders of the host's.
//!
//! An engine volume bound to a folder takes over the image's content and owner
//! when the folder is empty, which a plain bind mount does not.

use std::collections::HashMap;

use bollard::models::{Volume, VolumeCreateRequest};
use bollard::query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptions};

use super::{Docker, is_owned, label, labels_of, owned_by};
use crate::engine::EngineResult;
use crate::error::{EngineError, Kind};
use crate::spec::{Owner, VolumeFacts, VolumeSpec};

impl Docker {
    pub(super) async fn list_volumes(&self, owner: &Owner) -> EngineResult<Vec<VolumeFacts>> {
        let options = ListVolumesOptionsBuilder::default().filters(&owned_by(owner)).build();
        let found = self.quick.list_volumes(Some(options)).await;
        let found = found.map_err(|error| self.refusal("list the volumes", error))?;
        Ok(found.volumes.unwrap_or_default().into_iter().map(facts_of).collect())
    }

    pub(super) async fn make_volume(&self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()> {
        let (kind, name) = (Kind::Volume, spec.name.clone());
        // The engine answers "made" for a volume that is there already: ask first.
        match self.quick.inspect_volume(&spec.name).await {
            Ok(there) if is_owned(Some(&there.labels), owner) => {
                return Err(EngineError::Exists { kind, name });
            }
            Ok(_) => return Err(EngineError::NameTaken { kind, name }),
            Err(error) => match self.refusal_of(kind, &spec.name, "look at", error) {
                EngineError::NotFound { .. } => {}
                other => return Err(other),
            },
        }
        let made = self.quick.create_volume(request_for(owner, spec)).await;
        made.map(|_| ()).map_err(|error| self.refusal_of(kind, &spec.name, "make", error))
    }

    pub(super) async fn delete_volume(&self, name: &str) -> EngineResult<()> {
        let gone = self.quick.remove_volume(name, None::<RemoveVolumeOptions>).await;
        match gone.map_err(|error| self.refusal_of(Kind::Volume, name, "remove", error)) {
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

fn request_for(owner: &Owner, spec: &VolumeSpec) -> VolumeCreateRequest {
    VolumeCreateRequest {
        name: Some(spec.name.clone()),
        driver: Some("local".into()),
        driver_opts: Some(HashMap::from([
            ("type".to_owned(), "none".to_owned()),
            ("o".to_owned(), "bind".to_owned()),
            ("device".to_owned(), spec.folder.to_string_lossy().into_owned()),
        ])),
        labels: Some(labels_of(owner, &spec.service)),
        ..VolumeCreateRequest::default()
    }
}

fn facts_of(volume: Volume) -> VolumeFacts {
    VolumeFacts {
        service: label(Some(&volume.labels), Owner::SERVICE),
        folder: volume.options.get("device").cloned().unwrap_or_default().into(),
        name: volume.name,
    }
}
