//! What the tests share: a box in a temporary folder, and how to speak to it.
