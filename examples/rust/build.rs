// CKERNELS_LIB names the folder of libckernels; without it the linker's usual places are searched.
fn main() {
    println!("cargo:rerun-if-env-changed=CKERNELS_LIB");
    if let Ok(folder) = std::env::var("CKERNELS_LIB") {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
    println!("cargo:rustc-link-lib=dylib=ckernels");
}
