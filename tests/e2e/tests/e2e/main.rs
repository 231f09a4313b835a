//! One binary for all end-to-end tests, so that they share what they build.

/// Makes a test of each of these functions for each way to link; what they take
/// are the options of `monaka compose`.
macro_rules! for_each_link {
    ($($test:ident;)*) => {
        for_each_link! { component: crate::COMPONENT; $($test;)* }
        for_each_link! { fused: crate::FUSED; $($test;)* }
        for_each_link! { portable: crate::PORTABLE; $($test;)* }
    };
    ($link:ident: $options:path; $($test:ident;)*) => {
        mod $link {$(
            #[test]
            fn $test() -> anyhow::Result<()> {
                super::$test($options)
            }
        )*}
    };
}

mod built_in;
mod conformance;
mod differential;
mod embedded;
mod examples;
mod hostile;
mod languages;
mod limits;
mod native;
mod network;
mod node;
mod published;
mod run;
mod run_same;
mod run_serve;
mod serve;
mod stdio;

/// The ways to link a program, as options of `monaka compose`.
const COMPONENT: &[&str] = &["--link", "component"];
const FUSED: &[&str] = &["--link", "fused"];
const PORTABLE: &[&str] = &["--link", "fused", "--portable"];
