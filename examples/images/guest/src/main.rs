//! One step of a pipeline on images: `images-guest STEP FROM TO`, where a step is `gray`, `blur`, `edges` or
//! `thumbnail`.

use std::env;
use std::error::Error;

use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageReader};

const THUMBNAIL_PIXELS: u32 = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [step, from, to] = args.as_slice() else {
        return Err("usage: images-guest STEP FROM TO".into());
    };
    let image = ImageReader::open(from)?.with_guessed_format()?.decode()?;
    let image = match step.as_str() {
        "gray" => image.grayscale(),
        "blur" => image.blur(1.5),
        "edges" => edges(&image),
        "thumbnail" => image.resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, FilterType::Triangle),
        other => return Err(format!("no step `{other}`").into()),
    };
    image.save(to)?;
    println!("{step}: {} x {}", image.width(), image.height());
    Ok(())
}

/// The Laplace filter: bright where neighbours differ.
fn edges(image: &DynamicImage) -> DynamicImage {
    let kernel = [-1.0, -1.0, -1.0, -1.0, 8.0, -1.0, -1.0, -1.0, -1.0];
    imageops::filter3x3(&image.to_rgb8(), &kernel).into()
}
