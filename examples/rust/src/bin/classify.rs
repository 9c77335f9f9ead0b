//! What a model image says of pictures. As examples/c/classify.c.
//!
//!     cargo run --bin classify digits.ckm digits.ckm.bytes

use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr;

/// ck_model_about of ck_model.h.
#[repr(C)]
struct About {
    height: i32,
    width: i32,
    channels: i32,
    kind: i32,
    scale: [f32; 4],
    shift: [f32; 4],
    results: i32,
    batch: i32,
    classes: i32,
    parameter_count: usize,
    temperature: f32,
    name: *const c_char,
    licence: *const c_char,
    origin: *const c_char,
}

extern "C" {
    fn ck_error_message() -> *const c_char;
    fn ck_model_open(model: *mut *mut c_void, path: *const c_char, flags: u32) -> i32;
    fn ck_model_close(model: *mut c_void);
    fn ck_model_describe(model: *const c_void) -> *const About;
    fn ck_model_class(model: *const c_void, i: i32) -> *const c_char;
    fn ck_model_run(
        model: *const c_void,
        input: *const c_void,
        images: i32,
        results: *mut f32,
        workspace: *mut c_void,
        workspace_bytes: usize,
        threads: i32,
    ) -> i32;
}

/// An open model. It never changes, so it may be shared among threads.
struct Model(*mut c_void);
unsafe impl Send for Model {}
unsafe impl Sync for Model {}

impl Drop for Model {
    fn drop(&mut self) {
        unsafe { ck_model_close(self.0) }
    }
}

fn check(status: i32) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    Err(unsafe { CStr::from_ptr(ck_error_message()) }.to_string_lossy().into_owned())
}

impl Model {
    fn open(path: &str) -> Result<Model, String> {
        let path = CString::new(path).map_err(|e| e.to_string())?;
        let mut model = ptr::null_mut();
        check(unsafe { ck_model_open(&mut model, path.as_ptr(), 0) })?;
        Ok(Model(model))
    }

    fn about(&self) -> &About {
        unsafe { &*ck_model_describe(self.0) }
    }

    fn class(&self, i: usize) -> String {
        let name = unsafe { ck_model_class(self.0, i as i32) };
        if name.is_null() {
            return "?".to_string();
        }
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    }

    /// Results of pictures that lie one behind the other.
    fn run(&self, pictures: &[u8]) -> Result<Vec<f32>, String> {
        let about = self.about();
        assert_eq!(about.kind, 0, "a model for bytes");
        let images = pictures.len() / (about.height * about.width * about.channels) as usize;
        let mut results = vec![0f32; images * about.results as usize];
        check(unsafe {
            ck_model_run(self.0, pictures.as_ptr().cast(), images as i32, results.as_mut_ptr(), ptr::null_mut(), 0, 0)
        })?;
        Ok(results)
    }
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        return Err("usage: classify <model> <pictures>".to_string());
    }
    let model = Model::open(&arguments[1])?;
    let pictures = std::fs::read(&arguments[2]).map_err(|e| format!("{}: {e}", arguments[2]))?;
    for row in model.run(&pictures)?.chunks(model.about().results as usize) {
        let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        println!("{} {:.4}", model.class(best), row[best]);
    }
    Ok(())
}
