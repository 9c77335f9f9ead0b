//! The C core from Rust: a matrix product on all cores, and what an error looks like.
//!
//!     CKERNELS_LIB=/usr/local/lib cargo run

use std::ffi::{c_char, c_void, CStr};
use std::ptr;

/// `ck_matrix_product_shape` of ckernels.h.
#[repr(C)]
struct Shape {
    rows: i64,
    columns: i64,
    inner: i64,
    transpose_a: i32,
    transpose_b: i32,
    accumulate: i32,
}

extern "C" {
    fn ck_version() -> *const c_char;
    fn ck_error_message() -> *const c_char;
    fn ck_matrix_product_parallel(
        c: *mut f32,
        a: *const f32,
        b: *const f32,
        shape: *const Shape,
        kernels: *const c_void,
        threads: i32,
    ) -> i32;
}

/// C = A B. The slices are checked here; all else the library checks.
fn matrix_product(a: &[f32], b: &[f32], rows: usize, columns: usize, inner: usize) -> Result<Vec<f32>, String> {
    if a.len() != rows * inner || b.len() != inner * columns {
        return Err("a slice does not fit its shape".into());
    }
    let mut c = vec![0.0; rows * columns];
    let shape = Shape {
        rows: rows as i64,
        columns: columns as i64,
        inner: inner as i64,
        transpose_a: 0,
        transpose_b: 0,
        accumulate: 0,
    };
    // Sound: the three buffers have the sizes of the shape and outlive the call.
    let status = unsafe {
        ck_matrix_product_parallel(c.as_mut_ptr(), a.as_ptr(), b.as_ptr(), &shape, ptr::null(), 0)
    };
    match status {
        0 => Ok(c),
        _ => Err(text(unsafe { ck_error_message() })),
    }
}

fn text(line: *const c_char) -> String {
    unsafe { CStr::from_ptr(line) }.to_string_lossy().into_owned()
}

fn main() {
    println!("ckernels {}", text(unsafe { ck_version() }));
    let c = matrix_product(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0], 2, 2, 2).expect("a product");
    println!("{c:?}");
    assert_eq!(c, [19.0, 22.0, 43.0, 50.0]);
    let error = matrix_product(&[], &[], 0, 0, 0).expect_err("an empty product was accepted");
    println!("an empty product: {error}");
}
