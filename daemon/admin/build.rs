//! The panel is built beside this crate, by `./dev panel`, and embedded in it.
//! Without it there is nothing to embed, and a program without its panel must
//! not come to be by accident.

use std::path::Path;

fn main() {
    let built = Path::new("../../web-ui/dist");
    // Names change with contents: any change of the folder is one of the program.
    println!("cargo::rerun-if-changed={}", built.display());
    if !built.join("index.html").is_file() {
        println!(
            "cargo::error=The panel is not built: run `./dev panel`. Le panneau n’est pas construit : lancez `./dev panel`."
        );
    }
}
