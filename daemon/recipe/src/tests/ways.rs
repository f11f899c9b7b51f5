//! Ways from release to release.

use proptest::collection::vec;
use proptest::prelude::*;

use super::service::{own, parsed};
use crate::{Recipe, ReleaseId};

/// A recipe with the given releases: a version each, and its `from`.
fn with_releases(releases: &[(String, u32, Option<String>)]) -> Recipe {
    let text = own("ihatemoney");
    let mut text = text[..text.find("[[release]]").unwrap()].to_owned();
    for (version, revision, from) in releases {
        text.push_str(&format!("[[release]]\nversion = \"{version}\"\nrevision = {revision}\n"));
        if let Some(from) = from {
            text.push_str(&format!("from = \"{from}\"\n"));
        }
    }
    parsed("recipe", &text)
}

fn listed(releases: &[(&str, u32, &str)]) -> Recipe {
    let releases: Vec<_> = releases
        .iter()
        .map(|(version, revision, from)| {
            ((*version).to_owned(), *revision, (!from.is_empty()).then(|| (*from).to_owned()))
        })
        .collect();
    with_releases(&releases)
}

/// The way as text, or the code of the trouble.
fn way(recipe: &Recipe, from: (&str, u32), to: (&str, u32)) -> String {
    match recipe.path(&ReleaseId::new(from.0, from.1), &ReleaseId::new(to.0, to.1)) {
        Ok(way) => way.iter().map(|hop| hop.id().to_string()).collect::<Vec<_>>().join(" > "),
        Err(trouble) => trouble.code,
    }
}

#[test]
fn one_major_at_a_time() {
    let recipe = parsed("nextcloud", &own("nextcloud"));
    // Each release takes all before it from a version on; the bounds name that version.
    assert_eq!(way(&recipe, ("33.0.7", 1), ("34.0.2", 1)), "34.0.2");
    assert_eq!(way(&recipe, ("32.0.13", 1), ("34.0.2", 1)), "33.0.7 > 34.0.2");
}

