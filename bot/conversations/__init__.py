"""Contacts, conversations, messages and hand-offs: the durable way of a message (docs/life-of-a-message.md)."""
