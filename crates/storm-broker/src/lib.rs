//! Lending to other programs over a local socket.
