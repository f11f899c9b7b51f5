//! Networks: bridges with names and subnets that we chose.

use std::collections::HashMap;

use bollard::models::{Ipam, IpamConfig, Network, NetworkCreateRequest};
use bollard::query_parameters::ListNetworksOptionsBuilder;

use super::refusals::words_of;
use super::{Docker, bridge, is_owned, label, labels_of, owned_by};
use crate::engine::EngineResult;
use crate::error::{EngineError, Kind};
use crate::spec::{NetworkFacts, NetworkSpec, Owner};

impl Docker {
    pub(super) async fn list_networks(&self, owner: &Owner) -> EngineResult<Vec<NetworkFacts>> {
        let options = ListNetworksOptionsBuilder::default().filters(&owned_by(owner)).build();
        let found = self.quick.list_networks(Some(options)).await;
        let found = found.map_err(|error| self.refusal("list the networks", error))?;
        Ok(found.into_iter().filter_map(facts_of).collect())
    }

    pub(super) async fn make_network(
        &self,
        owner: &Owner,
        spec: &NetworkSpec,
    ) -> EngineResult<String> {
        let _alone = self.networks.lock().await;
        if let Some(twin) = self.network_named(&spec.name).await? {
            let (kind, name) = (Kind::Network, spec.name.clone());
            return Err(if is_owned(twin.labels.as_ref(), owner) {
                EngineError::Exists { kind, name }
            } else {
                EngineError::NameTaken { kind, name }
            });
        }
        bridge::remove_forgotten(&spec.bridge).await;
        match self.quick.create_network(request_for(owner, spec)).await {
            Ok(made) => Ok(made.id),
            Err(error) if words_of(&error).contains("overlaps") => {
                Err(EngineError::SubnetTaken { subnet: spec.subnet.clone() })
            }
            Err(error) => Err(self.refusal_of(Kind::Network, &spec.name, "make", error)),
        }
    }

    pub(super) async fn delete_network(&self, id: &str) -> EngineResult<()> {
        let gone = self.quick.remove_network(id).await;
        match gone.map_err(|error| self.refusal_of(Kind::Network, id, "remove", error)) {
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// The engine's filter matches parts of names; this one matches the whole.
    async fn network_named(&self, name: &str) -> EngineResult<Option<Network>> {
        let filters = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
        let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
        let found = self.quick.list_networks(Some(options)).await;
        let found = found.map_err(|error| self.refusal("list the networks", error))?;
        Ok(found.into_iter().find(|network| network.name.as_deref() == Some(name)))
    }
}

fn request_for(owner: &Owner, spec: &NetworkSpec) -> NetworkCreateRequest {
    let bridge = "com.docker.network.bridge.name".to_owned();
    NetworkCreateRequest {
        name: spec.name.clone(),
        driver: Some("bridge".into()),
        internal: Some(spec.internal),
        enable_ipv6: Some(false),
        ipam: Some(Ipam {
            config: Some(vec![IpamConfig {
                subnet: Some(spec.subnet.clone()),
                ..IpamConfig::default()
            }]),
            ..Ipam::default()
        }),
        options: Some(HashMap::from([(bridge, spec.bridge.clone())])),
        labels: Some(labels_of(owner, &spec.service)),
        ..NetworkCreateRequest::default()
    }
}

fn facts_of(network: Network) -> Option<NetworkFacts> {
    let pools = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    Some(NetworkFacts {
        id: network.id?,
        name: network.name?,
        service: label(network.labels.as_ref(), Owner::SERVICE),
        subnet: pools.into_iter().find_map(|pool| pool.subnet).unwrap_or_default(),
        internal: network.internal.unwrap_or_default(),
    })
}
