//! The box's own authority, and the certificates it signs
