fn main() {
    // The page is part of the program: a new one must be embedded.
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::build();
}
