"""The seam between gateway and Rasa: `client` on the gateway's side, `channel` on Rasa's, `protocol` between."""
