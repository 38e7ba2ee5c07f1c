"""The chat on the shop's own pages: Rasa's Socket.IO protocol with our additions (docs/protocol-webchat.md)."""