#[test]
fn the_newest_way_goes_as_far_as_this_box_can() {
    let recipe = parsed("nextcloud", &own("nextcloud"));
    let way = |from: &str, architecture: &str| {
        let way = recipe.newest_way(&ReleaseId::new(from, 1), architecture);
        way.iter().map(|hop| hop.version().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(way("32.0.13", "amd64"), ["33.0.7", "34.0.2"]);
    assert_eq!(way("34.0.2", "amd64"), Vec::<String>::new());
    assert_eq!(way("31.0.0", "amd64"), Vec::<String>::new(), "what the recipe does not know");
    assert_eq!(way("32.0.13", "riscv64"), Vec::<String>::new());
}

#[test]
fn a_database_goes_up_where_its_kind_can_and_never_down() {
    let text = own("framadate");
    let release = |version: &str, from: &str, major: &str| {
        format!("[[release]]\nversion = \"{version}\"\n{from}database = [\"{major}\"]\n")
    };
    let text = [
        &text[..text.find("[[release]]").unwrap()],
        &release("1", "", "10.11"),
        &release("2", "from = \">=1\"\n", "11.8"),
        &release("3", "from = \">=2\"\n", "10.11"),
    ]
    .concat();
    let recipe = parsed("framadate", &text);
    let way = recipe.newest_way(&ReleaseId::new("1", 1), "amd64");
    assert_eq!(way.iter().map(|hop| hop.version()).collect::<Vec<_>>(), ["2"]);
    assert!(recipe.newest_way(&ReleaseId::new("2", 1), "amd64").is_empty());
}

#[test]
fn versions_compare_by_their_place_alone() {
    // 2024-02-06b comes before 0.9 here, whatever the digits say.
    let recipe = listed(&[
        ("2024-02-06b", 1, ""),
        ("0.9", 1, ">=2024-02-06b"),
        ("zeta", 1, ">2024-02-06b, <=0.9"),
    ]);
    assert_eq!(way(&recipe, ("2024-02-06b", 1), ("zeta", 1)), "0.9 > zeta");
}

#[test]
fn the_shortest_way_is_taken() {
    let recipe = listed(&[("1", 1, ""), ("2", 1, "=1"), ("3", 1, "=2"), ("4", 1, ">=1")]);
    assert_eq!(way(&recipe, ("1", 1), ("4", 1)), "4");
    assert_eq!(way(&recipe, ("1", 1), ("3", 1)), "2 > 3");
    assert_eq!(way(&recipe, ("1", 1), ("1", 1)), "");
}

#[test]
fn a_new_revision_is_reached_from_the_same_version() {
    let recipe = listed(&[("1", 1, ""), ("1", 2, ""), ("2", 1, "=1")]);
    assert_eq!(way(&recipe, ("1", 1), ("1", 2)), "1 (2)");
    assert_eq!(way(&recipe, ("1", 1), ("2", 1)), "2");
    assert_eq!(recipe.release("1").unwrap().revision(), 2);
    assert_eq!(recipe.newest().version(), "2");
}

#[test]
fn ways_that_are_none_are_troubles() {
    let recipe = listed(&[("1", 1, ""), ("2", 1, ""), ("3", 1, "=2")]);
    assert_eq!(way(&recipe, ("1", 1), ("3", 1)), "release-unreachable");
    assert_eq!(way(&recipe, ("3", 1), ("2", 1)), "release-backwards");
    assert_eq!(way(&recipe, ("0", 1), ("2", 1)), "release-unknown");
    assert_eq!(way(&recipe, ("1", 2), ("2", 1)), "release-unknown");
}

/// For each release after the first: from which of those before it, as a
/// range of places, may move to it; none: from nowhere.
fn ranges() -> impl Strategy<Value = Vec<Option<(usize, usize)>>> {
    vec(proptest::option::weighted(0.8, (0usize..8, 0usize..8)), 0..7).prop_map(|raw| {
        raw.into_iter()
            .enumerate()
            // A range within 0..=index, its ends in order.
            .map(|(index, range)| {
                range.map(|(a, b)| {
                    let (a, b) = (a % (index + 1), b % (index + 1));
                    (a.min(b), a.max(b))
                })
            })
            .collect()
    })
}

proptest! {
    /// Against the plainest way to count: distances filled in place by place.
    #[test]
    fn each_way_is_allowed_and_shortest_and_none_is_invented(ranges in ranges()) {
        let version = |place: usize| format!("v{}", (place * 7) % 11);
        let mut releases = vec![(version(0), 1, None)];
        for (index, range) in ranges.iter().enumerate() {
            let from = range.map(|(least, most)| format!(">={}, <={}", version(least), version(most)));
            releases.push((version(index + 1), 1, from));
        }
        let recipe = with_releases(&releases);
        let allowed = |source: usize, goal: usize| {
            ranges[goal - 1].is_some_and(|(least, most)| (least..=most).contains(&source))
        };
        let mut distance: Vec<Option<usize>> = vec![Some(0)];
        for goal in 1..releases.len() {
            let hops = (0..goal).filter(|source| allowed(*source, goal));
            distance.push(hops.filter_map(|source| distance[source]).min().map(|least| least + 1));
        }
        for (goal, least) in distance.iter().enumerate() {
            let found = recipe.path(&ReleaseId::new(version(0), 1), &ReleaseId::new(version(goal), 1));
            match (found, least) {
                (Ok(way), Some(least)) => {
                    prop_assert_eq!(way.len(), *least);
                    let mut place = 0;
                    for hop in way {
                        let next = recipe.releases().iter().position(|known| known.id() == hop.id()).unwrap();
                        prop_assert!(allowed(place, next));
                        place = next;
                    }
                    prop_assert_eq!(place, goal);
                }
                (Err(trouble), None) => prop_assert_eq!(trouble.code, "release-unreachable"),
                (found, least) => prop_assert!(false, "{found:?} where {least:?} is right"),
            }
        }
    }
}
