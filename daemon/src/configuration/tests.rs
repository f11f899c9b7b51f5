use std::path::Path;

use super::Configuration;

fn wrong(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("panier.toml"), text).unwrap();
    let trouble = Configuration::load(Some(folder.path())).unwrap_err();
    let place = folder.path().display().to_string();
    let why = trouble.why.map(|why| why.en).unwrap_or_default();
    let said = format!(
        "{}\n{}\n{}\n{why}\n{}\n{}",
        trouble.code, trouble.what.en, trouble.what.fr, trouble.remedy.en, trouble.remedy.fr
    );
    said.replace(&place, "DIR")
}

#[test]
fn a_box_without_a_file_has_all_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let configuration = Configuration::load(Some(root)).unwrap();
    assert_eq!(configuration.root(), Some(root));
    assert_eq!(configuration.ledger_folder(), root);
    assert_eq!(configuration.api_socket(), root.join("run/api.sock"));
    assert_eq!(configuration.engine_socket(), Path::new("/var/run/docker.sock"));
    assert_eq!(configuration.https()[0].port(), 443);
    assert_eq!(configuration.http()[0].port(), 80);
    assert_eq!(configuration.network_pool().prefix, 16);
    assert!(configuration.recipe_folders().is_empty());
    assert_eq!(configuration.base_domain(), None);
}

#[test]
fn the_machines_own_box_lies_where_debian_puts_such_things() {
    let file = Path::new("/etc/panier/panier.toml");
    let configuration = Configuration::read(None, file, "").unwrap();
    assert_eq!(configuration.root(), None);
    assert_eq!(configuration.state_folder(), Path::new("/var/lib/panier"));
    assert_eq!(configuration.run_folder(), Path::new("/run/panier"));
    assert_eq!(configuration.recipe_folders(), [Path::new("/usr/share/panier/recipes")]);
}

#[test]
fn all_that_can_be_set_is_read() {
    let text = r#"
        [listen]
        https = ["127.0.0.1:8443", "[::1]:8443"]
        http = "127.0.0.1:0"
        [engine]
        socket = "engine.sock"
        [paths]
        recipes = ["/srv/recipes", "mine"]
        images = "/srv/images"
        [box]
        base_domain = "panier.localhost"
        [networks]
        pool = "172.20.0.0/20"
        resolvers = ["192.168.1.1", "::1"]
        [front_door]
        user = "root"
    "#;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("panier.toml"), text).unwrap();
    let configuration = Configuration::load(Some(root)).unwrap();
    assert_eq!(configuration.https().len(), 2);
    assert_eq!(configuration.http()[0].port(), 0);
    assert_eq!(configuration.engine_socket(), root.join("engine.sock"));
    assert_eq!(configuration.recipe_folders()[1], root.join("mine"));
    assert_eq!(configuration.image_folders(), [Path::new("/srv/images")]);
    assert_eq!(configuration.base_domain(), Some("panier.localhost"));
    assert_eq!(configuration.network_pool().prefix, 20);
    assert_eq!(configuration.resolvers().len(), 2);
    assert_eq!(configuration.front_door_user().unwrap().uid, 0);
}

#[test]
fn a_wrong_file_is_refused_with_its_line_and_a_hint() {
    let said = [
        "[listen]\nhttp = \"127.0.0.1:80\"\nport = 80\n",
        "[listen]\nhttps = \"box.example.org:443\"\n",
        "listen = 443\n",
        "[bx]\n",
        "[box]\nbase_domain = \"Box.example.org\"\n",
        "[networks]\npool = \"10.213.1.0/16\"\n",
        "[networks]\npool = \"8.8.0.0/16\"\n",
        "[networks]\nresolvers = [\"router\"]\n",
        "[engine]\nsocket = 3\n",
        "[engine\n",
    ]
    .map(wrong)
    .join("\n\n");
    insta::assert_snapshot!(said);
}

#[test]
fn a_front_door_without_a_user_is_said() {
    let file = Path::new("/etc/panier/panier.toml");
    let text = "[front_door]\nuser = \"nobody-has-this-name\"\n";
    let configuration = Configuration::read(None, file, text).unwrap();
    let trouble = configuration.front_door_user().unwrap_err();
    assert_eq!(trouble.code, "front-door-user-unknown");
}
