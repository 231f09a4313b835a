//! What a host does with a volume itself, without programs.

mod load;
