"""How we talk to people outside: one package a channel, all to the shape of `bot.channels.contract`."""
