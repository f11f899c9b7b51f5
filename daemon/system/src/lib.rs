//! What is read of the machine: clock, disks, memory, addresses
