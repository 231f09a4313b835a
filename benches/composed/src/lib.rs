//! Nothing but a place for the benchmark `composed`: see its documentation.
