//! The box itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::asked::{Asked, Nothing};
use crate::state::Shared;
use crate::views::{BoxView, MemoryView, RoomView};

/// Interfaces that lead to containers or to nobody, not to the home's network:
/// engines' bridges and their ends, ours included, and loopback.
const WITHIN: [&str; 6] = ["lo", "docker", "br-", "veth", "virbr", "pn"];

/// What this box is.
#[utoipa::path(get, path = "/api/box", tag = "box", operation_id = "show_box",
    responses((status = 200, body = BoxView)))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Json<BoxView> {
    let identity = shared.admin.identity.clone();
    let room = system::disk::room(&shared.admin.data).ok();
    Json(BoxView {
        version: identity.version,
        identity: identity.identity,
        first_domains: lifecycle::first_domains(&identity.base_domain),
        base_domain: identity.base_domain,
        address: identity.address,
        architecture: identity.architecture,
        certificate_fingerprint: shared.admin.root.fingerprint.clone(),
        now: (shared.admin.clock)(),
        name: system::identity::hostname(),
        up_since: shared.began,
        addresses: addresses(),
        memory: memory(),
        disk: room.map(|room| RoomView { total: room.total, free: room.free }),
    })
}

/// Where the home's network finds the machine; empty where nobody can.
fn addresses() -> Vec<String> {
    let all = system::network::addresses().unwrap_or_default();
    let outward = all.into_iter().filter(|address| {
        let within = WITHIN.iter().any(|name| address.interface.starts_with(name));
        // An IPv6 address of one link alone is nothing that people can write.
        let link = matches!(address.ip, std::net::IpAddr::V6(ip) if ip.is_unicast_link_local());
        !within && !link
    });
    outward.map(|address| address.ip.to_string()).collect()
}

fn memory() -> Option<MemoryView> {
    let (total, available) = system::memory::total().ok().zip(system::memory::available().ok())?;
    Some(MemoryView { total, available })
}
