"""WhatsApp Cloud API. Every rule here is from CHANNELS section 1; numbers of sections stand where they are kept."""
