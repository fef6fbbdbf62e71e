//! Writes ui/src/bindings.ts: `cargo run -p storm-connect --example export-bindings`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/bindings.ts");
    storm_connect::export_bindings(std::path::Path::new(path))?;
    Ok(())
}
